"""Which column of a table means what: by German and English header names, or as a `[[table]]` in the settings says."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import attrs

from touchpoints.errors import UnknownName, UnreadableSource
from touchpoints.language import P_, english
from touchpoints.source import Source
from touchpoints.table import Header, header_in, plain

_NAMES = {  # field: header names without marks and units, the surest first
    "at": (
        "datum uhrzeit|datum und uhrzeit|datum zeit|zeitpunkt|zeitstempel|date time|datetime|date and time|"
        "timestamp|call time|call date time|calldate|anrufzeitpunkt|anrufzeit|anrufbeginn|gesprächsbeginn|"
        "verbindungsbeginn|callstart|call start|startzeitpunkt|startzeit|start time|starttime|start date time|beginn|begin|start|"
        "started|started at|wann|when|created at|erstellt am|datum der verbindung|received at|date started|call start time|"
        "call started at|created time|created date|created|created on|ticket created|requested|angelegt am|eingang|"
        "activity date|aktivitätsdatum|call date and time|datetime utc"
    ),
    "date": (
        "datum|date|anrufdatum|call date|startdatum|start date|tag|day|am|gesprächsdatum|verbindungsdatum|kontaktdatum|"
        "besuchsdatum|besuchstag|besuch am|datum des anrufs|datum des gesprächs|datum des kontakts|date of call|"
        "date of contact|contact date|date contacted|meeting date|visit date|eingang am|eingangsdatum|eingegangen am|anruf am|"
        "kontakt am|telefonat am|due date|fällig am|fälligkeitsdatum|fälligkeit"
    ),
    "time": "uhrzeit|zeit|time|um|time of day|uhr|time of call|due time",
    "answer": (
        "call answer|answer time|answered at|answer|annahmezeit|annahme|angenommen um|verbunden um|connect time|"
        "connected at|linktime|link time|date connected"
    ),
    "end": (
        "call end|ende|endzeit|end|end time|endtime|bis|ended at|gesprächsende|verbindungsende|date ended|completed at|"
        "call end time"
    ),
    "direction": (
        "richtung|direction|call direction|communication type|"
        "kommunikationsart|anrufrichtung|rufrichtung|ein aus|in out|kommend gehend|gesprächsrichtung"
    ),
    "type": (
        "typ|type|art|record type|txn type|"
        "anruftyp|anrufart|call type|gesprächstyp|gesprächsart|ereignis|event|ereignistyp|verbindungsart"
    ),
    "channel": (
        "kanal|channel|medium|kontaktart|art des kontakts|kontaktweg|kontaktkanal|aktivität|aktivitätstyp|"
        "activity|activity type|contact type|via|weg|wie|method|contact method|communication method|mode of contact|"
        "kontaktform|kommunikationsweg|art der kontaktaufnahme|form|task subtype|task type|activity subtype|aufgabentyp|"
        "aktivitätsart|aufgaben untertyp"
    ),
    "status": (
        "status|ergebnis|result|outcome|disposition|call status|anrufstatus|call result|gesprächsstatus|rufstatus|"
        "resultat|action result|call outcome|call disposition|anrufergebnis"
    ),
    "answered": "angenommen|beantwortet|answered|erreicht|reached|verbunden|connected|zustande gekommen",
    "number": (
        "rufnummer|telefonnummer|nummer|telefon|phone number|phone|number|teilnehmer|teilnehmernummer|gegenstelle|"
        "gesprächspartner nummer|externe nummer|externe rufnummer|external number|remote number|remote party|"
        "rufnr|telnr|tel nr|tel|telephone|telephone number|mobil|mobilnummer|mobile|handy|handynummer|"
        "fremde rufnummer|kontaktnummer|contact number|telefonnr|telefon nr|fon|phone no|tel no|"
        "mobile number|mobile phone|mobilfunk|work phone|business phone"
    ),
    "caller": (
        "anrufer|von|from|caller|a rufnummer|a nummer|a teilnehmer|quelle|source|src|calling number|calling party|"
        "caller number|caller id|anrufernummer|anrufende nummer|rufnummer des anrufers|quellrufnummer|quellnummer|"
        "absender|from number|source number|call from|anruf von|ausgehende rufnummer|ausgehende nummer|"
        "rufende nummer|abgangsnummer|ursprung|origin|calling party number|anruferin|anrufer in|requester|requester name|"
        "gemeldet von|melder"
    ),
    "called": (
        "angerufener|angerufene|an|to|called|callee|b rufnummer|b nummer|b teilnehmer|ziel|destination|dst|"
        "zielrufnummer|zielnummer|called number|called party|callee number|dialed number|dialled number|"
        "gewählte nummer|gewählte rufnummer|angerufene nummer|angerufene rufnummer|rufnummer des angerufenen|"
        "empfänger|callee id|recipient|recipient id|recipient number|receiver|to number|call to|anruf an|ruf an|nach|gerufene nummer|"
        "gerufene rufnummer|zielteilnehmer|destination number|called party number"
    ),
    "caller_name": "anrufername|name des anrufers|caller name|from name|von name|calling name",
    "called_name": "name des angerufenen|callee name|called name|to name|an name|zielname",
    "name": (
        "name|kontakt|kontaktname|contact|contact name|ansprechpartner|ansprechpartnerin|ansprechpartner in|ansprechperson|"
        "contact person|kontaktperson|gesprächspartner|gesprächspartnerin|gespräch mit|telefonat mit|spoke with|spoke to|"
        "talked to|associated contact|zugeordneter kontakt|person|teilnehmername|name der gegenstelle|kundenname|kunde|kundin|"
        "customer name|customer|mit|with|wer|who|display name|anzeigename|full name|client name|"
        "client|prospect|lead"
    ),
    "company": "firma|firmenname|unternehmen|company|company name|organisation|organization|associated company|company account",
    "given": "vorname|first name|given name",
    "family": "nachname|last name|surname|familienname|family name",
    "email": ("e mail|email|mail|e mail adresse|email adresse|mailadresse|email address|e mail address|mail address"),
    "duration": (
        "duration in call|gesprächsdauer|sprechzeit|talk time|talktime|talking|talk|talk duration|billsec|gesprächszeit|dauer|"
        "duration|call duration|verbindungsdauer|anrufdauer|wie lange|how long|länge|length|sekunden|seconds|minuten|minutes|min|mins|"
        "dauer volumen|call length|length of call|gesprächslänge"
    ),
    "wait": (
        "wartezeit|wartedauer|ring duration|ringdauer|"
        "rufdauer|wait time|waiting time|wait|ringing|ring time|ringing time|klingeldauer|klingelzeit|"
        "rufzeit|time to answer|wait duration"
    ),
    "line": (
        "eigene rufnummer|eigene nummer|own number|leitung|line|warteschlange|queue|hotline|msn|servicenummer|"
        "service number|gruppe|group|durchwahl|nebenstelle|extension"
    ),
    "colleague": (
        "mitarbeiter|mitarbeiterin|agent|agent name|benutzer|benutzername|user|user name|bearbeiter|bearbeiterin|"
        "employee|colleague|kollege|kollegin|mitarbeitername|rep|sales rep|sales representative|assignee|assigned to|"
        "activity assigned to|aktivität zugewiesen an|zugewiesen|assigned to user|assigned|call owner|zuständig|betreuer|"
        "betreuerin|handled by"
    ),
    "done": "done|marked as done|erledigt|completed|abgeschlossen",
    "subject": (
        "betreff|thema|subject|titel|title|anlass|topic|anliegen|worüber|gesprächsthema|purpose|regarding|zweck|call title"
    ),
}
FIELDS = tuple(_NAMES)
_RANKS = {
    name: (field, rank) for field, names in _NAMES.items() for rank, name in reversed(list(enumerate(names.split("|"))))
}
_RANKS = {name.replace(" ", ""): found for name, found in _RANKS.items()} | _RANKS  # CallType is "call type", too
_SETTINGS = frozenset(("header", "label", "in_words", "out_words", "missed_words", "duration_unit", "date_order"))
_UNITS = ("s", "m", "h", "mm:ss", "h:mm")

_FAR_SIDE = frozenset(_NAMES["called"].split("|"))
_NEAR_SIDE = frozenset(("quelle", "source", "ursprung", "origin"))
"""Names of a caller's column only where there is one of the called, too."""
_LAST = 98
_WHOSE = frozenset("customer client contact prospect lead requester visitor caller kunden kontakt".split())
_ENTERED = frozenset(
    ("created at", "erstellt am", "created time", "created date", "created", "created on", "ticket created", "angelegt am",
     "requested", "eingang", "eingang am", "eingangsdatum")
)  # fmt: skip
"""When a row was entered: the time of a ticket or a call, but not of a person in an address book."""
_RECORD = frozenset(("record id", "datensatz-id", "datensatz id"))
"""What the exports of customer management systems begin with, whatever they hold."""
_DUE = frozenset(("due date", "fällig am", "fälligkeitsdatum", "fälligkeit"))
_EVENT = frozenset(("direction", "duration", "caller", "called", "wait", "subject", "answered"))
"""Fields that only events have."""
_FOREIGN = frozenset(
    ("all day event", "ganztägiges ereignis", "ganztägig", "birthday", "geburtstag", "conversation id",
     "sender profile url", "inviterprofileurl", "connected on", "user email")
)  # fmt: skip
"""Columns of calendars, address books and messengers: their tables have readers of their own."""
_MONEY = re.compile(
    r".*\b(betrag|amount|iban|saldo|balance|preis|price|umsatz|revenue|rechnung\w*|invoice\w*|order\w*|bestell\w*|"
    r"artikel\w*|sku|menge|quantity|total|summe|währung|currency)\b.*"
)
"""Columns of accounts and shops: without any that only calls have they are no contact log. Bills of calls have both."""
_WORK = re.compile(
    r"(projekt|project)s?|(arbeits)?stunden|(working )?hours|billable|abrechenbar|pausen?|stundensatz|task"
)
"""Columns of time sheets: with names alone they are no contact log."""


