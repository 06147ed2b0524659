"""How a meeting takes place, from its place and its text: in person, by video, or by phone."""

from __future__ import annotations

import re
from functools import lru_cache

_HOSTS = (
    r"teams\.(?:microsoft|live)\.com/(?:l/meetup-join|meet)/|(?:[\w-]+\.)?zoom(?:gov)?\.us/(?:j|w|my|s|wc)/"
    r"|meet\.google\.com/|[\w-]+\.webex\.com/|(?:global\.|app\.)?(?:gotomeet(?:ing)?\.(?:me|com)|goto\.com)/"
    r"|whereby\.com/|meet\.jit\.si/|join\.skype\.com/|meet\.lync\.com/|bluejeans\.com/|facetime\.apple\.com/join"
    r"|[\w.-]+/(?:bigbluebutton|b/[\w-]{3}-[\w-]{3})"
)
_LINK = re.compile(rf"(?i)://(?:{_HOSTS})")
_LINK_PROPERTY = re.compile(
    r"\n(?:X-GOOGLE-CONFERENCE|X-MICROSOFT-SKYPETEAMS(?:PROPERTIES|MEETINGURL)|X-MICROSOFT-ONLINEMEETING(?:EXTERNALLINK"
    r"|CONFLINK)|CONFERENCE)(?:;[^:\n]*)?:(?!tel:)\S|\nX-MICROSOFT-ONLINEMEETINGINFORMATION:.*\"OnlineMeetingProvider"
    r"\"\\?:\s*[1-9]"
)
_DIAL_IN = re.compile(
    r"\nCONFERENCE(?:;[^:\n]*)?:tel:|(?i:\bdial[- ]?in\b|\beinwahl(?:nummer|daten)?\b|\beinwählen\b|\bcall[- ]in number\b)"
    r"[^\n]{0,60}?\+?\d[\d\s()/-]{5,}"
)
_DIAL_IN_WORDS = ("tel:", "dial", "einwahl", "einwähl", "call-in", "call in")
"""What `_DIAL_IN` needs to find; looked for first, since it is found faster."""
_URL = re.compile(r"(?i)\b(?:https?://|www\.)\S+")
_NUMBER = re.compile(r"(?:\+|00?)[\d\s()/.-]{5,}\d|\btel:\+?[\d-]{5,}", re.I)
_ONLINE = re.compile(
    r"(?i)(?:(?:per|via|über|by|on|in)\s+)?(?:microsoft\s+|ms[\s-]+|google\s+|cisco\s+)?"
    r"(?:teams|zoom|meet|hangouts?|webex|skype(?: for business)?|facetime|jitsi|whereby|gotomeeting|bigbluebutton|bbb"
    r"|online|virtuell|virtual|remote|video|web)"
    r"(?:[\s-]*(?:besprechung|meeting|termin|call|anruf|konferenz|conference|chat|gespräch|link|event|session))?"
)
_PHONE = re.compile(
    r"(?i)(?:(?:per|via|by|am|on the|conference|kurzes)\s+)?(?:telefon(?:isch|at|termin|konferenz|anruf|gespräch)?|telko"
    r"|phone(?:\s+call)?|telephone|tel\.?|call|anruf|mobil|handy|rückruf)"
)
_PARTS = re.compile(r"[;\n|]|\s(?:/|oder|or|bzw\.)\s")
_ASIDE = re.compile(r"\([^)]*\)")
_MARKS = " \t,.:()-–/"
MOST_OF_PLACE = 1000
"""A place is judged by no more than this many characters."""
_ROOM = re.compile(
    r"(?i)\b(?:(?:besprechungs|konferenz|meeting|sitzungs|schulungs|seminar)[- ]?(?:raum|zimmer|saal)"
    r"|(?:conference|meeting|board|huddle|training|seminar)[- ]?room|(?:raum|room|saal|zimmer)[- ]?\d[\w.]*"
    r")\b|^(?:beamer|proje[ck]tor)\b"
)
_CANCELLED = re.compile(r"(?i)\s*(?:abgesagt|cancell?ed)\s*:")


def channel_of(location: str, text: str = "") -> str:
    """The channel of a meeting: `meeting` if it has a place (or nothing at all), else `video` if it has a link, else
    `phone` if it has a number to dial.

    `location` is what the place's field says: addresses of rooms, placeholders such as "Microsoft Teams-Besprechung",
    links and numbers. `text` is all that may hold a link or a number.
    """
    place, online, phone = _of_place(location[:MOST_OF_PLACE])
    if place:
        return "meeting"
    if online or _LINK.search(text) or _LINK_PROPERTY.search(text):
        return "video"
    if not phone:
        lowered = text.lower()
        phone = any(word in lowered for word in _DIAL_IN_WORDS) and bool(_DIAL_IN.search(text))
    return "phone" if phone else "meeting"


@lru_cache(maxsize=1 << 12)
def _of_place(location: str) -> tuple[bool, bool, bool]:
    """Whether a location's text names a place, says "online", and says "by phone"."""
    place = online = phone = False
    for part in _PARTS.split(location):
        bare = _URL.sub(" ", part)
        online |= bare != part
        without = _NUMBER.sub(" ", bare)
        phone |= without != bare
        word = (_ASIDE.sub(" ", without).strip(_MARKS) or without).strip(_MARKS)
        if _ONLINE.fullmatch(word):
            online = True
        elif _PHONE.fullmatch(word):
            phone = True
        elif word and (any(c.isalpha() for c in word) or not (online or phone)):
            place = True  # a bare figure is a room's number
    return place, online, phone


def is_room(name: str) -> bool:
    """Whether a guest is a room or a device by its name; nobody to be in touch with."""
    return bool(_ROOM.search(name))


def is_cancelled(subject: str) -> bool:
    """Whether a subject says that the meeting was called off, as Outlook marks it."""
    return bool(_CANCELLED.match(subject))
