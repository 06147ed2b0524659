"""What a picture says, in one sentence made from its figures: its heading, and the answer to its question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import attrs

from touchpoints.distributions import Share
from touchpoints.language import P_, Language
from touchpoints.portfolio import WEAK, Portfolio
from touchpoints.reach.channels import ChannelRate
from touchpoints.report import SourceAge
from touchpoints.team.demand import Demand
from touchpoints.team.group import MINIMUM, Withheld
from touchpoints.team.knows import KNOWN, WELL, Acquaintance
from touchpoints.team.mix import Mix
from touchpoints.team.service import Service
from touchpoints.warmth import DORMANT

MEDIA: Mapping[str, str] = {
    "meeting": P_("media", "meetings"), "video": P_("media", "video meetings"), "call": P_("media", "calls"),
    "message": P_("media", "messages"), "email": P_("media", "mails"), "letter": P_("media", "letters"),
    "other": P_("media", "other contacts"),
}  # fmt: skip
WAYS: Mapping[str, str] = {
    "phone mobile": P_("way", "mobile phone"), "phone office": P_("way", "office phone"), "phone": P_("way", "phone"),
    "mail": P_("way", "mail"), "meeting": P_("way", "meeting"), "video": P_("way", "video meeting"),
    "letter": P_("way", "letter"), "message": P_("way", "message"), "sms": P_("way", "SMS"),
    "call_back": P_("way", "call back"), "promise": P_("way", "promise"),
}  # fmt: skip
_NETWORKS = {"linkedin": "LinkedIn", "whatsapp": "WhatsApp"}
OLD = 3
"""A source that ends so many days ago is worth exporting again."""
NOTABLE = 0.03
"""A change of the mix by less than so much of all contact days is no finding, however sure it is."""


def media(medium: str, spoken: Language) -> str:
    """What a medium is called in the plural."""
    return spoken.term("media", MEDIA.get(medium, medium))


def way(kind: str, spoken: Language) -> str:
    """What a kind of way is called; a network by its own name."""
    if kind in WAYS:
        return _upper(spoken.term("way", WAYS[kind]))
    network, _, live = kind.partition(" ")
    name = _NETWORKS.get(network, _upper(network))
    if live == "call":
        return spoken.say("{network} call", network=name)
    if live == "video":
        return spoken.say("{network} video call", network=name)
    return f"{name} {live}".strip()


def interval(share: Share, spoken: Language) -> str:
    """A share with its 95 % interval."""
    return spoken.say(
        "{rate} ({low}–{high})", rate=spoken.percent(share.value or 0), low=round(100 * share.low),
        high=spoken.percent(share.high),
    )  # fmt: skip


def withheld(why: Withheld, spoken: Language) -> str:
    """Why figures about colleagues are not shown."""
    if why.reason == "few":
        return spoken.say(
            "Not shown: the figures would be about {n} of us; they are shown from {least} on.", n=why.colleagues,
            least=MINIMUM,
        )  # fmt: skip
    if why.reason == "rest":
        return spoken.say(
            "Not shown: with the figures of all, those of {n} others could be worked out ({least} at least).",
            n=why.colleagues, least=MINIMUM,
        )  # fmt: skip
    return spoken.say("Not shown: figures about one person are for that person only.")


def mix(found: Mix, spoken: Language) -> str:
    """Which medium has overtaken which, else which has changed most beyond chance, else that nothing has."""
    if found.begun:
        said = mix(attrs.evolve(found, changes=found.without, begun=()), spoken)
        first = min(found.begun, key=lambda b: b.first)
        return spoken.say(
            "{finding} (without {file}, which begins on {day})", finding=said, file=first.source.rpartition("/")[2],
            day=spoken.day(first.first, year=True),
        )  # fmt: skip
    changes = {c.what: c for c in found.changes if c.what != "live" and c.before.value is not None}
    known = {w: (c.before.value or 0, c.after.value or 0) for w, c in changes.items() if c.after.value is not None}
    if not known:
        return spoken.say("Nothing to compare yet: there was no contact in one of the last two periods of 90 days.")
    real = sorted(
        (c for c in changes.values() if c.real and abs(c.difference or 0) >= NOTABLE),
        key=lambda c: -abs(c.difference or 0),
    )
    for change in real:
        before, after = known[change.what]
        for other, (was, now) in sorted(known.items(), key=lambda item: -item[1][0]):
            if before < was and after > now and after - now >= 0.05:
                return spoken.say(
                    "{rising} have overtaken {other}: {after} of contact days against {now}",
                    rising=_upper(media(change.what, spoken)), other=media(other, spoken), after=spoken.percent(after),
                    now=spoken.percent(now),
                )  # fmt: skip
    if real:
        what = media(real[0].what, spoken)
        before, after = known[real[0].what]
        figures = {"what": _upper(what), "after": spoken.percent(after), "before": spoken.percent(before)}
        if after > before:
            return spoken.say("{what} have become more frequent: {after} of contact days, formerly {before}", **figures)
        return spoken.say("{what} have become rarer: {after} of contact days, formerly {before}", **figures)
    most = max(known, key=lambda w: known[w][1])
    return spoken.say(
        "The mix is steady: most often {what}, on {share} of contact days", what=media(most, spoken),
        share=spoken.percent(known[most][1]),
    )  # fmt: skip


def demand(found: Demand, spoken: Language) -> str:
    """When most arrives."""
    hours: dict[tuple[int, int], float] = {}
    for cell in found.cells:
        place = cell.weekday, cell.slot // 2
        hours[place] = hours.get(place, 0.0) + cell.mean
    if not hours:
        return spoken.count(
            "Too little to speak of a habit: {n} in {days}", "Too little to speak of a habit: {n} in {days}",
            n=found.arrivals, days=spoken.count("{n} day", "{n} days", n=found.days),
        )  # fmt: skip
    days, times = dict[int, float](), dict[int, float]()
    for (weekday, hour), mean in hours.items():
        days[weekday] = days.get(weekday, 0.0) + mean
        times[hour] = times.get(hour, 0.0) + mean
    weekday, hour = (max(sums, key=lambda k: (round(sums[k], 9), -k)) for sums in (days, times))
    figures = {
        "day": str(spoken.locale.days["stand-alone"]["wide"][weekday]), "mean": spoken.number(days[weekday], 1),
        "first": hour, "last": hour + 1,
    }  # fmt: skip
    if found.of == "call":
        return spoken.say("Most calls come in on {day} ({mean} a day), and between {first} and {last}", **figures)
    return spoken.say(
        "Most messages and mails come in on {day} ({mean} a day), and between {first} and {last}", **figures
    )


def answers(rates: Sequence[ChannelRate], spoken: Language) -> str:
    """Which way is answered most often and which least, and whether that is more than chance."""
    known = [r for r in rates if not r.booked and r.answered.n >= 5]
    if not known:
        return spoken.say("Too few attempts so far to compare the ways")
    best, worst = known[0], known[-1]
    figures = {"best": way(best.kind, spoken), "high": spoken.percent(best.answered.value or 0)}
    if best is worst:
        return spoken.say("Answered on {best}: {high} of attempts", **figures)
    figures |= {"worst": way(worst.kind, spoken), "low": spoken.percent(worst.answered.value or 0)}
    if best.answered.low > worst.answered.high:
        return spoken.say("Most often answered: {best} ({high}); least often: {worst} ({low})", **figures)
    return spoken.say("All ways are answered about equally often: from {worst} ({low}) to {best} ({high})", **figures)


def service(found: Service, spoken: Language) -> str:
    """Which promise is kept least, or that all are."""
    rows = [r for r in found.responses if r.withheld is None and r.within.n >= 5 and r.within.value is not None]
    if found.withheld is not None:
        return withheld(found.withheld, spoken)
    if not rows:
        return spoken.say("Too little was asked of you so far to speak of answer times")
    worst = min(rows, key=lambda r: (r.within.value or 0, r.what))
    return spoken.say(
        "{what}: {share} answered within {target} working hours; where you answered, half within {median}",
        what=way(worst.what, spoken), share=spoken.percent(worst.within.value or 0), target=worst.target,
        median=float(worst.hours.median or 0),
    )  # fmt: skip


def portfolio(found: Portfolio, spoken: Language) -> str:
    """How many of the important customers are at risk."""
    if not found.places:
        return spoken.say("No relationship is old enough yet for a picture of all")
    important = [p for p in found.places if p.importance in ("A", "B")]
    if not important:
        weak = sum(p.health < WEAK for p in found.places)
        return spoken.say(
            "{weak} of {n} relationships are out of their rhythm, {dormant} of them dormant; which are important (A, B, C) "
            "is not said yet",
            weak=weak, n=len(found.places), dormant=sum(p.health < WEAK and p.status == DORMANT for p in found.places),
        )  # fmt: skip
    weak_ones = [p for p in important if p.health < WEAK]
    if not weak_ones:
        return spoken.count(
            "The important customer (A or B) is in its rhythm", "All {n} important customers (A or B) are in their rhythm",
            n=len(important),
        )  # fmt: skip
    return spoken.say(
        "{weak} of {n} important customers (A or B) are out of their rhythm: {names}", weak=len(weak_ones),
        n=len(important), names=spoken.listed([p.name for p in weak_ones[:3]] + ["…"] * (len(weak_ones) > 3)),
    )  # fmt: skip


def coverage(found: Sequence[SourceAge], spoken: Language) -> str:
    """Which source ends first, and what is missing in between."""
    if not found:
        return spoken.say("No source says which days it covers")
    holes = sum(len(s.holes) for s in found)
    oldest = found[0]
    if oldest.age_days >= OLD:
        said = spoken.say(
            "{source} ends on {day}, {days} ago", source=oldest.source, day=spoken.day(oldest.until, year=True),
            days=spoken.count("{n} day", "{n} days", n=oldest.age_days),
        )  # fmt: skip
    else:
        said = spoken.say("All sources reach to {day} at least", day=spoken.day(oldest.until, year=True))
    if holes:
        said += spoken.count("; {n} hole", "; {n} holes", n=holes)
    return said


def acquaintances(found: Sequence[Acquaintance], colleagues: int, spoken: Language) -> str:
    """How many customers hang on one of us; on a store of one's own, how many are known well."""
    if not found:
        return spoken.say("No source says who of us was there")
    if colleagues > 1:
        single = sum(
            len({n for _, depths in a.people for n, depth in depths.items() if depth >= KNOWN}) <= 1 for a in found
        )
        return spoken.say(
            "{single} of {n} customers are known to one of us alone, or to nobody well", single=single, n=len(found)
        )
    well = sum(any(depth == WELL for _, depths in a.people for depth in depths.values()) for a in found)
    return spoken.say("At {well} of {n} customers there is somebody you know well", well=well, n=len(found))


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]
