"""The call list and a relationship as plain text, in German and English, readable at 80 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from touchpoints.book import Flag, Reason, Relationship
from touchpoints.facts import Stored
from touchpoints.language import in_language, language
from touchpoints.render.absences import own as own_absences
from touchpoints.report import CallReport
from touchpoints.rules.occasions import next_birthday
from touchpoints.words import standing

WIDTH = 79
OLD = 3
"""A source that ends so many days ago is worth exporting again."""
_DAYS = {"de": "Mo Di Mi Do Fr Sa So".split(), "en": "Mon Tue Wed Thu Fri Sat Sun".split()}
_MONTHS = {
    "de": "Jan. Feb. März April Mai Juni Juli Aug. Sept. Okt. Nov. Dez.".split(),
    "en": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
}
WORDS = {
    "de": {
        "title": "Heute anrufen", "empty": "Heute wartet niemand auf Ihren Anruf.", "next": "Als Nächstes fällig am {}.",
        "also": "dort auch: {}", "held": "Wartet", "more": "{} weitere passten nicht mehr auf die Liste (--limit, --minutes).",
        "more_1": "1 weiterer Anlass passte nicht mehr auf die Liste (--limit, --minutes).",
        "uncertain": "unsicher", "restart": "Neu beginnen?", "oldest": "Stand der Quellen: {}",
        "again": "{} neu exportieren: {}", "minutes": "etwa {} Min.",
        "unsorted": "{} Organisationen sind noch nicht eingeordnet; bis dahin gilt der Vorschlag.",
        "unsorted_1": "1 Organisation ist noch nicht eingeordnet; bis dahin gilt der Vorschlag.",
        "contact_30": "Kontakt in 30 Tagen: {} %", "called": "nach einem Anruf heute: {} %", "timeline": "Kontakte",
        "people": "Dort",
        "handles": "Erreichbar unter", "nothing": "Noch keine Kontakte.",
        "day": "{} {}. {} {}",
    },
    "en": {
        "title": "Call today", "empty": "Nobody waits for your call today.", "next": "The next is due on {}.",
        "also": "also there: {}", "held": "Held back", "more": "{} more did not fit on the list (--limit, --minutes).",
        "more_1": "1 more did not fit on the list (--limit, --minutes).",
        "uncertain": "uncertain", "restart": "Restart?", "oldest": "Sources reach to: {}",
        "again": "export {} again: {}", "minutes": "about {} min",
        "unsorted": "{} organisations are not sorted yet; until then the proposal counts.",
        "unsorted_1": "1 organisation is not sorted yet; until then the proposal counts.",
        "contact_30": "Contact within 30 days: {} %", "called": "after a call today: {} %", "timeline": "Touchpoints",
        "people": "There",
        "handles": "Reachable at", "nothing": "No touchpoints yet.",
        "day": "{} {} {} {}",
    },
}  # fmt: skip
CHANNEL = {"de": {"phone": "Telefon", "mail": "Mail", "meeting": "Treffen", "video": "Video", "letter": "Brief",
                  "message": "Nachricht", "whatsapp": "WhatsApp", "linkedin": "LinkedIn", "sms": "SMS"},
           "en": {"whatsapp": "WhatsApp", "linkedin": "LinkedIn", "sms": "SMS"}}  # fmt: skip
OUTCOME = {
    "de": {"reached": "", "missed": "nicht erreicht", "voicemail": "Mailbox", "declined": "abgesagt",
           "cancelled": "ausgefallen", "no_show": "nicht erschienen"},
    "en": {"reached": "", "missed": "not reached", "voicemail": "voicemail", "declined": "declined",
           "cancelled": "cancelled", "no_show": "no-show"},
}  # fmt: skip
DIRECTION = {
    "de": {"in": "von dort", "out": "von uns", "mutual": ""},
    "en": {"in": "from them", "out": "from us", "mutual": ""},
}
_PARTS = {
    "de": {
        "silence": "Stille: {} Tage", "usual_gap": "üblicher Abstand: {} Tage", "longest_gap": "längster Abstand: {} Tage",
        "due_after": "fällig nach {} Tagen Stille", "unusual": "länger still als in {} % der Fälle",
        "momentum": "Schwung: {} %", "rhythm": "Rhythmus: {} %", "trend": "Tendenz (z): {}",
        "live_minutes": "Gespräch in 90 Tagen: {} Min.", "inbound_share": "davon ging von dort aus: {} %",
        "score": "Kontakt in 30 Tagen: {} %", "if_called": "nach einem Anruf heute: {} %", "last": "letzter Kontakt: {}",
    },
    "en": {
        "silence": "silence: {} days", "usual_gap": "usual gap: {} days", "longest_gap": "longest gap: {} days",
        "due_after": "due after {} days of silence", "unusual": "longer than {} % of its silences",
        "momentum": "momentum: {} %", "rhythm": "rhythm: {} %", "trend": "trend (z): {}",
        "live_minutes": "conversation in 90 days: {} min", "inbound_share": "started by them: {} %",
        "score": "contact within 30 days: {} %", "if_called": "after a call today: {} %", "last": "last touchpoint: {}",
    },
}  # fmt: skip


def number(value: float, lang: str, digits: int = 0) -> str:
    """A number as the language writes it."""
    text = f"{value:.{digits}f}"
    return text.replace(".", ",") if lang == "de" else text


def day(value: date, lang: str) -> str:
    """A date as the language writes it, with the weekday."""
    weekday, month = _DAYS[lang][value.weekday()], _MONTHS[lang][value.month - 1]
    return WORDS[lang]["day"].format(weekday, value.day, month, value.year)


def moment(value: datetime, lang: str) -> str:
    """A time as the language writes it."""
    return f"{day(value.date(), lang)}, {value:%H:%M}"


def channel(name: str, lang: str) -> str:
    """A channel's name as the language has it."""
    return CHANNEL[lang].get(name, name)


