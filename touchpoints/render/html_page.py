"""What the templates of all pages use: the language, names of things and people, links and plots; and how a text from
outside is made harmless: escaped by jinja2, and before that freed of marks that turn the direction of text or cannot be
seen, so that a name cannot turn the words around it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from touchpoints import words
from touchpoints.handles import Handle
from touchpoints.language import P_, Language, in_language
from touchpoints.markup import plain
from touchpoints.model import MEDIA, Contact, Customer
from touchpoints.portfolio import Place, Portfolio
from touchpoints.relationship import Flag, Reason, Relationship, Suggestion
from touchpoints.render import findings, plots
from touchpoints.render.links import link
from touchpoints.report import CallReport
from touchpoints.talk import Draft
from touchpoints.team.mix import Mix
from touchpoints.timeline import Timeline

TEMPLATES = Path(__file__).with_name("templates")
_SHAPES = {
    "due": "M5 0 10 9H0z",
    "cooling": "M5 10 10 1H0z",
    "on track": "M1 5a4 4 0 1 0 8 0a4 4 0 1 0-8 0z",
    "dormant": "M1 4h8v2.5H1z",
    "one-way": "M0 3.5h5V1l5 4-5 4V6.5H0z",
    "not enough data": "M3.5 5a1.5 1.5 0 1 0 3 0a1.5 1.5 0 1 0-3 0z",
}
_DIRECTIONS: Mapping[str, str] = {"in": P_("direction", "from them"), "out": P_("direction", "from us")}


@cache
def environment() -> Any:
    """The templates; escaping is on for all of them."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
        lstrip_blocks=True, finalize=_shown,
    )  # fmt: skip


def safe(text: str) -> Any:
    """A text of our own that is put in as it is."""
    from markupsafe import Markup

    return Markup(text)


def _shown(value: Any) -> Any:
    """A value as it may stand in the page: without marks that turn or hide text, and without control characters."""
    return plain(value) if type(value) is str else value


