"""A backtest as plain text in German and English (80 columns), and its reliability plot as SVG."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import sqrt
from xml.sax.saxutils import escape

from touchpoints import words
from touchpoints.backtest import Backtest, Hindsight, Scores, span_needed
from touchpoints.distributions import share
from touchpoints.hindsight import CALLED_WITHIN, LookBack
from touchpoints.measures import Bin
from touchpoints.render.text import WIDTH, number

__all__ = ["data_set", "own_store", "reliability_svg"]

_FEW = 20  # named relationships: below, a share is hardly more than an anecdote
_MODELS = {
    "warmth": ("Wärme", "warmth"),
    "paretonbd_touch_on_days": ("Pareto/NBD, Kontakttage", "Pareto/NBD, contact days"),
    "bgnbd_touch_on_days": ("BG/NBD, Kontakttage", "BG/NBD, contact days"),
    "half_life_30_on_days": ("30 Tage Halbwertszeit", "30-day half-life"),
    "days_since_last": ("Tage seit dem letzten", "days since last"),
    "bgnbd_alive_on_events": ("BG/NBD P(alive), Kontakte", "BG/NBD P(alive), events"),
    "gap_ratio": ("Stille / üblicher Abstand", "silence / own mean gap"),
    "rule_30_days": ("starre 30-Tage-Regel", "fixed 30-day rule"),
}
_COLUMNS = ("auc", "average_precision", "spearman", "capture", "brier", "bias", "overdue_auc")
_HEADS = (
    ("AUC", "Präz.", "Spearm.", "Ertrag", "Brier", "Abw.", "überf."),
    ("AUC", "prec.", "Spearm.", "capture", "Brier", "bias", "overdue"),
)
_TEXTS: Mapping[str, tuple[str, str]] = {
    "title": ("Wie gut Stille vorhergesehen wird · {source}", "How well silence is foreseen · {source}"),
    "cases": (
        "{n} Fälle an {k} Stichtagen; {horizon} Tage voraus. Es blieben still: {silent}.",
        "{n} cases at {k} cut-offs, {horizon} days ahead. Stayed silent: {silent}.",
    ),
    "about": (
        "AUC: wie oft, wer still bleibt, kälter eingestuft war, als wer wiederkommt (0,5 = Münzwurf). Präz.: mittlere "
        "Genauigkeit. Spearm.: Rangkorrelation mit den Kontakttagen danach. Ertrag: Anteil des bestmöglich Gefundenen "
        "im obersten Zehntel. Abw.: vorhergesehene minus eingetretene Stille. überf.: AUC für Stille über drei "
        "übliche Abstände.",
        "AUC: how often those who stay silent were ranked colder than those who come back (0.5 = tossing a coin). "
        "prec.: average precision. Spearm.: rank correlation with the contact days to come. capture: share of the best "
        "possible find in the top tenth. bias: silence foreseen minus seen. overdue: AUC for silence of three own mean "
        "gaps.",
    ),
    "ahead": (
        "AUC der Wärme mit 95-%-Intervall: {own}. Vorsprung vor anderen (95 %):",
        "AUC of warmth with 95 % interval: {own}. Ahead of the others by (95 %):",
    ),
    "reliability": ("Chance auf Kontakt: vorhergesehen und eingetreten", "Chance of contact: foreseen and seen"),
    "bins": ("vorhergesehen       Fälle    im Mittel   eingetreten", "foreseen            cases    mean        seen"),
    "own": ("Die Liste im Rückblick", "The list in hindsight"),
    "empty": (
        "Noch nichts zu prüfen: In der Ablage stehen keine Kontakte vor diesem Tag.",
        "Nothing to test yet: the store holds no touchpoints before this day.",
    ),
    "short": (
        "Noch zu kurz für einen Rückblick: Die Ablage reicht bis {until} und umfasst {span}; an keinem Monatsersten, "
        "dem {horizon} belegte Tage folgen, gab es schon Beziehungen mit eigenem Rhythmus.",
        "Too short to look back: the store reaches to {until} and spans {span}; on no first of a month with {horizon} "
        "covered days to follow were there relationships with a rhythm of their own.",
    ),
    "sentence": (
        "Von den {named} Beziehungen, die {when} auf der Liste gestanden hätten, blieben {silent} weitere {horizon} "
        "Tage still{interval}; von den {others} nicht genannten {share}.",
        "Of the {named} relationships we would have named {when}, {silent} stayed silent for another {horizon} "
        "days{interval}; of the {others} not named, {share}.",
    ),
    "sentence 1": (
        "Von der einen Beziehung, die {when} auf der Liste gestanden hätte, blieben {silent} weitere {horizon} Tage "
        "still; von den {others} nicht genannten {share}.",
        "Of the one relationship we would have named {when}, {silent} stayed silent for another {horizon} days; of the "
        "{others} not named, {share}.",
    ),
    "nobody": (
        "Niemand hätte {when} auf der Liste gestanden; von den {others} Beziehungen im Blick blieben {share} weitere "
        "{horizon} Tage still.",
        "Nobody would have been named {when}; of the {others} relationships in scope, {share} stayed silent for "
        "another {horizon} days.",
    ),
    "on": ("am {day}", "on {day}"),
    "between": ("an {n} Monatsersten ({first} bis {last})", "on {n} firsts of a month ({first} to {last})"),
    "interval": (" (95 %: {low} bis {high})", " (95 %: {low} to {high})"),
    "counted": (
        "Gezählt wird je Monat: Wer mehrmals auf der Liste stand, zählt mehrmals.",
        "Counted per month: whoever was on the list several times counts several times.",
    ),
    "few": (
        "Das sind wenige Fälle: Ein Anteil daraus sagt noch nicht viel.",
        "These are few cases: a share of them does not say much yet.",
    ),
    "dates": (
        "                   genannt      still        nicht genannt      still",
        "                     named     silent            not named     silent",
    ),
    "by rule": ("Nach dem ersten Grund, genannt und dann still:", "By first reason, named and then silent:"),
    "called": (
        "Davon innerhalb von {days} Tagen angerufen oder getroffen: {called}; danach still bis zum {horizon}. Tag: "
        "{quiet}. Nicht angerufen: {not_called}; danach still: {not_quiet}.",
        "Of them called or met within {days} days: {called}; then silent up to day {horizon}: {quiet}. Not called: "
        "{not_called}; then silent: {not_quiet}.",
    ),
    "nobody called": (
        "Innerhalb von {days} Tagen wurde davon niemand angerufen oder getroffen; was ein Anruf geändert hätte, ist "
        "hier nicht zu sehen.",
        "None of them was called or met within {days} days; what a call would have changed cannot be seen here.",
    ),
    "no experiment": (
        "Das ist kein Versuch: Wer angerufen wurde, war vielleicht ohnehin leichter zu erreichen. Der Unterschied "
        "beweist keine Wirkung.",
        "This is no experiment: those who were called may have been easier to reach anyway. The difference proves no "
        "effect.",
    ),
    "known": (
        "Jede Liste kennt nur, was vor ihrem Tag geschah und entschieden war; Termine erst, wenn sie stattfanden.",
        "Each list knows only what had happened and been decided before its day; meetings only once they were held.",
    ),
    "store": ("eigene Ablage", "own store"),
    "no test": (
        "Für die Güte der Vorhersage selbst ist die Geschichte zu kurz ({span}; nötig sind etwa {needed} Tage mit "
        "mehreren Beziehungen).",
        "For the quality of the forecast itself the history is too short ({span}; about {needed} days with several "
        "relationships are needed).",
    ),
    "axis x": (
        "vorhergesehene Chance auf Kontakt in {horizon} Tagen (%)",
        "foreseen chance of contact within {horizon} days (%)",
    ),
    "axis y": ("Anteil mit Kontakt (%)", "share with contact (%)"),
    "diagonal": ("genau getroffen", "exactly right"),
    "plot": ("Zuverlässigkeit der Wärme: {source}", "Reliability of warmth: {source}"),
    "alternative": (
        "Waagerecht die vorhergesehene Chance auf Kontakt, senkrecht der Anteil, der Kontakt hatte; auf der Diagonale "
        "wäre jede Vorhersage genau. {points} Die Striche sind 95-%-Intervalle, als wären die Fälle unabhängig.",
        "Horizontally the foreseen chance of contact, vertically the share that had contact; on the diagonal every "
        "forecast would be exact. {points} Bars are 95 % intervals as if cases were independent.",
    ),
    "point": (
        "Vorhergesehen {foreseen} %, eingetreten {seen} % ({n} Fälle).",
        "Foreseen {foreseen} %, seen {seen} % ({n} cases).",
    ),
}


def _say(name: str, lang: str, **figures: object) -> str:
    return _TEXTS[name][lang == "en"].format(**figures)


def _percent(value: float | None, lang: str) -> str:
    return "–" if value is None else f"{number(100 * value, lang)} %"


def _figure(value: float | None, lang: str, sign: bool = False) -> str:
    if value is None:
        return "–"
    return ("+" if sign and round(value, 3) > 0 else "") + number(value, lang, 3)


def _count(n: int, lang: str) -> str:
    return f"{n:,}".replace(",", "." if lang == "de" else ",")


def _paragraph(text: str, indent: str = "") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent=indent, subsequent_indent=indent, break_long_words=False)


# ---- text ----


def data_set(test: Backtest, source: str, lang: str) -> str:
    """The result on a data set: models against each other, how far warmth is ahead, and its reliability."""
    return "\n".join([*_paragraph(_say("title", lang, source=source)), *_tables(test, lang)]) + "\n"


def _tables(test: Backtest, lang: str) -> list[str]:
    n, k = _count(test.n, lang), len(test.cutoffs)
    cases = _say("cases", lang, n=n, k=k, horizon=test.horizon, silent=_percent(test.silent, lang))
    lines = [*_paragraph(cases), ""]
    heads = _HEADS[lang == "en"]
    lines.append(f"{'':<25}" + "".join(f"{head:>{width}}" for head, width in zip(heads, _WIDTHS, strict=True)))
    models: dict[str, Scores] = {"warmth": test.scores, **test.baselines}
    order = [*_MODELS, *(name for name in models if name not in _MODELS)]
    for name in (name for name in order if name in models):
        cells = (_figure(getattr(models[name], column), lang, column == "bias") for column in _COLUMNS)
        lines.append(f"{_model(name, lang):<25}" + "".join(f"{c:>{w}}" for c, w in zip(cells, _WIDTHS, strict=True)))
    if test.intervals.get("auc") and test.ahead:
        low, high = (_figure(v, lang) for v in test.intervals["auc"])
        own = f"{_figure(test.scores.auc, lang)} ({low} – {high})"
        lines += ["", *_paragraph(_say("ahead", lang, own=own))]
        for name in (name for name in order if name in test.ahead):
            theirs = test.baselines[name].auc
            gain = None if theirs is None or test.scores.auc is None else test.scores.auc - theirs
            low, high = (_figure(v, lang, sign=True) for v in test.ahead[name])
            lines.append(f"  {_model(name, lang):<25}{_figure(gain, lang, sign=True):>8}  ({low} – {high})")
    if test.reliability:
        lines += ["", _say("reliability", lang), _say("bins", lang)]
        for b in test.reliability:
            span = f"{number(100 * b.low, lang)} – {number(100 * b.high, lang)} %"
            foreseen, seen = _percent(b.foreseen, lang), _percent(b.seen, lang)
            lines.append(f"{span:<14}{_count(b.n, lang):>11}    {foreseen:<12}{seen}")
    return [*lines, "", *_paragraph(_say("about", lang))]


_WIDTHS = (6, 7, 9, 9, 7, 8, 9)  # with a name of up to 25 before them, within 80 columns


def _model(name: str, lang: str) -> str:
    return _MODELS.get(name, (name, name))[lang == "en"]


def own_store(look: LookBack, lang: str) -> str:
    """What the list would have said in past months and what followed, and how good the bare forecasts were."""
    lines = [_say("own", lang), ""]
    if look.until is None:
        return "\n".join([*lines, *_paragraph(_say("empty", lang))]) + "\n"
    span = words.days(look.span)[lang]
    if look.dates:
        lines += _in_words(look, lang)
        lines += ["", _say("dates", lang), *(_row(h, lang) for h in look.dates if h.at)]
        lines += _what_followed(look, lang)
        lines += ["", *_paragraph(_say("counted", lang)), *_paragraph(_say("known", lang))]
    else:
        until = _date(look.until, lang)
        lines += _paragraph(_say("short", lang, until=until, span=span, horizon=look.horizon))
    if look.test:
        title = _say("title", lang, source=_say("store", lang))
        lines += ["", *_paragraph(title), *_tables(look.test, lang)]
    else:
        lines += ["", *_paragraph(_say("no test", lang, span=span, needed=span_needed(look.horizon)))]
    return "\n".join(lines) + "\n"


def _in_words(look: LookBack, lang: str) -> list[str]:
    days = [h.at for h in look.dates if h.at]
    when = _say("on", lang, day=_date(days[0], lang))
    if len(days) > 1:
        when = _say("between", lang, n=len(days), first=_date(days[0], lang), last=_date(days[-1], lang))
    h = look.dates[-1]
    kept = {"when": when, "others": h.others, "share": _percent(h.others_share, lang), "horizon": look.horizon}
    if not h.flagged:
        return _paragraph(_say("nobody", lang, **kept))
    found = share(h.flagged_silent, h.flagged)
    interval = _say("interval", lang, low=_percent(found.low, lang), high=_percent(found.high, lang))
    phrase = "sentence" if h.flagged > 1 else "sentence 1"
    said = _say(phrase, lang, named=h.flagged, silent=h.flagged_silent, interval=interval, **kept)
    return _paragraph(said) + (_paragraph(_say("few", lang)) if h.flagged < _FEW else [])


def _row(h: Hindsight, lang: str) -> str:
    day = _date(h.at, lang) if h.at else ""
    named = f"{h.flagged_silent} ({_percent(h.flagged_share, lang)})" if h.flagged else "–"
    others = f"{h.others_silent} ({_percent(h.others_share, lang)})" if h.others else "–"
    return f"{day:<16}{h.flagged:>10}{named:>15}{h.others:>17}{others:>15}".rstrip()


def _what_followed(look: LookBack, lang: str) -> list[str]:
    if not look.named:
        return []
    lines = ["", _say("by rule", lang)]
    for rule, f in sorted(look.by_rule.items(), key=lambda item: (-item[1].n, item[0])):
        lines.append(f"  {words.name('rule', rule)[lang]:<32}{f.n:>4}{f.silent:>6}")
    if look.called is None or look.not_called is None:
        return lines
    if not look.called.n:
        return [*lines, "", *_paragraph(_say("nobody called", lang, days=CALLED_WITHIN))]
    said = _say(
        "called", lang, days=CALLED_WITHIN, horizon=look.horizon, called=look.called.n, quiet=look.called.silent,
        not_called=look.not_called.n, not_quiet=look.not_called.silent,
    )  # fmt: skip
    return [*lines, "", *_paragraph(said), *_paragraph(_say("no experiment", lang))]


def _date(day: date, lang: str) -> str:
    return f"{day.day}.{day.month}.{day.year}" if lang == "de" else day.isoformat()


# ---- the reliability plot ----

_INK, _MARK = "#767676", "#0072B2"  # both readable on white and on black; blue is safe for every colour vision
_SIDE, _LEFT, _TOP = 400, 64, 40  # the plotting square, and where it begins


def reliability_svg(bins: Sequence[Bin], horizon: int, source: str, lang: str) -> str:
    """Foreseen chance of contact against the share that had contact, as an SVG of its own or to stand inline: no
    script, no background, and a text alternative that names every point. The area of a point grows with its cases."""
    title = escape(_say("plot", lang, source=source))
    points = " ".join(
        _say("point", lang, foreseen=_tenth(b.foreseen, lang), seen=_tenth(b.seen, lang), n=_count(b.n, lang))
        for b in bins
    )
    width, height = _LEFT + _SIDE + 24, _TOP + _SIDE + 56
    middle, bottom = _LEFT + _SIDE / 2, _TOP + _SIDE
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
            f'role="img" aria-labelledby="reliability-title reliability-text" font-family="sans-serif" font-size="12" '
            f'fill="{_INK}">',
            f'<title id="reliability-title">{title}</title>',
            f'<desc id="reliability-text">{escape(_say("alternative", lang, points=points))}</desc>',
            f'<text x="{_LEFT}" y="22" font-size="14">{title}</text>',
            *_axes(lang),
            f'<text x="{middle}" y="{bottom + 40}" text-anchor="middle">{_say("axis x", lang, horizon=horizon)}</text>',
            f'<text transform="translate(18 {_TOP + _SIDE / 2}) rotate(-90)" text-anchor="middle">'
            f"{_say('axis y', lang)}</text>",
            *_points(bins, lang),
            "</svg>\n",
        ]
    )


def _x(value: float) -> str:
    return f"{_LEFT + _SIDE * value:.1f}"


def _y(value: float) -> str:
    return f"{_TOP + _SIDE * (1 - value):.1f}"


def _tenth(value: float, lang: str) -> str:
    return number(100 * value, lang, 1)


def _axes(lang: str) -> Iterable[str]:
    yield f'<g stroke="{_INK}" fill="none">'
    yield f'<path d="M{_x(0)} {_y(1)}V{_y(0)}H{_x(1)}"/>'
    for step in range(0, 11, 2):
        yield f'<path d="M{_x(step / 10)} {_y(0)}v5M{_x(0)} {_y(step / 10)}h-5"/>'
    yield f'<path d="M{_x(0)} {_y(0)}L{_x(1)} {_y(1)}" stroke-dasharray="5 4"/></g>'
    for step in range(0, 11, 2):
        yield f'<text x="{_x(step / 10)}" y="{_TOP + _SIDE + 19}" text-anchor="middle">{10 * step}</text>'
        yield f'<text x="{_LEFT - 9}" y="{_y(step / 10)}" dy="4" text-anchor="end">{10 * step}</text>'
    yield f'<text x="{_x(0.98)}" y="{_y(0.72)}" text-anchor="end">{_say("diagonal", lang)}</text>'


def _points(bins: Sequence[Bin], lang: str) -> Iterable[str]:
    most = max((b.n for b in bins), default=1)
    yield f'<g fill="{_MARK}" stroke="{_MARK}">'
    for b in bins:
        interval = share(round(b.seen * b.n), b.n)
        said = escape(
            _say("point", lang, foreseen=_tenth(b.foreseen, lang), seen=_tenth(b.seen, lang), n=_count(b.n, lang))
        )
        yield f'<path d="M{_x(b.foreseen)} {_y(interval.low)}V{_y(interval.high)}" stroke-width="1.5"/>'
        yield (
            f'<circle cx="{_x(b.foreseen)}" cy="{_y(b.seen)}" r="{3 + 7 * sqrt(b.n / most):.1f}" fill-opacity="0.6">'
            f"<title>{said}</title></circle>"
        )
    yield "</g>"