def who(flag: Flag | Relationship) -> str:
    """Contact and customer in one phrase."""
    names = [flag.contact.name] if flag.contact else []
    names += [flag.customer.name] if flag.customer and flag.customer.name not in names else []
    return " · ".join(names)


def calls(report: CallReport, lang: str, *, flags: bool = True) -> str:
    """The call list; without `flags` only what stands around them."""
    words, found = WORDS[lang], report.call_list
    lines = [f"{words['title']} · {moment(report.at.astimezone(report.zone), lang)} ({report.zone.key})"]
    if report.coverage:
        oldest = ", ".join(f"{c.source} {day(c.until, lang)}" for c in report.coverage[:3])
        lines += _wrapped(words["oldest"].format(oldest), "  ")
        if report.coverage[0].age_days >= OLD and (how := report.export_again(report.coverage[0].source, lang)):
            lines += _wrapped(words["again"].format(report.coverage[0].source, how), "  ")
    lines.append("")
    for place, (flag, minutes) in enumerate(zip(found.flags, found.minutes, strict=True) if flags else (), 1):
        lines += _flag(place, flag, minutes, lang)
        lines.append("")
    if not found.flags:
        lines += [words["empty"]]
        if found.next_due:
            lines += [words["next"].format(day(found.next_due, lang))]
        lines.append("")
    for note in found.eased:
        lines += [*_wrapped(in_language(note, lang), ""), ""]
    if found.more:
        lines += [_plural(words, "more", found.more), ""]
    if found.held_back:
        lines.append(f"{words['held']}:")
        for held in found.held_back:
            name = held.contact.name if held.contact else held.customer.name if held.customer else ""
            lines += _wrapped(f"{name}: {in_language(held.why, lang)}", "  ")
        lines.append("")
    if found.restart:
        lines += [f"{words['restart']} " + ", ".join(who(r) for r in found.restart), ""]
    if found.unsorted:
        lines += _wrapped(_plural(words, "unsorted", found.unsorted), "")
    return "\n".join(lines).rstrip() + "\n"


def _plural(words: dict[str, str], name: str, count: int) -> str:
    return words[f"{name}_1"] if count == 1 else words[name].format(count)


def _flag(place: int, flag: Flag, minutes: int, lang: str) -> list[str]:
    words, warmth = WORDS[lang], flag.relationship.warmth
    mark = f" ({words['uncertain']})" if flag.uncertain else ""
    lines = _wrapped(f"{place:>2}  {who(flag)}{mark}", "    ", first="")
    for sentence in dict.fromkeys(in_language(reason.text, lang) for reason in flag.reasons):
        lines += _wrapped(sentence, "    ")
    suggestion = in_language(flag.suggestion.text, lang)
    if suggestion:
        lines += _wrapped(f"→ {suggestion} · {words['minutes'].format(minutes)}", "    ")
    for note in flag.notes:
        lines += _wrapped(in_language(note, lang), "    ")
    if flag.also:
        lines += _wrapped(words["also"].format(", ".join(c.name for c in flag.also)), "    ")
    if warmth.score is not None:
        chance = words["contact_30"].format(number(warmth.score, lang))
        lines += _wrapped(f"{chance}, {words['called'].format(number(warmth.if_called, lang))}", "    ")
    return lines


