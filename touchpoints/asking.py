"""Whether a short text asks for an answer. Only this yes or no is ever kept of a text."""

from __future__ import annotations

import re

_SIGN_OFF = re.compile(
    r"(?i)[\W_]*\b(lg|vg|bg|mfg|gruß|gruss|grüße|gruesse|(viele|liebe|beste|herzliche|schöne) gr\w+|danke|merci|thanks|"
    r"thank you|many thanks|cheers|best|kind regards|regards)\b[\w\s,.!'()-]{0,40}$"
)
_ASKS = re.compile(
    r"(?i)\bbitte um (einen |eine |ihren |ihre )?(kurze )?(rückruf|rueckruf|antwort|rückmeldung)|"
    r"\b(rufe? (mich|uns)|ruf (bitte|doch)|rufen sie (mich|uns|bitte|doch|mal|kurz))\b|"
    r"\b(melde? dich|meldet euch|melden sie sich)\b|\b(call|text|ring|write) me\b|\b(call|get back to|let) (me|us)\b|"
    r"\bget in touch\b"
)


def asks(text: str) -> bool:
    """Whether a message asks for an answer: it ends with a question (a greeting may follow), or asks for a call."""
    if "?" in text:
        after = text[text.rindex("?") + 1 :]
        if not after[:1].isalnum() and (not any(map(str.isalnum, after)) or _SIGN_OFF.match(after)):
            return True
    return (
        ("itte um" in text or "uf mich" in text or "uf uns" in text or "ufe mich" in text or "uf bitte" in text)
        or ("uf doch" in text or "ufen " in text or "eld dich" in text or "elde dich" in text or "eldet euch" in text)
        or ("elden " in text or " me" in text or "in touch" in text)
    ) and _ASKS.search(text) is not None