@attrs.frozen(slots=True)
class Layout:
    """What the columns of a table mean: `columns` maps fields (`FIELDS`) to indices; `unit` says how durations are
    written (s, m, mm:ss, h:mm; `None` if open); `utc` that times are in UTC by their header; `channel` holds for all
    rows; `words` are further words for in, out and missed."""

    header: Header
    columns: Mapping[str, int]
    unit: str | None = None
    utc: bool = False
    channel: str | None = None
    words: Mapping[str, frozenset[str]] = attrs.field(factory=dict)
    date_order: str | None = None


def is_log(names: Sequence[str]) -> bool:
    """Whether a header row (plain names) is that of a contact log: a time, and somebody."""
    found = found_columns(names)
    event = {field for field in found.keys() & _EVENT if _bare(names[found[field]]) not in ("title", "titel")}
    entered = "date" not in found and "at" in found and _bare(names[found["at"]]) in _ENTERED
    if not event and (entered or not _RECORD.isdisjoint(names)):
        return False
    called = found.keys() & {"number", "caller", "called"}
    other = any(_MONEY.fullmatch(name) for name in names) or (
        not called and any(_WORK.fullmatch(name) for name in names)
    )
    return (
        bool(found.keys() & {"at", "date"})
        and bool(called or found.keys() & {"name", "email", "family"})
        and not _FOREIGN.intersection(names)
        and (not other or bool(called and event) or bool(found.keys() & {"channel", "type"}))
    )