def _wrapped(text: str, indent: str, first: str | None = None) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent=indent if first is None else first, subsequent_indent=indent, break_long_words=False
    ) or [indent.rstrip()]


def line_of(stored: Stored, lang: str, zone: Any) -> str:
    """One touchpoint in a line."""
    t = stored.touchpoint
    said = [moment(t.at.astimezone(zone), lang), channel(t.channel, lang), DIRECTION[lang][t.direction]]
    said.append(OUTCOME[lang][t.outcome])
    if t.duration and t.outcome == "reached":
        said.append(f"{max(1, round(t.duration / 60))} min")
    if t.subject:
        said.append(t.subject)
    return " · ".join(part for part in said if part)


def explanation(relationship: Relationship, timeline: list[Stored], lang: str) -> list[tuple[str, float, list[str]]]:
    """The parts of a score in words: (sentence, value, keys of the touchpoints behind it)."""
    from touchpoints.warmth import explain

    reached = [s.key for s in timeline if s.touchpoint.outcome == "reached"]
    evidence = {"silence": reached[:1], "score": reached[:3], "momentum": reached[:3], "usual_gap": reached}
    lines = []
    for part in explain(relationship.summary, relationship.warmth.prior):
        value = part.value * 100 if part.name in ("unusual", "inbound_share") else part.value
        digits = 1 if part.name in ("trend", "usual_gap", "due_after") else 0
        sentence = _PARTS[lang][part.name].format(number(value, lang, digits))
        lines.append((sentence, round(value, 3), evidence.get(part.name, [])))
    return lines


def show(
    relationship: Relationship,
    timeline: list[Stored],
    lang: str,
    zone: Any,
    people: tuple[Relationship, ...] = (),
    most: int = 15,
    reasons: Sequence[Reason] = (),
    evidence: Mapping[str, Stored] = MappingProxyType({}),
) -> str:
    """One relationship (or, with `people`, a customer as a whole): who, status and silence, explanation, reasons with the
    touchpoints behind them (from `evidence`), handles, timeline."""
    words = WORDS[lang]
    lines = [who(relationship), standing(relationship.warmth, lang), ""]
    lines += [f"  {text}" for text, _, _ in explanation(relationship, timeline, lang)]
    if reasons:
        lines += ["", f"{language(lang).say('Reasons')}:"]
    for reason in reasons:
        named = f"{reason.relationship.name}: " if people else ""
        lines += _wrapped(f"{named}{in_language(reason.text, lang)}", "    ", first="  ")
        behind = sorted((evidence[key] for key in reason.evidence if key in evidence), key=lambda s: s.touchpoint.at)
        lines += [
            f"    {textwrap.shorten(line_of(s, lang, zone), WIDTH - 4, placeholder=' …')}" for s in reversed(behind)
        ]
    if relationship.contact and relationship.contact.handles:
        handles = ", ".join(h.shown for h in relationship.contact.handles)
        lines += ["", *_wrapped(f"{words['handles']}: {handles}", "  ", first="")]
    contact, today = relationship.contact, date.fromordinal(relationship.summary.at)
    if contact and contact.birthday and (day := next_birthday(contact.birthday, today)):
        lines += [language(lang).say("Next birthday: {day}", day=day)]
    known = [r for r in people if r.contact]
    if known:
        lines += ["", f"{words['people']}:"]
        lines += [line for r in known for line in _wrapped(f"{r.name}: {standing(r.warmth, lang)}", "    ", first="  ")]
    for note in relationship.notes:
        lines += _wrapped(f"✎ {note.payload['text']}", "  ")
    lines += ["", f"{words['timeline']}:"]
    lines += [f"  {textwrap.shorten(line_of(s, lang, zone), WIDTH - 2, placeholder=' …')}" for s in timeline[:most]]
    if not timeline:
        lines.append(f"  {words['nothing']}")
    return "\n".join(lines) + "\n"


