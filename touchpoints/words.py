"""Everything the judging stages say, in German and English: one table of phrases, and how figures are put into them.

A `Text` is a phrase and its figures; the sentence is made when a language is asked for. So rules and the call list
build no sentences, and all that has to be translated stands here. German speaks with "Sie" and guesses nobody's gender.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from touchpoints.warmth import Warmth

LANGUAGES = ("de", "en")

_Phrase = str | tuple[str, str]  # one form, or one for n = 1 and one for all other n

_PHRASES: Mapping[str, tuple[_Phrase, _Phrase]] = MappingProxyType({
    # -- counts: {n} decides between singular and plural
    "days": (("{n} Tag", "{n} Tage"), ("{n} day", "{n} days")),
    "of days": (("{n} Tag", "{n} Tagen"), ("{n} day", "{n} days")),
    "every": (("täglich", "alle {n}"), ("daily", "{n}")),
    "every days": (("jeden Tag", "alle {n} Tage"), ("every day", "every {n} days")),
    "hours": (("{n} Arbeitsstunde", "{n} Arbeitsstunden"), ("{n} working hour", "{n} working hours")),
    "under an hour": ("weniger als einer Arbeitsstunde", "less than a working hour"),
    "working days": (("{n} Arbeitstag", "{n} Arbeitstagen"), ("{n} working day", "{n} working days")),
    "contact days": (("{n} Kontakttag", "{n} Kontakttage"), ("{n} contact day", "{n} contact days")),
    "attempts": (("{n} Versuch", "{n} Versuche"), ("{n} attempt", "{n} attempts")),
    "missed calls": (("{n} verpasster Anruf", "{n} verpasste Anrufe"), ("{n} missed call", "{n} missed calls")),
    "times": (("{n}-mal", "{n}-mal"), ("once", "{n} times")),
    "n meeting": (("{n} Termin", "{n} Termine"), ("{n} meeting", "{n} meetings")),
    "n video": (("{n} Videotermin", "{n} Videotermine"), ("{n} video meeting", "{n} video meetings")),
    "n call": (("{n} Anruf", "{n} Anrufe"), ("{n} call", "{n} calls")),
    "n message": (("{n} Nachricht", "{n} Nachrichten"), ("{n} message", "{n} messages")),
    "n email": (("{n} E-Mail", "{n} E-Mails"), ("{n} mail", "{n} mails")),
    "n letter": (("{n} Brief", "{n} Briefe"), ("{n} letter", "{n} letters")),
    "n other": (("{n} anderer Kontakt", "{n} andere Kontakte"), ("{n} other contact", "{n} other contacts")),
    "and": ("{first} und {last}", "{first} and {last}"),
    "day year": ("{day} {year}", "{day} {year}"),
    # -- silence against the own rhythm; the longest gap so far may be longer than this one
    "silence": ("{n} still", "{n} of silence"),
    "silence net": ("{n} still (ohne freie Tage {net})", "{n} of silence ({net} without days off)"),
    "rhythm": ("üblich {usual}, nie länger als {longest}", "usually {usual}, never more than {longest}"),
    "rhythm beaten": ("üblich {usual}, längstens {longest}", "usually {usual}, at most {longest} so far"),
    "standing": ("{status} · {silence}, {rhythm}", "{status} · {silence}, {rhythm}"),
    "status only": ("{status}", "{status}"),
    "standing new": ("{status} · {silence}", "{status} · {silence}"),
    "standing only we": (
        "{status} · {silence}, {rhythm}; seit {days} schreiben nur wir",
        "{status} · {silence}, {rhythm}; only we wrote for {days}",
    ),
    # -- reasons
    "missed_inbound": (
        "Rückruf offen · {calls}, zuletzt am {when}{voicemail} · wartet seit {waited}",
        "call back · {calls}, last {when}{voicemail} · waiting for {waited}",
    ),
    "with voicemail": (", mit Sprachnachricht", ", with a voicemail"),
    "nothing": ("", ""),
    "unanswered_message": (
        "Antwort offen · {medium} vom {when}{subject} · wartet seit {waited}",
        "to answer · {medium} {when}{subject} · waiting for {waited}",
    ),
    "quoted": (" „{text}“", ' "{text}"'),
    "promise_due": ("zugesagt · „{note}“, fällig am {due}", 'promised · "{note}", due {due}'),
    "fell_through": (
        "Termin ausgefallen, kein neuer · {medium} am {when}{subject}: {outcome}",
        "meeting fell through, no new one · {medium} {when}{subject}: {outcome}",
    ),
    "overdue": (
        "fällig · {silence}, vereinbart {ideal}, spätestens nach {latest}",
        "due · {silence}, agreed {ideal}, after {latest} at the latest",
    ),
    "overdue ideal": (
        "an der Reihe · {silence}, vereinbart {ideal}, spätestens nach {latest}",
        "about time · {silence}, agreed {ideal}, after {latest} at the latest",
    ),
    "unusual_silence": ("fällig · {silence}, {rhythm}", "due · {silence}, {rhythm}"),
    "season": (
        "wie jedes Jahr · um diese Zeit in Kontakt {years}, dieses Jahr noch nicht",
        "as every year · in touch at this time of year in {years}, not yet this year",
    ),
    "ghosted": (
        "antwortet nicht mehr · {attempts} ohne Antwort seit {since} ({parts})",
        "no longer answers · {attempts} without an answer since {since} ({parts})",
    ),
    "single_threaded": (
        "hängt an einer Person · von {n} Ansprechpersonen ist {name} geblieben",
        "depends on one person · of {n} contacts {name} is left",
    ),
    "single_threaded champion": (
        "hängt an einer Person · {name}, am häufigsten im Gespräch: {silence}, {rhythm}",
        "depends on one person · {name}, spoken to most: {silence}, {rhythm}",
    ),
    "contact_left bounced": (
        "nicht mehr dort · E-Mail an {name} am {when} unzustellbar",
        "no longer there · mail to {name} could not be delivered {when}",
    ),
    "contact_left": (
        "nicht mehr dort · {name}, keine Nachfolge bekannt",
        "no longer there · {name}, no successor known",
    ),
    "answered_now": (
        "hat gerade geantwortet · {medium} vom {when}{subject}, erste Antwort",
        "has just answered · {medium} {when}{subject}, the first answer",
    ),
    "answered_now again": (
        "hat gerade geantwortet · {medium} vom {when}{subject}, nach {days}",
        "has just answered · {medium} {when}{subject}, after {days}",
    ),
    "attempts reason": (
        "noch nicht erreicht · {attempts} seit {since} ({parts}), noch kein Gespräch",
        "not reached yet · {attempts} since {since} ({parts}), no conversation so far",
    ),
    "cooling": (
        "wird seltener · {silence}, {rhythm} · zuletzt {month} statt {year} Kontakttage im Monat",
        "cooling · {silence}, {rhythm} · lately {month} contact days a month instead of {year}",
    ),
    "shallow_only": (
        "nur noch schriftlich · seit {silence} kein Gespräch, {rhythm}",
        "only in writing now · no conversation for {silence}, {rhythm}",
    ),
    "never_spoken": (
        "noch nie gesprochen · {days} seit {since}, alle schriftlich",
        "never spoken · {days} since {since}, all in writing",
    ),
    "never_spoken unheard": (
        "noch nie gesprochen · {days} seit {since}, alle schriftlich; Gespräche sind von niemandem bekannt",
        "never spoken · {days} since {since}, all in writing; no conversations with anybody are known",
    ),
    "birthday today": ("Anlass: Geburtstag heute", "occasion: birthday today"),
    "birthday tomorrow": ("Anlass: Geburtstag morgen, {day}", "occasion: birthday tomorrow, {day}"),
    "birthday": ("Anlass: Geburtstag am {day}, in {days}", "occasion: birthday {day}, in {days}"),
    "uncertain": ("{reason} · unsicher: {source} endet am {day}", "{reason} · uncertain: {source} ends {day}"),
    # -- what holds back
    "meeting booked": ("wartet: {medium} am {when}", "waits: {medium} {when}"),
    "snoozed": ("zurückgestellt bis {day}", "snoozed until {day}"),
    "not now": ("passt gerade nicht, wieder ab {day}", "not now, again from {day}"),
    "away": ("abwesend bis {day}", "away until {day}"),
    "tried today": ("heute versucht, nicht erreicht; morgen wieder", "tried today, not reached; again tomorrow"),
    "do not contact": ("nicht kontaktieren (Sperrvermerk)", "do not contact"),
    "no consent": ("keine Einwilligung: {channels}", "no consent: {channels}"),
    "wrong person": ("nicht die richtige Ansprechperson, keine andere bekannt", "not the right person, no other known"),
    "done": ("erledigt am {day}, seither kein neuer Anlass", "done {day}, no new reason since"),
    "sorted as": ("eingeordnet als {kind}", "sorted as {kind}"),
    "spoken since": ("seither gesprochen: {name}, am {when}", "spoken since: {name}, {when}"),
    # -- why not
    "listed": ("steht auf der Liste, Platz {place}: {reason}", "is on the list, number {place}: {reason}"),
    "held": ("wartet ({why}): {reason}", "held back ({why}): {reason}"),
    "ended": ("kein Anlass mehr ({why}): {reason}", "no longer a reason ({why}): {reason}"),
    "out of kind": ("{kind}: dafür gibt es keine Anlässe aus Stille", "{kind}: silence gives no reason there"),
    "out hotline": ("nur über Hotline-Leitungen in Kontakt", "in touch only on hotline lines"),
    "out one-sided": ("bisher nur Kontakt von einer Seite", "contact from one side only so far"),
    "out short": (
        "noch zu neu: {days} in {span}; nötig sind {least} in {window}",
        "not enough data: {days} in {span}; it takes {least} in {window}",
    ),
    "out dormant": (
        "eingeschlafen: {silence}, früher {usual}; siehe „Neu beginnen?“",
        'dormant: {silence}, formerly {usual}; see "Restart?"',
    ),
    "out left": ("nicht mehr dort", "no longer there"),
    "not in book": ("noch niemandem zugeordnet", "belongs to nobody known yet"),
    "on track": (
        "{status} · {silence}, {rhythm}; fällig nach {due}, am {when}",
        "{status} · {silence}, {rhythm}; due after {due}, {when}",
    ),
    "on cadence": (
        "im Takt · {silence}, vereinbart {ideal}, spätestens nach {latest}",
        "on track · {silence}, agreed {ideal}, after {latest} at the latest",
    ),
    "days off": (
        "{silence}, {rhythm}; ohne freie Tage fällig erst nach {due}",
        "{silence}, {rhythm}; due after {due} without days off",
    ),
    # -- what to do
    "call": ("Anrufen: {handle}{why} · {slot}", "Call {handle}{why} · {slot}"),
    "call unknown": ("Anrufen (keine Nummer bekannt){why} · {slot}", "Call (no number known){why} · {slot}"),
    "video": (
        "Gespräch per Video oder Telefon anbieten, per E-Mail an {handle}{why} · {slot}",
        "Offer a video or phone call, by mail to {handle}{why} · {slot}",
    ),
    "write": (
        "Erst schreiben ({channel}: {handle}), um ein Gespräch bitten{why} · {slot}",
        "Write first ({channel}: {handle}) and ask for a call{why} · {slot}",
    ),
    "find": (
        "Nachfolge erfragen, über die Zentrale{why} · {slot}",
        "Ask the switchboard for the successor{why} · {slot}",
    ),
    "reached there": (
        ("dort {reached} von {tried} Mal erreicht", "dort {reached} von {tried} Mal erreicht"),
        ("reached there {reached} of {tried} time", "reached there {reached} of {tried} times"),
    ),
    "mobile": ("Mobilnummer", "mobile number"),
    "only number": ("einzige bekannte Nummer", "the only number known"),
    "any number": ("noch nie darüber erreicht", "never reached on it so far"),
    "no successor": ("{name} ist nicht mehr dort", "{name} is no longer there"),
    "no number": ("keine Nummer bekannt", "no number known"),
    "answers there": ("antwortet dort, am Telefon {failed} nicht erreicht", "answers there, not by phone ({failed})"),
    "answers in writing": ("antwortet dort", "answers there"),
    "after attempts": ("{attempts} ohne Erfolg, anderer Weg", "{attempts} failed, another way"),
    "after attempts slot": ("{attempts} ohne Erfolg, andere Zeit", "{attempts} failed, another time"),
    "why": (" ({why})", " ({why})"),
    "slot": ("{day}, {first}–{last} Uhr", "{day}, {first}–{last}"),
    "slot usual": ("{day}, {first}–{last} Uhr (da am besten erreichbar)", "{day}, {first}–{last} (best reached then)"),
    # -- notes on the whole list
    "coverage": ("{source} endet am {day} (vor {days})", "{source} ends {day} ({days} ago)"),
})  # fmt: skip

_NAMES: Mapping[str, Mapping[str, tuple[str, str]]] = MappingProxyType({
    "status": {
        "one-way": ("bisher nur von uns", "one-way"),
        "not enough data": ("noch zu neu", "not enough data"),
        "dormant": ("eingeschlafen", "dormant"),
        "due": ("fällig", "due"),
        "cooling": ("wird seltener", "cooling"),
        "on track": ("im Takt", "on track"),
    },
    "rule": {
        "missed_inbound": ("Rückruf offen", "call back"),
        "unanswered_message": ("Antwort offen", "to answer"),
        "promise_due": ("zugesagt", "promised"),
        "fell_through": ("Termin ausgefallen, kein neuer", "meeting fell through"),
        "overdue": ("Rhythmus überschritten", "overdue"),
        "unusual_silence": ("ungewohnt still", "unusual silence"),
        "season": ("wie jedes Jahr", "as every year"),
        "ghosted": ("antwortet nicht mehr", "no longer answers"),
        "single_threaded": ("hängt an einer Person", "depends on one person"),
        "contact_left": ("nicht mehr dort", "no longer there"),
        "answered_now": ("hat gerade geantwortet", "has just answered"),
        "attempts": ("noch nicht erreicht", "not reached yet"),
        "cooling": ("wird seltener", "cooling"),
        "shallow_only": ("nur noch schriftlich", "only in writing"),
        "never_spoken": ("noch nie gesprochen", "never spoken"),
        "occasion": ("Anlass", "occasion"),
        "restart": ("Neu beginnen?", "restart?"),
    },
    "medium": {
        "meeting": ("Termin", "meeting"), "video": ("Videotermin", "video meeting"), "call": ("Anruf", "call"),
        "message": ("Nachricht", "message"), "email": ("E-Mail", "mail"), "letter": ("Brief", "letter"),
        "other": ("Kontakt", "contact"),
    },
    "source": {
        "meeting": ("Kalender", "calendar"), "video": ("Kalender", "calendar"), "call": ("Anrufprotokoll", "call log"),
        "message": ("Nachrichtenexport", "message export"), "email": ("Mailexport", "mail export"),
        "letter": ("Briefablage", "letters"), "other": ("Quelle", "source"),
    },
    "outcome": {
        "reached": ("erreicht", "reached"), "missed": ("nicht erreicht", "missed"),
        "voicemail": ("Mailbox", "voicemail"),
        "declined": ("von dort abgesagt", "declined"), "cancelled": ("abgesagt", "cancelled"),
        "no_show": ("nicht erschienen", "no-show"),
    },
    "kind": {
        "customer": ("Kunde", "customer"), "prospect": ("Interessent", "prospect"), "partner": ("Partner", "partner"),
        "supplier": ("Lieferant", "supplier"), "former": ("ehemalig", "former"), "private": ("privat", "private"),
        "ignored": ("ausgeblendet", "ignored"), "unsorted": ("nicht eingeordnet", "unsorted"),
    },
    "channel": {
        "phone": ("Telefon", "phone"), "mail": ("E-Mail", "mail"), "meeting": ("Treffen", "meeting"),
        "video": ("Video", "video"), "letter": ("Brief", "letter"), "message": ("Nachricht", "message"),
        "sms": ("SMS", "SMS"), "whatsapp": ("WhatsApp", "WhatsApp"), "linkedin": ("LinkedIn", "LinkedIn"),
        "telegram": ("Telegram", "Telegram"), "signal": ("Signal", "Signal"), "slack": ("Slack", "Slack"),
        "teams": ("Teams", "Teams"), "facebook": ("Facebook", "Facebook"), "instagram": ("Instagram", "Instagram"),
    },
})  # fmt: skip

_WEEKDAYS = (
    "Mo Di Mi Do Fr Sa So".split(),
    "Mon Tue Wed Thu Fri Sat Sun".split(),
)
_MONTHS = (
    "Jan. Feb. März April Mai Juni Juli Aug. Sept. Okt. Nov. Dez.".split(),
    "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(),
)


class Text(Mapping[str, str]):
    """A sentence in every language (`de`, `en`), made when it is read: a phrase of the table and its figures.

    A figure may be a number, a text, a `Text`, a list of them, or a date (a time is written with its hour, so give it
    in the zone it is to be read in). `n` also chooses between singular and plural.
    """

    __slots__ = ("figures", "phrase")

    def __init__(self, phrase: str, **figures: Any) -> None:
        self.phrase, self.figures = phrase, figures

    def __getitem__(self, lang: str) -> str:
        if lang not in LANGUAGES:
            raise KeyError(lang)
        template = _PHRASES[self.phrase][LANGUAGES.index(lang)]
        if isinstance(template, tuple):
            template = template[self.figures["n"] != 1]
        return template.format(**{name: _said(value, lang) for name, value in self.figures.items()})

    def __iter__(self) -> Iterator[str]:
        return iter(LANGUAGES)

    def __len__(self) -> int:
        return len(LANGUAGES)

    def __repr__(self) -> str:
        return f"Text({self['en']!r})"


def name(of: str, value: str) -> Mapping[str, str]:
    """What a status, rule, medium, source, outcome, kind or channel (`of`) is called; an unknown one as it is."""
    return dict(zip(LANGUAGES, _NAMES[of].get(value, (value, value)), strict=True))


def _said(value: Any, lang: str) -> str:
    if isinstance(value, Mapping):
        return str(value[lang])
    if isinstance(value, float):
        text = f"{value:.1f}".removesuffix(".0")
        return text.replace(".", ",") if lang == "de" else text
    if isinstance(value, date):
        return _date(value, LANGUAGES.index(lang))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(_said(part, lang) for part in value)
    return str(value)


def _date(value: date, language: int) -> str:
    """`Di 30. Juni`, `Tue 30 Jun`; a time with its hour."""
    month = _MONTHS[language][value.month - 1]
    weekday = _WEEKDAYS[language][value.weekday()]
    said = f"{weekday} {value.day}. {month}" if language == 0 else f"{weekday} {value.day} {month}"
    return f"{said}, {value:%H:%M}" if isinstance(value, datetime) else said


# -- phrases that several stages share ----------------------------------------------------------------------------


def day(value: date, today: date) -> date | Text:
    """A date as it is said on `today`: with the year where that is not clear."""
    return value if abs((value - today).days) < 300 else Text("day year", day=value, year=value.year)


def silence(raw: int, net: int | None = None) -> Text:
    """So many days of silence, with the figure without days off where that differs."""
    if net is None or net == raw:
        return Text("silence", n=Text("days", n=raw))
    return Text("silence net", n=Text("days", n=raw), net=net)


def rhythm(usual: float | None, longest: int | None, silent: int) -> Text:
    """The own rhythm that a silence is compared with: usual and longest gap, in days."""
    every = Text("every", n=max(1, round(usual or 0)))
    beaten = (longest or 0) >= silent
    return Text("rhythm beaten" if beaten else "rhythm", usual=every, longest=longest or 0)


def standing(warmth: Warmth, lang: str) -> str:
    """What a person reads first: status, and the silence against the own rhythm."""
    status = name("status", warmth.status)
    silent = warmth.silence_days
    if silent is None:
        return status[lang]
    if warmth.usual_gap_days is None:
        return Text("standing new", status=status, silence=silence(silent))[lang]
    against = rhythm(warmth.usual_gap_days, warmth.longest_gap_days, silent)
    sign = warmth.summary.last_sign
    if warmth.status == "one-way" and sign is not None:
        days = Text("of days", n=warmth.summary.at - sign)
        return Text("standing only we", status=status, silence=silence(silent), rhythm=against, days=days)[lang]
    return Text("standing", status=status, silence=silence(silent), rhythm=against)[lang]


def in_language(texts: Mapping[str, str], lang: str) -> str:
    """The text in a language, else in English, else in whatever there is."""
    return texts.get(lang) or texts.get("en") or next(iter(texts.values()), "")