def layout(source: Source, tables: Sequence[Mapping[str, Any]]) -> Layout | None:
    """The layout of a file: by the first of the `[[table]]` settings whose header it has, else by its own header's
    names; `None` if neither fits. Raises `UnreadableSource` for settings that cannot be applied."""
    for table in tables:
        wanted = {plain(str(name)) for name in table.get("header") or _used(table)}
        header = header_in(source.head_text, wanted.issubset) if wanted else None
        if header is not None:
            try:
                return _mapped(header, table)
            except UnknownName as error:
                raise UnreadableSource(
                    source.name, english("[[table]] in the settings: {error}", error=error)
                ) from error
    header = header_in(source.head_text, is_log)
    return None if header is None else _named(header)


def _used(table: Mapping[str, Any]) -> list[str]:
    return [str(v) for k, v in table.items() if k in FIELDS and k != "channel"]


def _mapped(header: Header, table: Mapping[str, Any]) -> Layout:
    columns: dict[str, int] = {}
    channel = None
    for key, value in table.items():
        if key in _SETTINGS:
            continue
        if key not in FIELDS:
            raise UnknownName(P_("reason", "key"), key, (*FIELDS, *_SETTINGS))
        index = header.column(plain(str(value)))
        if index is not None:
            columns[key] = index
        elif key == "channel":
            channel = str(value)
        else:
            raise UnknownName(english("column for {key}", key=key), str(value), header.names)
    unit = table.get("duration_unit")
    if unit is not None and unit not in _UNITS:
        raise UnknownName(P_("reason", "duration_unit"), str(unit), _UNITS)
    if not columns.keys() & {"at", "date"}:
        raise UnknownName(P_("reason", "key"), "at", ("it is missing: name the column with the time",))
    if unit is None and "duration" in columns:
        unit = _unit(header.plain[columns["duration"]])
    words = {
        meaning: frozenset(str(w).strip().casefold() for w in table.get(f"{meaning}_words", ()))
        for meaning in ("in", "out", "missed")
    }
    return Layout(header, columns, unit, _is_utc(header, columns), channel, words, table.get("date_order"))


