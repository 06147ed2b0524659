"""A backtest as plain text (80 columns), and its reliability plot as SVG."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from math import sqrt
from xml.sax.saxutils import escape

from touchpoints import words
from touchpoints.backtest import Backtest, Scores, span_needed
from touchpoints.distributions import share
from touchpoints.hindsight import CALLED_WITHIN, Hindsight, LookBack
from touchpoints.language import N_, P_, Language, language
from touchpoints.measures import Bin
from touchpoints.render.page import in_lines

__all__ = ["data_set", "own_store", "reliability_svg"]

_FEW = 20  # named relationships: below, a share is hardly more than an anecdote
_MODELS = {
    "warmth": N_("warmth"), "paretonbd_touch_on_days": N_("Pareto/NBD, contact days"),
    "bgnbd_touch_on_days": N_("BG/NBD, contact days"), "half_life_30_on_days": N_("30-day half-life"),
    "days_since_last": N_("days since last"), "bgnbd_alive_on_events": N_("BG/NBD P(alive), events"),
    "gap_ratio": N_("silence / own mean gap"), "rule_30_days": N_("fixed 30-day rule"),
}  # fmt: skip
_COLUMNS = {
    "auc": P_("column", "AUC"), "average_precision": P_("column", "prec."), "spearman": P_("column", "Spearm."),
    "capture": P_("column", "capture"), "brier": P_("column", "Brier"), "bias": P_("column", "bias"),
    "overdue_auc": P_("column", "overdue"),
}  # fmt: skip


def _percent(value: float | None, spoken: Language) -> str:
    return "–" if value is None else spoken.percent(value)


def _figure(value: float | None, spoken: Language, sign: bool = False) -> str:
    if value is None:
        return "–"
    return ("+" if sign and round(value, 3) > 0 else "") + spoken.number(value, 3)


def _paragraph(text: str, indent: str = "") -> list[str]:
    return in_lines(text, indent, indent)


# ---- text ----


def data_set(test: Backtest, source: str, lang: str) -> str:
    """The result on a data set: models against each other, how far warmth is ahead, and its reliability."""
    spoken = language(lang)
    return (
        "\n".join(
            [*_paragraph(spoken.say("How well silence is foreseen · {source}", source=source)), *_tables(test, spoken)]
        )
        + "\n"
    )


def _tables(test: Backtest, spoken: Language) -> list[str]:
    n, k = spoken.number(test.n), len(test.cutoffs)
    cases = spoken.say(
        "{n} cases at {k} cut-offs, {horizon} days ahead. Stayed silent: {silent}.",
        n=n,
        k=k,
        horizon=test.horizon,
        silent=_percent(test.silent, spoken),
    )
    lines = [*_paragraph(cases), ""]
    heads = [spoken.term("column", head) for head in _COLUMNS.values()]
    lines.append(f"{'':<25}" + "".join(f"{head:>{width}}" for head, width in zip(heads, _WIDTHS, strict=True)))
    models: dict[str, Scores] = {"warmth": test.scores, **test.baselines}
    order = [*_MODELS, *(name for name in models if name not in _MODELS)]
    for name in (name for name in order if name in models):
        cells = (_figure(getattr(models[name], column), spoken, column == "bias") for column in _COLUMNS)
        lines.append(f"{_model(name, spoken):<25}" + "".join(f"{c:>{w}}" for c, w in zip(cells, _WIDTHS, strict=True)))
    if test.intervals.get("auc") and test.ahead:
        low, high = (_figure(v, spoken) for v in test.intervals["auc"])
        own = f"{_figure(test.scores.auc, spoken)} ({low} – {high})"
        lines += [
            "",
            *_paragraph(spoken.say("AUC of warmth with 95% interval: {own}. Ahead of the others by (95%):", own=own)),
        ]
        for name in (name for name in order if name in test.ahead):
            theirs = test.baselines[name].auc
            gain = None if theirs is None or test.scores.auc is None else test.scores.auc - theirs
            low, high = (_figure(v, spoken, sign=True) for v in test.ahead[name])
            lines.append(f"  {_model(name, spoken):<25}{_figure(gain, spoken, sign=True):>8}  ({low} – {high})")
    if test.reliability:
        lines += [
            "",
            spoken.say("Chance of contact: foreseen and seen"),
            spoken.say("foreseen            cases    mean        seen"),
        ]
        for b in test.reliability:
            span = f"{spoken.number(100 * b.low)} – {spoken.percent(b.high)}"
            foreseen, seen = _percent(b.foreseen, spoken), _percent(b.seen, spoken)
            lines.append(f"{span:<14}{spoken.number(b.n):>11}    {foreseen:<12}{seen}")
    return [
        *lines,
        "",
        *_paragraph(
            spoken.say(
                "AUC: how often those who stay silent were ranked colder than those who come back (0.5 = tossing a "
                "coin). prec.: average precision. Spearm.: rank correlation with the contact days to come. capture: "
                "share of the best possible find in the top tenth. bias: silence foreseen minus seen. overdue: AUC "
                "for silence of three own mean gaps."
            )
        ),
    ]


_WIDTHS = (6, 7, 9, 9, 7, 8, 9)  # with a name of up to 25 before them, within 80 columns


def _model(name: str, spoken: Language) -> str:
    return spoken.say(_MODELS[name]) if name in _MODELS else name


def own_store(look: LookBack, lang: str) -> str:
    """What the list would have said in past months and what followed, and how good the bare forecasts were."""
    spoken = language(lang)
    lines = [spoken.say("The list in hindsight"), ""]
    if look.until is None:
        return (
            "\n".join(
                [
                    *lines,
                    *_paragraph(spoken.say("Nothing to test yet: the store holds no touchpoints before this day.")),
                ]
            )
            + "\n"
        )
    span = words.days(look.span)[spoken.code]
    if look.dates:
        lines += _in_words(look, spoken)
        lines += [
            "",
            spoken.say("                     named     silent            not named     silent"),
            *(_row(h, spoken) for h in look.dates if h.at),
        ]
        lines += _what_followed(look, spoken)
        lines += [
            "",
            *_paragraph(spoken.say("Counted per month: whoever was on the list several times counts several times.")),
            *_paragraph(
                spoken.say(
                    "Each list knows only what had happened and been decided before its day; meetings only once they "
                    "were held."
                )
            ),
        ]
    else:
        until = _date(look.until, spoken)
        lines += _paragraph(
            spoken.say(
                "Too short to look back: the store reaches to {until} and spans {span}; on no first of a month with "
                "{horizon} covered days to follow were there relationships with a rhythm of their own.",
                until=until,
                span=span,
                horizon=look.horizon,
            )
        )
    if look.test:
        title = spoken.say("How well silence is foreseen · {source}", source=spoken.say("own store"))
        lines += ["", *_paragraph(title), *_tables(look.test, spoken)]
    else:
        lines += [
            "",
            *_paragraph(
                spoken.say(
                    "For the quality of the forecast itself the history is too short ({span}; about {needed} days "
                    "with several relationships are needed).",
                    span=span,
                    needed=span_needed(look.horizon),
                )
            ),
        ]
    return "\n".join(lines) + "\n"


def _in_words(look: LookBack, spoken: Language) -> list[str]:
    days = [h.at for h in look.dates if h.at]
    when = spoken.say("on {day}", day=_date(days[0], spoken))
    if len(days) > 1:
        when = spoken.say(
            "on {n} firsts of a month ({first} to {last})",
            n=len(days),
            first=_date(days[0], spoken),
            last=_date(days[-1], spoken),
        )
    h = look.dates[-1]
    kept = {"when": when, "others": h.others, "share": _percent(h.others_share, spoken), "horizon": look.horizon}
    if not h.flagged:
        return _paragraph(
            spoken.say(
                "Nobody would have been named {when}; of the {others} relationships in scope, {share} stayed silent "
                "for another {horizon} days.",
                **kept,
            )
        )
    found = share(h.flagged_silent, h.flagged)
    interval = spoken.say(" (95%: {low} to {high})", low=_percent(found.low, spoken), high=_percent(found.high, spoken))
    said = spoken.count(
        "Of the one relationship we would have named {when}, {silent} stayed silent for another {horizon} "
        "days{interval}; "
        "of the {others} not named, {share}.",
        "Of the {n} relationships we would have named {when}, {silent} stayed silent for another {horizon} "
        "days{interval}; "
        "of the {others} not named, {share}.",
        n=h.flagged, silent=h.flagged_silent, interval=interval if h.flagged > 1 else "", **kept,
    )  # fmt: skip
    return _paragraph(said) + (
        _paragraph(spoken.say("These are few cases: a share of them does not say much yet."))
        if h.flagged < _FEW
        else []
    )


def _row(h: Hindsight, spoken: Language) -> str:
    day = _date(h.at, spoken) if h.at else ""
    named = f"{h.flagged_silent} ({_percent(h.flagged_share, spoken)})" if h.flagged else "–"
    others = f"{h.others_silent} ({_percent(h.others_share, spoken)})" if h.others else "–"
    return f"{day:<16}{h.flagged:>10}{named:>15}{h.others:>17}{others:>15}".rstrip()


def _what_followed(look: LookBack, spoken: Language) -> list[str]:
    if not look.named:
        return []
    lines = ["", spoken.say("By first reason, named and then silent:")]
    for rule, f in sorted(look.by_rule.items(), key=lambda item: (-item[1].n, item[0])):
        lines.append(f"  {words.name('rule', rule)[spoken.code]:<32}{f.n:>4}{f.silent:>6}")
    if look.called is None or look.not_called is None:
        return lines
    if not look.called.n:
        return [
            *lines,
            "",
            *_paragraph(
                spoken.say(
                    "None of them was called or met within {days} days; what a call would have changed cannot be "
                    "seen here.",
                    days=CALLED_WITHIN,
                )
            ),
        ]
    said = spoken.say(
        "Of them called or met within {days} days: {called}; then silent up to day {horizon}: {quiet}. Not called: "
        "{not_called}; then silent: {not_quiet}.",
        days=CALLED_WITHIN, horizon=look.horizon, called=look.called.n, quiet=look.called.silent,
        not_called=look.not_called.n, not_quiet=look.not_called.silent,
    )  # fmt: skip
    return [
        *lines,
        "",
        *_paragraph(said),
        *_paragraph(
            spoken.say(
                "This is no experiment: those who were called may have been easier to reach anyway. The difference "
                "proves no effect."
            )
        ),
    ]


def _date(day: date, spoken: Language) -> str:
    return spoken.day(day, year=True, weekday=False)


# ---- the reliability plot ----

_INK, _MARK = "#767676", "#0072B2"  # both readable on white and on black; blue is safe for every colour vision
_SIDE, _LEFT, _TOP = 400, 64, 40  # the plotting square, and where it begins


def reliability_svg(bins: Sequence[Bin], horizon: int, source: str, lang: str) -> str:
    """Foreseen chance of contact against the share that had contact, as an SVG of its own or to stand inline: no
    script, no background, and a text alternative that names every point. The area of a point grows with its cases."""
    spoken = language(lang)
    title = escape(spoken.say("Reliability of warmth: {source}", source=source))
    points = " ".join(
        spoken.say(
            "Foreseen {foreseen}, seen {seen} ({n} cases).",
            foreseen=_tenth(b.foreseen, spoken),
            seen=_tenth(b.seen, spoken),
            n=spoken.number(b.n),
        )
        for b in bins
    )
    told = spoken.say(
        "Horizontally the foreseen chance of contact, vertically the share that had contact; on the diagonal every forecast "
        "would be exact. {points} Bars are 95% intervals as if cases were independent.",
        points=points,
    )
    axis = spoken.say("foreseen chance of contact within {horizon} days (%)", horizon=horizon)
    width, height = _LEFT + _SIDE + 24, _TOP + _SIDE + 56
    middle, bottom = _LEFT + _SIDE / 2, _TOP + _SIDE
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" aria-labelledby="reliability-title reliability-text" font-family="sans-serif" font-size="12" '
            f'fill="{_INK}">',
            f'<title id="reliability-title">{title}</title>',
            f'<desc id="reliability-text">{escape(told)}</desc>',
            f'<text x="{_LEFT}" y="22" font-size="14">{title}</text>',
            *_axes(spoken),
            f'<text x="{middle}" y="{bottom + 40}" text-anchor="middle">{axis}</text>',
            f'<text transform="translate(18 {_TOP + _SIDE / 2}) rotate(-90)" text-anchor="middle">'
            f"{spoken.say('share with contact (%)')}</text>",
            *_points(bins, spoken),
            "</svg>\n",
        ]
    )


def _x(value: float) -> str:
    return f"{_LEFT + _SIDE * value:.1f}"


def _y(value: float) -> str:
    return f"{_TOP + _SIDE * (1 - value):.1f}"


def _tenth(value: float, spoken: Language) -> str:
    return spoken.percent(value, 1)


def _axes(spoken: Language) -> Iterable[str]:
    yield f'<g stroke="{_INK}" fill="none">'
    yield f'<path d="M{_x(0)} {_y(1)}V{_y(0)}H{_x(1)}"/>'
    for step in range(0, 11, 2):
        yield f'<path d="M{_x(step / 10)} {_y(0)}v5M{_x(0)} {_y(step / 10)}h-5"/>'
    yield f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke-dasharray="5 4"/></g>'
    for step in range(0, 11, 2):
        yield f'<text x="{_x(step / 10)}" y="{_TOP + _SIDE + 19}" text-anchor="middle">{10 * step}</text>'
        yield f'<text x="{_LEFT - 9}" y="{_y(step / 10)}" dy="4" text-anchor="end">{10 * step}</text>'
    yield f'<text x="{_x(0.98)}" y="{_y(0.72)}" text-anchor="end">{spoken.say("exactly right")}</text>'


def _points(bins: Sequence[Bin], spoken: Language) -> Iterable[str]:
    most = max((b.n for b in bins), default=1)
    yield f'<g fill="{_MARK}" stroke="{_MARK}">'
    for b in bins:
        interval = share(round(b.seen * b.n), b.n)
        said = escape(
            spoken.say(
                "Foreseen {foreseen}, seen {seen} ({n} cases).",
                foreseen=_tenth(b.foreseen, spoken),
                seen=_tenth(b.seen, spoken),
                n=spoken.number(b.n),
            )
        )
        yield f'<path d="M{_x(b.foreseen)} {_y(interval.low)}V{_y(interval.high)}" stroke-width="1.5"/>'
        yield (
            f'<circle cx="{_x(b.foreseen)}" cy="{_y(b.seen)}" r="{3 + 7 * sqrt(b.n / most):.1f}" fill-opacity="0.6">'
            f"<title>{said}</title></circle>"
        )
    yield "</g>"