def imported(report: Any, lang: str, dry_run: bool) -> str:
    """What an import did (an `ingest.Report`)."""
    de = lang == "de"
    counts = report.counts
    lines = []
    for f in report.files:
        span = f"{f.first} – {f.last}" if f.first else "–"
        said = f"{f.counts.added} {'neu' if de else 'new'}"
        said += f", {f.counts.updated} {'geändert' if de else 'updated'}" if f.counts.updated else ""
        said += f", {f.counts.duplicates} {'bekannt' if de else 'known'}" if f.counts.duplicates else ""
        said += f", {f.people} {'Personen' if de else 'people'}" if f.people else ""
        said += f", {f.answers} {'Antworten' if de else 'answers'}" if f.answers else ""
        said += f", {f.skipped} {'übersprungen' if de else 'skipped'}" if f.skipped else ""
        lines += [f"{f.source}", f"  {f.importer} · {span} · {said}"]
        if dry_run and f.left_out:
            lines.append("  " + ", ".join(f"{n} × {reason}" for reason, n in sorted(f.left_out.items())))
        if f.absences:
            lines += _wrapped(own_absences(f.absences, lang), "    ", first="  ")
    if len(lines) > 60 and not dry_run:
        lines = [f"{len(report.files)} {'Dateien gelesen' if de else 'files read'}"]
    total = f"{counts.added} {'neu' if de else 'new'}, {counts.updated} {'geändert' if de else 'updated'}, "
    total += f"{counts.duplicates} {'bekannt' if de else 'known'}"
    lines += ["", ("Probelauf, nichts gespeichert: " if de else "dry run, nothing kept: ") * dry_run + total]
    if report.left_out:
        lines += _wrapped(
            ("ausgelassen: " if de else "left out: ")
            + ", ".join(f"{n} × {reason}" for reason, n in sorted(report.left_out.items())), "  ", first="",
        )  # fmt: skip
    for what, rows in (
        (("übersprungen" if de else "skipped"), [f"{s.source}:{s.record}: {s.reason}" for s in report.skipped]),
        (("nicht gelesen" if de else "not read"), [f"{source}: {reason}" for source, reason in report.failed]),
    ):
        if rows:
            lines.append(f"{what}:")
            lines += [f"  {row}" for row in rows[:20]]
            if len(rows) > 20:
                lines.append(f"  … {len(rows) - 20} {'weitere' if de else 'more'} (--json)")
    if report.skipped_total > len(report.skipped):
        lines.append(f"  {report.skipped_total} {'insgesamt' if de else 'in all'}")
    for question, sources in report.asked.items():
        named = sources[0] + (f" (+{len(sources) - 1})" if len(sources) > 1 else "")
        lines += ["", *_wrapped(f"? {named}: {question.question}", "  ", first="")]
        if question.options:
            lines += _wrapped(" | ".join(question.options), "    ")
        lines += [f"    {line}" for line in question.setting.splitlines()]
    if report.unresolved:
        lines += ["", *_wrapped(
            (f"{len(report.unresolved)} Nummern und Adressen kennt noch niemand: " if de else
             f"{len(report.unresolved)} numbers and addresses that nobody has named: ")
            + ", ".join(f"{handle} ({count}×)" for handle, count in report.unresolved[:5])
            + (" … touchpoints people --unresolved" if len(report.unresolved) > 5 else ""), "  ", first="",
        )]  # fmt: skip
    return "\n".join(lines).strip() + "\n"


def imported_sources(record: dict[str, Any], lang: str) -> str:
    """The status of a store (the record that `status --json` prints)."""
    de = lang == "de"
    lines = [
        f"{record['touchpoints']} {'Kontakte' if de else 'touchpoints'}, {record['contacts']} "
        f"{'Ansprechpersonen' if de else 'contacts'}, {record['customers']} {'Organisationen' if de else 'organisations'}, "
        f"{record['unresolved']} {'unbenannt' if de else 'unnamed'} · {record['timezone']}",
        f"{'Prüfung' if de else 'integrity'}: {record['integrity']} · touchpoints {record['version']}", "",
    ]  # fmt: skip
    for c in record["coverage"]:
        what = f" {c['what']}" if c["what"] else ""
        age = f"{c['since']} – {c['until']} ({c['age_days']} {'Tage alt' if de else 'days old'})"
        if c["holes"]:
            age += f" · {'Lücken' if de else 'holes'}: " + ", ".join(f"{a} – {b}" for a, b in c["holes"][-3:])
        lines += _wrapped(
            f"{c['source']}{what}: {age}" + (f" · {c['export']}" if c["export"] else ""), "    ", first="  "
        )
    away = [(date.fromisoformat(a["first"]), date.fromisoformat(a["last"])) for a in record["absences"]]
    lines += ["", *_wrapped(own_absences(away, lang), "    ", first="  ")] if away else []
    for p in record["away_proposed"]:
        lines += _wrapped(f"{p['contact']['name']}: {p['text']}", "    ", first="  ")
    lines.append("")
    for f in record["files"]:
        span = f"{f['first']} – {f['last']}" if f["first"] else "–"
        lines += [f"  {f['source']}", f"    {f['importer']} · {f['touchpoints']} · {span}"]
    lines += [f"! {problem}" for problem in record["problems"]]
    return "\n".join(lines) + "\n"
