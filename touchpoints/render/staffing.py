"""Demand and staffing as plain text. No judging here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta, tzinfo

from touchpoints.distributions import count_interval
from touchpoints.language import N_, in_language
from touchpoints.render.page import WIDTH, Page
from touchpoints.team.demand import Demand
from touchpoints.team.staffing import Gap, Staff

_WHAT = {
    "call": N_("calls"),
    "message": N_("messages"),
    "email": N_("mails"),
    "written": N_("messages and mails"),
}


def demand(found: Demand, lang: str, zone: tzinfo) -> str:
    """The profile by weekday and half-hour, what is left out of it, and the coming week."""
    page = Page(lang, zone)
    what = page.say(_WHAT[found.of])
    if found.first is None or found.last is None:
        page.add(page.say("{what}: nothing came in this time.", what=what))
        return page.done()
    page.add(
        page.count(
            "Demand: {what}, {start} to {end} ({n} day, {arrivals})",
            "Demand: {what}, {start} to {end} ({n} days, {arrivals})",
            what=what,
            start=page.day(found.first),
            end=page.day(found.last),
            n=found.days,
            arrivals=found.arrivals,
        )
    )
    if not found.cells:
        page.add(
            page.count(
                "{arrivals} in {n} day: too short for a profile (it takes 14 days).",
                "{arrivals} in {n} days: too short for a profile (it takes 14 days).",
                n=found.days,
                arrivals=found.arrivals,
            )
        )
        return page.done()
    page.add(page.say("Mean by half-hour (± 95 %):"))
    _profile(found, page)
    if found.odd:
        named = {
            o.day: f"{page.short(o.day)} {in_language(o.holiday, lang) if o.holiday else ''}".strip() for o in found.odd
        }
        days = [
            page.say("{day} ({n} instead of {usual})", day=named[o.day], n=o.arrivals, usual=page.number(o.usual))
            for o in found.odd
        ]
        page.add(page.say("Left out of the profile: {days}", days="; ".join(days)))
    if found.before and found.first:
        page.add(
            page.count(
                "Before {day} there is {n} arrival only: what was exported hardly covers those days, so they do not count.",
                "Before {day} there are {n} arrivals only: what was exported hardly covers those days, so they do not count.",
                n=found.before, day=page.day(found.first),
            )
        )  # fmt: skip
    page.add(
        page.say(
            "Lately {level} of the profile, trend {trend} a week; spread {dispersion} times that of chance.",
            level=page.percent(found.level),
            trend=page.signed_percent(found.trend, 1),
            dispersion=page.number(found.dispersion, 1),
        )
    )
    _week(found, page)
    if (b := found.backtest) is not None:
        errors = {
            k: page.percent(v)
            for k, v in zip("abcd", (b.by_slot, b.by_slot_repeat, b.by_day, b.by_day_repeat), strict=True)
        }
        page.add(
            page.count(
                "Looking back {n} week ({arrivals}): error by half-hour {a} (repeating the week before {b}), by day "
                "{c} ({d}).",
                "Looking back {n} weeks ({arrivals}): error by half-hour {a} (repeating the week before {b}), by day "
                "{c} ({d}).",
                n=b.weeks,
                arrivals=b.arrivals,
                **errors,
            )
        )
    return page.done()


def _profile(found: Demand, page: Page) -> None:
    """The table of the profile; the hours before and after it that hold a hundredth of all are summed up."""
    weekdays = sorted({c.weekday for c in found.cells})
    days = {c.weekday: c.days for c in found.cells}
    wide = (WIDTH - 6) // len(weekdays)
    page.lines.append("      " + "".join(f"{f'{page.weekday(w)} n={days[w]}':>{wide}}" for w in weekdays))
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
        page.add(
            page.say(
                "Before {first} and after {last}: {n}",
                n=outside,
                first=clock(first).strip(),
                last=clock(last + 1).strip(),
            )
        )


def _week(found: Demand, page: Page) -> None:
    if found.week is None:
        return
    page.add(page.say("Expected from {day} on (80 % between):", day=page.day(found.week)))
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
        page.add(page.say("No profile, so no staffing: the log is shorter than 14 days."))
        return page.done()
    page.add(page.say("Staffing: {team}, week from {day}", team=team, day=page.day(found.week)))
    if found.handle_seconds is None:
        page.add(page.say("No lengths of conversations in the log: give --handle-seconds."))
        return page.done()
    goal = found.goal
    page.add(
        page.count(
            "{level} within {answer} s, handle time {handle} s ({n} conversation){wrap}, shrinkage {shrinkage}, "
            "occupancy {occupancy} at most.",
            "{level} within {answer} s, handle time {handle} s ({n} conversations){wrap}, shrinkage {shrinkage}, "
            "occupancy {occupancy} at most.",
            level=page.percent(goal.level),
            answer=page.number(goal.answer_within),
            handle=page.number(found.handle_seconds),
            n=found.demand.handled,
            shrinkage=page.percent(goal.shrinkage),
            occupancy=page.percent(goal.occupancy),
            wrap=page.say(" + {n} s after-call work", n=page.number(goal.wrap)) if goal.wrap else "",
        )
    )
    page.lines.append("")
    if found.roster is None:
        _needs(found, page)
        return page.done()
    if found.roster.skipped:
        why = "; ".join(dict.fromkeys(page.spoken.translated(s.reason) for s in found.roster.skipped))
        page.add(page.say("Not read in the roster: {n} ({why})", n=len(found.roster.skipped), why=why))
    people, slots = len(found.roster.colleagues), len(found.needs)
    if found.gaps:
        page.add(
            page.count(
                "Gaps against the roster ({n} person): {slots} of {of} half-hours",
                "Gaps against the roster ({n} people): {slots} of {of} half-hours",
                n=people,
                slots=_slots(found.gaps),
                of=slots,
            )
        )
    else:
        page.add(
            page.count(
                "The roster ({n} person) covers every half-hour.",
                "The roster ({n} people) covers every half-hour.",
                n=people,
            )
        )
    for gap in found.gaps:
        page.add(_gap(gap, page), "  ")
    if found.without is not None:
        page.lines.append("")
        page.add(
            page.say(
                "Without {name}: {slots} of {of} half-hours short",
                name=found.without,
                slots=_slots(found.gaps_without),
                of=slots,
            )
        )
        for gap in found.gaps_without:
            page.add(_gap(gap, page), "  ")
    return page.done()


def _slots(gaps: Iterable[Gap]) -> int:
    return sum(g.until - g.slot for g in gaps)


def _gap(gap: Gap, page: Page) -> str:
    when = f"{page.weekday(gap.day.weekday())} {_span(gap.slot, gap.until)}"
    said = page.say(
        "{when}: {short} short; {calls} calls expected, {needed} needed, {planned} planned",
        when=when,
        short=gap.short,
        calls=page.number(gap.calls),
        needed=gap.needed,
        planned=gap.planned,
    )
    todo = []
    if gap.move and gap.spare:
        todo.append(page.say("move {n} from {when}", n=gap.move, when=_span(*gap.spare)))
    if gap.add:
        todo.append(page.say("plan {n} more, or offer call-backs", n=gap.add))
    return f"{said} → {'; '.join(todo)}"


def _span(start: int, until: int) -> str:
    return f"{clock(start).strip()}–{clock(until).strip()}"


def _needs(found: Staff, page: Page) -> None:
    page.add(page.say("Heads needed (calls expected) by half-hour:"))
    days = sorted({n.day for n in found.needs})
    page.lines.append("      " + "".join(f"{page.weekday(d.weekday()):>10}" for d in days))
    cells = {(n.day, n.slot): n for n in found.needs}
    for slot in sorted({n.slot for n in found.needs}):
        row = [cells.get((d, slot)) for d in days]
        said = [f"{n.queue.heads} ({page.number(n.calls, 1)})" if n else "–" for n in row]
        page.lines.append(f"{clock(slot)} " + "".join(f"{s:>10}" for s in said))
