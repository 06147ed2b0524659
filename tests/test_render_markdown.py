"""The call list as Markdown: the same words, and nothing in them is markup."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import touchpoints as tp

AT = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/Berlin"))


def test_names_are_text_and_not_markup() -> None:
    with tp.Tracker(settings=tp.Settings(me=("+49 30 23125 100",), timezone="Europe/Berlin")) as tracker:
        calls = [tp.Touchpoint.call("+49 89 99998 123", AT - timedelta(days=40 + 7 * n), "out") for n in range(30)]
        name = "# <script>alert(1)</script>\n[x](http://example.com) *_"
        tracker.add(calls, people=[tp.Person(name, ["+49 89 99998 123"], customer="Firma | eins", kind="customer")])
        text = str(tracker.render("md", AT, "de"))
    assert r"\# \<script\>alert(1)\</script\> \[x\](http://example.com) \*\_ · Firma \| eins" in text
    assert text.startswith("# Heute anrufen · ")
    assert tracker_reason(text).startswith("fällig · 40 Tage still")


def tracker_reason(text: str) -> str:
    return next(line for line in text.splitlines() if line.startswith("   - ")).removeprefix("   - ")


def test_an_empty_list_says_so() -> None:
    with tp.Tracker(settings=tp.Settings(timezone="Europe/Berlin")) as tracker:
        assert "Nobody waits for your call today." in str(tracker.render("md", AT, "en"))