def _named(header: Header) -> Layout:
    columns = found_columns(header.plain)
    if "date" in columns and "at" in columns:  # Datum; Beginn: the day, and the time on it
        columns.setdefault("time", columns["at"])
        del columns["at"]
    unit = _unit(header.plain[columns["duration"]]) if "duration" in columns else None
    return Layout(header, columns, unit, _is_utc(header, columns))


def found_columns(names: Sequence[str]) -> dict[str, int]:
    """The field of each column that has a known name; of several columns for a field the surest."""
    best: dict[str, tuple[int, int]] = {}
    bare = [_bare(name) for name in names]
    paired = not _FAR_SIDE.isdisjoint(bare)
    for index, name in enumerate(bare):
        known = _RANKS.get(_words(names[index])) or _RANKS.get(name) or _RANKS.get(_behind(names[index]))
        known = known or _RANKS.get(
            re.sub(r"(?<=\w) nr\b", "nummer", name).replace(" ", "")
        )  # Anrufer-Nr. is Anrufernummer
        field, rank = known or _of_a_customer(name)
        if name in _NEAR_SIDE and not paired:
            field, rank = "channel", _LAST  # of a ticket: mail, phone, portal
        if name in ("von", "from") and "bis" in bare:
            field = "time" if "datum" in bare or "date" in bare else "at"
        if field and (rank, index) < best.get(field, (99, 0)):
            best[field] = (rank, index)
    found = {field: index for field, (_, index) in best.items()}
    if "date" not in found or not {bare[found["date"]], _behind(names[found["date"]])} & _DUE:
        found.pop("done", None)  # what a call was about may wait to be done, though the call took place
    elif "done" not in found or not found.keys() & {"channel", "type"}:
        del found["date"]  # when something should be done is no time at which it was
    if "time" in found and not found.keys() & {"at", "date"}:
        found["at"] = found.pop("time")
    return found


def _words(name: str) -> str:
    """A plain header name without marks, what stands in brackets included: `duration in call`."""
    return " ".join(re.sub(r"[\W_]+", " ", name).split())


def _of_a_customer(name: str) -> tuple[str, int]:
    """The field of `customer first name` or `prospect phone`: of several with this prefix they are the other side."""
    whose, _, what = name.partition(" ")
    field, rank = _RANKS.get(what, ("", 0)) if whose in _WHOSE else ("", 0)
    whole = field in ("name", "given", "family", "email") or (
        field == "number" and what not in ("number", "nummer", "nr")
    )
    return (field, rank) if whole else ("", 0)  # a customer's number is seldom one to call


def _behind(name: str) -> str:
    """What stands behind the table that a column is of: `contact person` of `activity - contact person`."""
    return _bare(name.partition(" - ")[2])


def likely_field(name: str) -> str | None:
    """The field whose known name ends or begins a column's name: `given` of "customer first name". For guesses only."""
    words = _bare(plain(name)).split()
    for size in range(len(words), 0, -1):
        for part in (" ".join(words[-size:]), " ".join(words[:size])):
            if len(part) > 2 and part in _RANKS:
                return _RANKS[part][0]
    return None


def _bare(name: str) -> str:
    """A plain header name without marks, brackets and units: `dauer` of `dauer (sek.)`, `duration` of
    `duration_seconds`."""
    words = re.sub(r"[\W_]+", " ", re.sub(r"[(\[].*?[)\]]", " ", name)).strip()
    return re.sub(
        r"(?<=\w) (in )?(s|sek|sekunden|secs?|seconds|mins?|minuten|minutes|h|std|stunden|hrs?|hours|(hh? )?mm ss|hh? mm|utc|gmt)$",
        "", words,
    )  # fmt: skip


def _unit(name: str) -> str | None:
    """How a duration column says it is written, if it does."""
    if re.search(r"(?<!:)\bm{1,2}:ss", name):
        return "mm:ss"
    if re.search(r"\bh{1,2}:mm(?!:)", name):
        return "h:mm"
    if re.search(r"sek|sec|[(\[_ ]s[)\]]?$", name):
        return "s"
    if re.search(r"\b(std|stunden|hrs?|hours)\b|[(\[]h[)\]]", name):
        return "h"
    return "m" if re.search(r"\bmin", name.replace("_", " ")) else None


def _is_utc(header: Header, columns: Mapping[str, int]) -> bool:
    names = (header.plain[columns[field]].replace("_", " ") for field in ("at", "date", "time") if field in columns)
    return any(re.search(r"\b(utc|gmt)\b", name) for name in names)