def words_of(spoken: Language, found: CallReport) -> dict[str, Any]:
    """What all templates use: the language, names of things and people, links and plots."""
    lang, zone = spoken.code, found.zone

    def person(r: Relationship) -> str:
        return short(_named(r.name, spoken))

    def organisation(r: Relationship) -> str:
        return short(r.customer.name) if r.customer and r.contact and r.customer.name != r.contact.name else ""

    def called(contact: Contact | None, customer: Customer | None) -> str:
        names = [_named(x.name, spoken) for x in (contact, customer) if x is not None]
        return " · ".join(short(n) for n in dict.fromkeys(names))

    def reason(flag: Flag, r: Reason) -> str:
        """A reason as a sentence of its own; whose it is, if it is not about whom to call."""
        if r.relationship.id == flag.relationship.id:
            return _upper(in_language(r.text, lang))
        return f"{person(r.relationship)}: {in_language(r.text, lang)}"

    def sentences(flag: Flag) -> list[str]:
        """The reasons, but for what is said above as the headline."""
        return list(dict.fromkeys(reason(flag, r) for r in flag.reasons if not _is_headline(r, flag)))

    def headline(flag: Flag) -> str:
        """Status and silence: as the reason says it that is about them, else as it stands."""
        said = (in_language(r.text, lang) for r in flag.reasons if _is_headline(r, flag))
        return next(said, "") or words.standing(flag.relationship.warmth, lang)

    def parted(s: Suggestion) -> tuple[str, str]:
        """What is suggested, before and after the number or address in it."""
        text = in_language(s.text, lang)
        before, handle, after = text.partition(s.handle.shown) if s.handle else (text, "", "")
        return (before, after) if handle or not s.handle else (f"{text} · ", "")

    def to(handle: Handle | None, draft: Draft | None) -> str | None:
        if draft is None:
            return link(handle)
        return link(handle, draft.subject[lang], plain(draft.text[lang]))

    def said_of(t: Timeline) -> str:
        """A timeline in words: what its picture shows."""
        counts = [
            spoken.say("{medium}: {n}", medium=_upper(findings.media(m, spoken)), n=len(days))
            for m, days in t.days.items()
        ]
        figures = {"first": spoken.day(t.first, year=True), "days": ", ".join(counts) or spoken.say("no contact")}
        return spoken.say("Contact days since {first}: {days}.", **figures)

    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    return {
        "style": safe(style), "style_hash": f"sha256-{b64encode(sha256(style.encode()).digest()).decode()}",
        "version": _version(), "lang": lang, "spoken": spoken, "report": found, "findings": findings, "plot": plots,
        "say": spoken.say, "term": spoken.term,
        "count": spoken.count, "day": spoken.day, "moment": spoken.moment, "number": spoken.number,
        "percent": spoken.percent, "duration": spoken.duration, "month": spoken.month, "weekday": spoken.weekday,
        "now": found.at.astimezone(zone), "today": found.at.astimezone(zone).date(),
        "local": lambda value: value.astimezone(zone), "short": short, "person": person, "organisation": organisation,
        "called": called, "names": lambda contacts: spoken.listed([short(_named(c.name, spoken)) for c in contacts]),
        "reason": reason, "sentences": sentences, "headline": headline, "parted": parted, "link": to, "handles": _handles,
        "said": lambda texts: in_language(texts, lang), "name": lambda of, value: in_language(words.name(of, value), lang),
        "many": lambda medium: _upper(findings.media(medium, spoken)), "way": lambda kind: findings.way(kind, spoken),
        "interval": lambda share: findings.interval(share, spoken),
        "standing": lambda warmth: words.standing(warmth, lang), "said_of": said_of,
        "from_whom": lambda direction: spoken.term("direction", _DIRECTIONS[direction]),
        "minutes": lambda value: spoken.number(max(1, round(value))), "quarter": lambda first: _quarter(first, spoken),
        "token": lambda status: status.replace(" ", "-"), "glyph": _glyph, "plot_of": plots.timeline,
        "axes_of": lambda: plots.axes(found.at.astimezone(zone).date(), spoken),
        "media_of": _media_of, "mix_rows": _mix_rows, "weak_of": _weak_of,
    }  # fmt: skip


def short(text: str, most: int = 80) -> str:
    """A text in one line, cut where it is too long to read."""
    line = " ".join(plain(text).split())
    return line if len(line) <= most else line[: most - 1].rstrip() + "…"


def _named(name: str, spoken: Language) -> str:
    return name if plain(name).strip() else spoken.say("without a name")


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _is_headline(reason: Reason, flag: Flag) -> bool:
    """Whether a reason says status and silence of the one to call."""
    return reason.rule in ("unusual_silence", "cooling") and reason.relationship.id == flag.relationship.id


def _quarter(first: date, spoken: Language) -> str:
    return spoken.say("Quarter {n} of {year}", n=(first.month + 2) // 3, year=first.year)


def _glyph(status: str) -> Any:
    """A status's shape, so that its colour never stands alone."""
    return safe(f'<svg aria-hidden="true" viewBox="0 0 10 10"><path d="{_SHAPES[status]}"/></svg>')


def _handles(r: Relationship) -> Iterable[Handle]:
    """The numbers and addresses of somebody, names aside."""
    return [h for h in (r.contact.handles if r.contact else ()) if h.kind in ("phone", "email", "profile")]


def _media_of(mix: Mix) -> list[str]:
    there = {row.medium for row in mix.rows}
    return [m for m in MEDIA if m in there]


def _mix_rows(mix: Mix) -> list[tuple[date, list[int], int]]:
    days = {(row.month, row.medium): row.days for row in mix.rows}
    return [(m.month, [days.get((m.month, k), 0) for k in _media_of(mix)], m.live.n) for m in mix.months]


def _weak_of(found: Portfolio) -> list[Place]:
    return [p for p in found.places if p.importance in ("A", "B") and p in found.weak(p.importance)][:10]


def _version() -> str:
    from importlib.metadata import version

    return version("touchpoints")
