"""Where a number, an address or a profile leads, as a link that is safe to follow."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from touchpoints.handles import Handle

_PROFILES = ("linkedin.com", "xing.com", "facebook.com", "instagram.com", "x.com", "twitter.com")


def link(handle: Handle | None, subject: str = "", body: str = "") -> str | None:
    """Where a handle leads: a `tel:`, `mailto:` (with subject and body) or `https:` address; `None` where it leads
    nowhere safe. A profile is a link only if it was given as a real http(s) address."""
    if handle is None:
        return None
    if handle.kind == "phone" and re.fullmatch(r"\+\d{3,15}", handle.value):
        return f"tel:{handle.value}"
    if handle.kind == "email":
        asked = "&".join(f"{k}={quote(v, safe='')}" for k, v in (("subject", subject), ("body", body)) if v)
        return f"mailto:{quote(handle.value, safe='@.+-_')}" + (f"?{asked}" if asked else "")
    if handle.kind == "profile":
        return _web(handle.raw or "") or _web(f"https://{handle.value}", known=True)
    return None


def _web(text: str, known: bool = False) -> str | None:
    """An http(s) address with a plain host and no user in it; `known`: only one of the networks."""
    try:
        parts = urlsplit(text.strip())
        host = parts.hostname or ""
        port = parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or "@" in parts.netloc or port is not None:
        return None
    if not re.fullmatch(r"([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}", host):
        return None
    if known and not any(host == p or host.endswith(f".{p}") for p in _PROFILES):
        return None
    path = quote(parts.path, safe="/%-._~!$&'()*+,;=:@")
    query = quote(parts.query, safe="=&%-._~!$'()*+,;:@/?")
    return f"{parts.scheme.lower()}://{host}{path}" + (f"?{query}" if query else "")
