"""What the words in the cells of call logs mean, in German and English: direction, outcome, channel, yes and no."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple


class Meaning(NamedTuple):
    """What a cell says: `direction` (in, out), `outcome`, `channel`; `implied` is the direction that its outcome
    suggests ("verpasst" is a call to us, "nicht erreicht" one from us), for tables that do not state it; `noted` the one
    that a list which names the other side alone means by it ("besetzt", "no answer": calls that we noted)."""

    direction: str | None = None
    outcome: str | None = None
    channel: str | None = None
    implied: str | None = None
    noted: str | None = None


LONGEST = 200
"""A longer cell says nothing."""
YES = frozenset(("ja", "yes", "true", "wahr", "1", "j", "y", "x", "t"))
NO = frozenset(("nein", "no", "false", "falsch", "0", "n", "f"))

_DIRECTIONS = (
    ("in", r"^in$|^ein$|\b(eingehend\w*|eingegangen\w*|eingang|ankommend\w*|kommend\w*|inbound|incoming|received|"
           r"empfangen\w*|erhalten\w*|entgegengenommen\w*)\b|^(rein|(an|bei) uns|to us|vo[nm] (dem |der )?kund(e|en|in)|"
           r"(from|by) (the )?(customer|client))$|↙|←"),
    ("out", r"^out$|^aus$|\b(ausgehend\w*|abgehend\w*|gehend\w*|ausgang|outbound|outgoing|placed|diall?ed|gewählt\w*|"
            r"gesendet\w*|sent)\b|^(raus|von uns|(by|from) us|an (den |die )?kund(e|en|in)|to (the )?(customer|client))$|↗|→"),
)  # fmt: skip
_OUTCOMES = (  # the first that fits: "nicht erreicht" before "erreicht"
    ("voicemail", None, r"\b(voice ?mail|mailbox|anrufbeantworter|ab|sprachnachricht|answering machine)\b"),
    ("no_show", None, r"\b(no ?show|nicht erschienen|nicht gekommen)\b"),
    ("cancelled", None, r"\b(abgesagt\w*|cancell?ed|storniert|ausgefallen)\b"),
    ("declined", None, r"\b(abgelehnt\w*|(ab|zurück)gewiesen\w*|rejected|declined|refused|blocked|gesperrt)\b"),
    ("missed", "out", r"\bnicht (erreicht|erreichbar)\b|\bnot reached\b"),
    ("missed", "in", r"\b(verpasst\w*|missed|verloren\w*|entgangen\w*|abandoned|aufgelegt vor annahme)\b"),
    ("missed", None, r"\b(unbeantwortet\w*|unanswered|unangenommen|no ?answer|no ?pickup|keine antwort|besetzt|busy|"
                     r"failed|fehlgeschlagen|fehler|congestion|abgebrochen\w*|timeout|"
                     r"(nicht|not) ?(angenommen|beantwortet|verbunden|zustande gekommen|erfolgreich|connected))\b"),
    ("reached", None, r"\b(angenommen\w*|beantwortet\w*|answered|connected|verbunden\w*|erreicht|erfolgreich\w*|"
                      r"successful|success|completed|accepted|pickup|ok|gesprochen|geführt|abgeschlossen|beendet|held|attended|"
                      r"stattgefunden|zugestellt|delivered|gelesen|read|durchgeführt)\b"),
)  # fmt: skip
_NOTED = re.compile(
    r"\b(no ?answer|no ?pickup|keine antwort|besetzt|busy|(left|hinterlassen\w*|besprochen|hinterließ) (voice ?mail|message|vm)|"
    r"(voice ?mail|mailbox|ab|anrufbeantworter|nachricht) (left|besprochen|hinterlassen)|ging nicht ran|nimmt nicht ab)\b"
)
_NOT_YET = re.compile(r"^(not started|to ?do|deferred|nicht begonnen|zu erledigen|nicht erledigt|not completed)$")
"""Of tasks: what has not happened, whatever date it bears."""
_CHANNELS = (
    *((f"{app} video", rf"\b{app} video") for app in ("whatsapp", "telegram", "facebook", "teams")),
    *((f"{app} call", rf"\b{app} (audio|voice|anruf|call)") for app in ("whatsapp", "telegram", "facebook", "teams")),
    ("phone", r"\b(facetime audio|signal (audio|voice|anruf|call))"), ("video", r"\bsignal video"),
    ("whatsapp", r"\bwhats ?app\b"), ("linkedin", r"\blinked ?in\b"),
    ("sms", r"\b(sms|mms|textnachricht|text message)\b|^text$"),
    ("video", r"\b(video\w*|zoom|webex|skype|google meet|teams|facetime|online (meeting|termin)|webmeeting)\b"),
    ("mail", r"\b(e ?mails?|mails?)\b"), ("fax", r"\b(tele)?fax\b"),
    ("phone", r"\b(anrufe?|telefon\w*|telephone|i?phone|calls?|tel|rückruf|mobil|handy|festnetz|gespräch)\b"),
    ("meeting", r"\b(treffen|meeting|besuch\w*|termin|vor ort|persönlich\w*|besprechung|visit|in person|"
                r"messe|(mittag)?essen|frühstück|kaffee|lunch|dinner|coffee|workshop|veranstaltung)\b"),
    ("letter", r"\b(brief|letter|post|postkarte)\b"),
    ("message", r"\b(nachricht|message|chat|xing|signal|telegram|slack|messenger|direktnachricht|dm|portal|web ?form\w*|"
                r"kontaktformular|formular|(web|feedback) ?widget)\b"),
)  # fmt: skip


@lru_cache(maxsize=4096)
def meaning(text: str) -> Meaning:
    """What a cell says; all `None` where it says nothing known."""
    words = " ".join(re.sub(r"[_\W]+", " ", text[:LONGEST]).casefold().split())
    arrows = words or text.strip()
    direction = next((name for name, pattern in _DIRECTIONS if re.search(pattern, arrows)), None)
    channel = next((name for name, pattern in _CHANNELS if re.search(pattern, words)), None)
    if _NOT_YET.search(words):
        return Meaning(direction, "not yet", channel)
    noted = "out" if _NOTED.search(words) else None
    for outcome, implied, pattern in _OUTCOMES:
        if re.search(pattern, words):
            return Meaning(direction, outcome, channel, implied, implied or ("in" if outcome == "declined" else noted))
    return Meaning(direction, None, channel)
