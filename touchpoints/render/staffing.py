"""Demand and staffing as plain text in German and English. No judging here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta, tzinfo

from touchpoints.distributions import count_interval
from touchpoints.render.page import DAYS, WIDTH, Page
from touchpoints.team.demand import Demand
from touchpoints.team.staffing import Gap, Staff


def demand(found: Demand, lang: str, zone: tzinfo) -> str:
    """The profile by weekday and half-hour, what is left out of it, and the coming week."""
    page = Page(lang, zone)
    what = page.say(f"d {found.of}")
    if found.first is None or found.last is None:
        page.add(f"{what}: {page.say('nothing came')}")
        return page.done()
    page.add(page.say(
        "demand", what=what, start=page.day(found.first), end=page.day(found.last), days=found.days, n=found.arrivals
    ))  # fmt: skip
    if not found.cells:
        page.add(page.say("too short", n=found.arrivals, days=found.days))
        return page.done()
    page.add(page.say("profile"))
    _profile(found, page)
    if found.odd:
        named = {o.day: f"{page.short(o.day)} {(o.holiday or {}).get(lang, '')}".strip() for o in found.odd}
        days = [page.say("odd day", day=named[o.day], n=o.arrivals, usual=page.number(o.usual)) for o in found.odd]
        page.add(page.say("left out", days="; ".join(days)))
    page.add(page.say(
        "level", level=page.percent(found.level), trend=f"{page.signed(100 * found.trend, 1)} %",
        dispersion=page.number(found.dispersion, 1),
    ))  # fmt: skip
    _week(found, page)
    if (b := found.backtest) is not None:
        errors = {
            k: page.percent(v)
            for k, v in zip("abcd", (b.by_slot, b.by_slot_repeat, b.by_day, b.by_day_repeat), strict=True)
        }
        page.add(page.say("backtest", weeks=b.weeks, n=b.arrivals, **errors))
    return page.done()


def _profile(found: Demand, page: Page) -> None:
    """The table of the profile; the hours before and after it that hold a hundredth of all are summed up."""
    weekdays = sorted({c.weekday for c in found.cells})
    days = {c.weekday: c.days for c in found.cells}
    wide = (WIDTH - 6) // len(weekdays)
    page.lines.append("      " + "".join(f"{f'{DAYS[page.lang][w]} n={days[w]}':>{wide}}" for w in weekdays))
    cells = {(c.weekday, c.slot): c for c in found.cells}
    total = [sum(c.total for c in found.cells if c.slot == slot) for slot in range(48)]
    few = 0.01 * sum(total)
    first = next(s for s in range(48) if sum(total[: s + 1]) > few)
    last = next(s for s in reversed(range(48)) if sum(total[s:]) > few)
    for slot in range(first, last + 1):
        row = [cells.get((w, slot)) for w in weekdays]
        said = [f"{page.number(c.mean, 1)} ±{page.number((c.high - c.low) / 2, 1)}" if c else "–" for c in row]
        page.lines.append(f"{clock(slot)} " + "".join(f"{s:>{wide}}" for s in said))
    if outside := sum(total[:first]) + sum(total[last + 1 :]):
        page.add(page.say("outside", n=outside, first=clock(first).strip(), last=clock(last + 1).strip()))


def _week(found: Demand, page: Page) -> None:
    if found.week is None:
        return
    page.add(page.say("week", day=page.day(found.week)))
    for n in range(7):
        day = found.week + timedelta(days=n)
        mean = sum(e.mean for e in found.expected if e.day == day)
        if mean >= 0.5:
            low, high = count_interval(mean, found.dispersion)
            page.lines.append(f"  {page.short(day):<14} {page.number(mean):>5}  ({low}–{high})")


def clock(slot: int) -> str:
    """The time at which a half-hour begins."""
    return f"{slot // 2:>2}:{slot % 2 * 30:02d}"


def staff(found: Staff, lang: str, zone: tzinfo) -> str:
    """Heads needed, and the gaps with what to do."""
    page = Page(lang, zone)
    team = page.say("all") if found.team == "all" else found.team
    if found.week is None:
        page.add(page.say("no forecast"))
        return page.done()
    page.add(page.say("staff", team=team, day=page.day(found.week)))
    if found.handle_seconds is None:
        page.add(page.say("no handle"))
        return page.done()
    goal = found.goal
    page.add(page.say(
        "assumed", level=page.percent(goal.level), answer=page.number(goal.answer_within),
        handle=page.number(found.handle_seconds), n=found.demand.handled, shrinkage=page.percent(goal.shrinkage),
        occupancy=page.percent(goal.occupancy), wrap=page.say("wrap", n=page.number(goal.wrap)) if goal.wrap else "",
    ))  # fmt: skip
    page.lines.append("")
    if found.roster is None:
        _needs(found, page)
        return page.done()
    if found.roster.skipped:
        why = "; ".join(dict.fromkeys(s.reason for s in found.roster.skipped))
        page.add(page.say("unread", n=len(found.roster.skipped), why=why))
    people, slots = len(found.roster.colleagues), len(found.needs)
    if found.gaps:
        page.add(page.say("gaps", n=people, slots=_slots(found.gaps), of=slots))
    else:
        page.add(page.say("no gaps", n=people))
    for gap in found.gaps:
        page.add(_gap(gap, page), "  ")
    if found.without is not None:
        page.lines.append("")
        page.add(page.say("without", name=found.without, slots=_slots(found.gaps_without), of=slots))
        for gap in found.gaps_without:
            page.add(_gap(gap, page), "  ")
    return page.done()


def _slots(gaps: Iterable[Gap]) -> int:
    return sum(g.until - g.slot for g in gaps)


def _gap(gap: Gap, page: Page) -> str:
    when = f"{DAYS[page.lang][gap.day.weekday()]} {_span(gap.slot, gap.until)}"
    said = page.say(
        "gap", when=when, short=gap.short, calls=page.number(gap.calls), needed=gap.needed, planned=gap.planned
    )
    todo = []
    if gap.move and gap.spare:
        todo.append(page.say("move", n=gap.move, when=_span(*gap.spare)))
    if gap.add:
        todo.append(page.say("add", n=gap.add))
    return f"{said} → {'; '.join(todo)}"


def _span(start: int, until: int) -> str:
    return f"{clock(start).strip()}–{clock(until).strip()}"


def _needs(found: Staff, page: Page) -> None:
    page.add(page.say("needs"))
    days = sorted({n.day for n in found.needs})
    page.lines.append("      " + "".join(f"{DAYS[page.lang][d.weekday()]:>10}" for d in days))
    cells = {(n.day, n.slot): n for n in found.needs}
    for slot in sorted({n.slot for n in found.needs}):
        row = [cells.get((d, slot)) for d in days]
        said = [f"{n.queue.heads} ({page.number(n.calls, 1)})" if n else "–" for n in row]
        page.lines.append(f"{clock(slot)} " + "".join(f"{s:>10}" for s in said))
