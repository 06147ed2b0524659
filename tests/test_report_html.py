"""The HTML report: what it says, that nothing in it can do harm, and how a real browser shows it."""

import re
import shutil
from base64 import b64encode
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from hashlib import sha256
from html import unescape
from html.parser import HTMLParser
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from desk import AT, Desk, ago, call, every, mail, video

import touchpoints as tp
from touchpoints.distributions import share
from touchpoints.handles import Handle, profile
from touchpoints.happened import People, happened
from touchpoints.language import language
from touchpoints.markup import plain
from touchpoints.portfolio import portfolio
from touchpoints.reach import Attempt, Way
from touchpoints.reach.channels import by_channel
from touchpoints.render import findings, plots
from touchpoints.render.html import relationship as relationship_page
from touchpoints.render.links import link
from touchpoints.report import CallReport
from touchpoints.talk import plain_subject, topics
from touchpoints.team.knows import HEARD, KNOWN, WELL, acquaintances, known
from touchpoints.team.mix import Change, Mix
from touchpoints.timeline import by_relationship, timeline

TEAM = Path(__file__).resolve().parents[1] / "examples" / "team"
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 7, 1, 9, tzinfo=BERLIN)
WIDTHS = (320, 768, 1280, 1920)


# -- stores -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def team() -> Iterator[tp.Tracker]:
    """The exports of a made-up team of nine."""
    with tp.Tracker(settings=tp.Settings.from_toml(TEAM / "touchpoints.toml")) as tracker:
        tracker.ingest(TEAM)
        tracker.note(
            "elif.jacobi@quendel-arzneimittel.example",
            "call back about the offer on 30 June",
            at=NOW - timedelta(days=5),
        )
        tracker.snooze("+49 89 99998 109", date(2026, 8, 1), at=NOW - timedelta(days=1))
        yield tracker


@pytest.fixture(scope="module")
def pages(team: tp.Tracker, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Its report in both languages, as files."""
    found = {}
    for lang in ("de", "en"):
        found[lang] = tmp_path_factory.mktemp("report") / f"{lang}.html"
        found[lang].write_text(str(team.render("html", NOW, lang)), encoding="utf-8")
    return found


NASTY = (
    "<script>alert(1)</script>", "\"><img src=x onerror=alert(1)>", "' onmouseover='alert(1)", "=cmd|' /C calc'!A0",
    "\u202egpj.exe\u2066", "\u200bErika\u200b\u2060", "👩🏽‍🚀 Zoë", "]]></style><script>alert(2)</script>", "{{ 7*7 }}{% raw %}",
    "A" * 500, "\x00\x07\x1b[31mred", "</title></svg><svg onload=alert(3)>", "&lt;b&gt; &amp; &#x202e;",
)  # fmt: skip


def nasty_store() -> tp.Tracker:
    """Everything a contact can bring along, as names, subjects, notes, profiles and organisations."""
    tracker = tp.Tracker(settings=tp.Settings(me=("mara@falk.example", "+493023125100"), timezone="Europe/Berlin"))
    people, happened_ = [], []
    for n, text in enumerate(NASTY):
        address, number = f"p{n}@nasty{n}.example", f"+49301234{n:03}"
        web = Handle("profile", f"javascript:alert({n})", "", f"javascript:alert({n})//linkedin.com/in/x")
        people.append(tp.Person(
            text if plain(text).strip() else "x", (Handle.of(address), Handle.of(number), web), customer=f"Firma {text} Werke",
            kind="customer", importance="A", tags=(text,), birthday="--07-03",
        ))  # fmt: skip
        for k in range(12):
            when = NOW - timedelta(days=60 + 9 * k, hours=n)
            happened_.append(tp.Touchpoint.call(number, when, "out", minutes=5, name=text, subject=text))
            happened_.append(tp.Touchpoint.mail(address, when, "in", name=text, subject=text))
        happened_.append(tp.Touchpoint.mail(address, NOW - timedelta(days=3), "in", name=text, subject=text))
    tracker.add(happened_, people)
    for n, text in enumerate(NASTY):
        tracker.note(f"p{n}@nasty{n}.example", text.replace("\x00", "") or "x", at=NOW - timedelta(days=1))
    return tracker


class Seen(HTMLParser):
    """What a page is made of: elements, attributes, links, texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            self.links += [value or ""] if name == "href" else []
            self.ids += [value or ""] if name == "id" else []

    def handle_data(self, data: str) -> None:
        self.text += data


# -- the file ---------------------------------------------------------------------------------------------------------


def test_the_page_loads_nothing_and_runs_nothing(pages: dict[str, Path]) -> None:
    for page in (p.read_text(encoding="utf-8") for p in pages.values()):
        seen = Seen(page)
        assert not seen.elements & {"script", "link", "img", "iframe", "object", "embed", "form", "input", "base"}
        assert not [a for a in seen.attributes if a.startswith("on") or a in ("src", "srcset", "style", "action")]
        assert "url(" not in page and "@import" not in page
        assert {re.match(r"[a-z]*:|#", link)[0] for link in seen.links} <= {"#", "tel:", "mailto:", "https:"}  # type: ignore[index]
        assert len(seen.ids) == len(set(seen.ids))


def test_its_policy_allows_its_own_style_and_nothing_else(pages: dict[str, Path]) -> None:
    page = pages["de"].read_text(encoding="utf-8")
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)
    style = re.search(r"<style>(.*?)</style>", page, re.S)
    assert policy and style
    digest = b64encode(sha256(style[1].encode()).digest()).decode()
    assert unescape(policy[1]) == (
        f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    )


def test_the_same_input_gives_the_same_bytes() -> None:
    first, second = (store.render("html", NOW, "de") for store in (nasty_store(), nasty_store()))
    assert first == second


def test_the_report_is_a_bundled_renderer_like_a_third_partys() -> None:
    renderer = tp.Plugins.installed().renderer("html")
    assert (renderer.name, renderer.suffix) == ("html", ".html")


def test_an_empty_store_has_a_report() -> None:
    with tp.Tracker() as tracker:
        text = Seen(str(tracker.render("html", NOW, "de"))).text
    assert "Heute wartet niemand auf Ihren Anruf." in text
    assert "Keine Quelle sagt, wer von uns dabei war" in text


# -- what it says -----------------------------------------------------------------------------------------------------


def test_a_call_says_who_why_how_and_what_about(team: tp.Tracker, pages: dict[str, Path]) -> None:
    page = pages["de"].read_text(encoding="utf-8")
    articles = re.findall(r"<article.*?</article>", page, re.S)
    flags = CallReport(team, NOW).call_list.flags
    assert len(articles) == len(flags) > 3
    for article, flag in zip(articles, flags, strict=True):
        text = Seen(article).text
        assert flag.relationship.name in text
        assert "Letzte Kontakte" in text and "2. Quartal 2026" in text and "3. Quartal 2026" in text
        s = flag.suggestion
        assert s.handle is not None
        start = {"phone": f"tel:{s.handle.value}", "email": f"mailto:{s.handle.value}"}.get(s.handle.kind, "https://")
        assert [to for to in Seen(article).links if to.startswith(start)]
        assert ("Entwurf der Nachricht" in text) == (s.channel != "phone")
    assert "Notiz" in page or "Zugesagt für" in page


def test_the_list_stands_first_as_a_whole_with_why_and_the_number(team: tp.Tracker, pages: dict[str, Path]) -> None:
    page = pages["de"].read_text(encoding="utf-8")
    rows = re.findall(r"<li class=\"s-.*?</li>", page[: page.index("<article")], re.S)
    flags = CallReport(team, NOW).call_list.flags
    assert len(rows) == len(flags)
    for row, flag in zip(rows, flags, strict=True):
        seen = Seen(row)
        assert flag.relationship.name in seen.text
        assert flag.reasons[0].text["de"][1:] in seen.text
        handle = flag.suggestion.handle
        assert (f"tel:{handle.value}" in seen.links) == (handle is not None and handle.kind == "phone")


def test_a_draft_asks_in_the_language_of_the_report_without_guessing_gender(pages: dict[str, Path]) -> None:
    for lang, hello, close in (("de", "Guten Tag ", "Viele Grüße"), ("en", "Hello ", "Kind regards")):
        drafts = re.findall(r"<pre>(.*?)</pre>", pages[lang].read_text(encoding="utf-8"), re.S)
        assert drafts and all(d.startswith(hello) and close in d for d in drafts)
        assert not re.search(r"\b(Herr|Frau|Mr|Mrs|geehrte\w*|Lieber?|du|dein\w*)\b", " ".join(drafts))
        assert all("Sie" in d or "Ihnen" in d for d in drafts) or lang == "en"


def test_a_mail_link_carries_the_draft(pages: dict[str, Path]) -> None:
    page = pages["de"].read_text(encoding="utf-8")
    mails = [to for to in Seen(page).links if to.startswith("mailto:") and "body=" in to]
    assert mails and all("subject=" in to and "Guten%20Tag" in to and " " not in to for to in mails)


def test_who_waits_and_why_stands_below_the_list(team: tp.Tracker, pages: dict[str, Path]) -> None:
    text = Seen(pages["de"].read_text(encoding="utf-8")).text
    held = CallReport(team, NOW).call_list.held_back
    assert held
    for h in held:
        assert h.why["de"] in text


def test_service_figures_about_few_colleagues_are_withheld(pages: dict[str, Path]) -> None:
    assert (
        "LinkedIn: Nicht gezeigt: Die Zahlen beträfen 2 von uns; gezeigt werden sie ab 5."
        in Seen(pages["de"].read_text(encoding="utf-8")).text
    )


def test_what_was_agreed_is_printed() -> None:
    with tp.Tracker(settings=tp.Settings(agreed="works agreement of 1 March")) as tracker:
        page = str(tracker.render("html", NOW, "en"))
    assert "Agreed: works agreement of 1 March" in page


def test_who_knows_whom_is_in_the_order_of_names_and_has_no_counts(team: tp.Tracker) -> None:
    for a in CallReport(team, NOW).acquaintances:
        assert list(a.colleagues) == sorted(a.colleagues)
        assert {depth for _, depths in a.people for depth in depths.values()} <= {HEARD, KNOWN, WELL}


# -- hostile content --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", ["de", "en"])
def test_hostile_content_is_harmless(lang: str) -> None:
    with nasty_store() as tracker:
        page = str(tracker.render("html", NOW, lang, limit=None))
    seen = Seen(page)
    assert not seen.elements & {"script", "img", "iframe", "b"}
    assert not [a for a in seen.attributes if a.startswith("on") or a == "style"]
    assert not [to for to in seen.links if not to.startswith(("#", "tel:", "mailto:", "https:"))]
    assert not re.search("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\x00-\x08\x0b-\x1f]", page)
    assert "A" * 201 not in page
    assert "<script>alert(1)</script>" in seen.text and "👩🏽‍🚀 Zoë" in seen.text and "{{ 7*7 }}" in seen.text


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("https://www.linkedin.com/in/mara-falk", "https://www.linkedin.com/in/mara-falk"),
        ("linkedin.com/in/mara-falk", "https://linkedin.com/in/mara-falk"),
        ("HTTP://Example.com/a b?x=<1>", "http://example.com/a%20b?x=%3C1%3E"),
        ("javascript:alert(1)//linkedin.com/in/x", None),
        ("data:text/html,<script>", None),
        ("https://user:pass@linkedin.com/in/x", None),
        ("https://linkedin.com@evil.example/in/x", None),
        ("https://localhost/in/x", None),
        ("https://xn--e1awd7f.example:8080/x", None),
        ("evil.example/in/x", None),
        ("//evil.example", None),
    ],
)
def test_a_profile_is_a_link_only_if_it_is_a_real_web_address(raw: str, expected: str | None) -> None:
    assert link(profile(raw)) == expected


def test_numbers_and_addresses_become_links_that_carry_nothing_else() -> None:
    assert link(Handle.of("+49 30 23125 100")) == "tel:+493023125100"
    assert link(Handle("phone", "+49;phone-context=x")) is None
    assert link(Handle.of("erika@muster.example"), "Ein & Aus?", "a\nb") == (
        "mailto:erika@muster.example?subject=Ein%20%26%20Aus%3F&body=a%0Ab"
    )
    assert link(Handle("email", "a?bcc=x@evil.example")) == "mailto:a%3Fbcc%3Dx@evil.example"
    assert link(Handle("name", "erika")) is None


# -- the figures ------------------------------------------------------------------------------------------------------


def history(desk: Desk) -> tuple[Any, Any]:
    book = desk.book()
    return book, by_relationship(happened(desk.store.touchpoints(None, None, AT), book.zone, People(book.directory)))


def test_a_timeline_has_days_by_medium_quarters_and_what_was_last() -> None:
    desk = Desk()
    desk.add(*every(20, range(2, 12)))  # videos, the last one 40 days ago
    desk.add(video("erika@muster.example", ago(45), minutes=30), video("erika@muster.example", ago(50)))
    desk.add(mail("erika@muster.example", ago(41), subject="AW: Re: Angebot"))
    book, events = history(desk)
    r = next(r for r in book if r.name == "Erika")
    found = timeline(r, events[r.id], book)
    assert {m: len(days) for m, days in found.days.items()} == {"video": 12, "email": 1}
    assert (found.quarter.first, found.before.first) == (date(2026, 7, 1), date(2026, 4, 1))
    assert (found.quarter.talks, found.before.minutes) == (0, 30)
    assert found.before.talks - found.before.unmeasured == 1
    assert [e.medium for e in found.latest] == ["video", "email", "video"]
    assert found.contact == AT.date() - timedelta(days=40)
    assert [text for _, text in topics(r, events[r.id], book).subjects] == ["Angebot"]


def test_a_slow_rhythm_is_shown_over_three_years() -> None:
    desk = Desk()
    desk.add(*every(120, range(1, 8)))
    book, events = history(desk)
    r = next(r for r in book if r.name == "Erika")
    assert (AT.date() - timeline(r, events[r.id], book).first).days == 3 * 365


def test_calls_in_vain_stand_beside_those_that_were_taken() -> None:
    desk = Desk()
    desk.add(*every(20, range(1, 12)), call("+493012345678", ago(9), outcome="missed"))
    desk.knows(tp.Person("Erika", ("erika@muster.example", "+493012345678")))
    book, events = history(desk)
    r = next(r for r in book if r.name == "Erika")
    found = timeline(r, events[r.id], book)
    assert found.vain == (AT.date() - timedelta(days=9),)
    plot = plots.timeline(found)
    assert [lane.medium for lane in plot.lanes] == ["video", "call"]
    assert plot.vain.startswith("M356 ")


def test_subjects_lose_the_marks_of_answers() -> None:
    assert plain_subject("AW: Re[2]: WG:  Angebot\n 7 ") == "Angebot 7"
    assert plain_subject("Rechnung: offen") == "Rechnung: offen"
    assert plain_subject(None) == ""


def test_the_portfolio_puts_health_against_importance() -> None:
    desk = Desk()
    desk.add(*every(14, range(1, 30), "anna@a.example"), *every(14, range(12, 30), "bert@b.example"))
    desk.add(*every(14, range(1, 30), "carl@c.example"), call("dora@d.example", ago(3)))
    for name, kind, importance in (("Anna", "customer", "A"), ("Bert", "customer", "A"), ("Carl", "supplier", None)):
        address = f"{name.lower()}@{name[0].lower()}.example"
        desk.knows(tp.Person(name, (address,), customer=f"{name} GmbH", kind=kind, importance=importance))
    found = portfolio(desk.book())
    assert [(p.name, p.importance, p.health < 50) for p in found.places] == [
        ("Bert GmbH", "A", True), ("Anna GmbH", "A", False),
    ]  # fmt: skip
    assert sum(found.bins("A")) == 2 and found.importances == ("A",)
    assert "1 von 2 wichtigen Kunden (A oder B) aus dem Takt: Bert GmbH" == findings.portfolio(found, language("de"))


def test_rates_by_channel_count_what_is_decided() -> None:
    def tried(channel: str, medium: str, answered: bool | None, days: int, **rest: Any) -> Attempt:
        way = Way(channel, medium, Handle.of("+493012345678") if medium == "call" else Handle.of("a@b.example"))
        return Attempt("x", way, AT - timedelta(days=days), answered, **rest)

    some = [tried("phone", "call", n < 2, n + 1) for n in range(10)]
    some += [tried("mail", "email", True, n + 1, after=3600.0) for n in range(10)] + [tried("mail", "email", None, 1)]
    some += [tried("phone", "call", True, 400), tried("mail", "email", False, 3, bounced=True)]
    mails, phone = by_channel(some, AT)
    assert (mails.kind, mails.answered.hits, mails.answered.n, mails.open, mails.after) == ("mail", 10, 10, 1, 3600)
    assert (phone.kind, phone.answered.hits, phone.answered.n) == ("phone office", 2, 10)
    assert findings.answers((mails, phone), language("de")) == (
        "Am häufigsten beantwortet: E-Mail (100\N{NO-BREAK SPACE}%), am seltensten: Festnetz (20\N{NO-BREAK SPACE}%)"
    )


def test_who_knows_whom_and_how_well() -> None:
    desk = Desk()
    ours = {"colleagues": ("Mara",)}
    desk.add(*(video("erika@muster.example", ago(20 * n), **ours) for n in range(1, 5)))
    desk.add(mail("erika@muster.example", ago(7), colleagues=("Jonas",)))
    desk.add(video("erika@muster.example", ago(800), colleagues=("Lena",)))
    book = desk.book()
    events = happened(desk.store.touchpoints(None, None, AT), book.zone, People(book.directory))
    (found,) = acquaintances(known(events, book), book)
    assert found.colleagues == ("Jonas", "Lena", "Mara")
    assert found.people[0][1] == {"Mara": WELL, "Lena": KNOWN, "Jonas": HEARD}


def changed(what: str, before: int, after: int, real: bool) -> Change:
    p = 0.01 if real else 0.5
    low, high = (0.01, 0.9) if after > before else (-0.9, -0.01)
    return Change(what, share(before, 100), share(after, 100), (after - before) / 100, 0.5, 40, low, high, p)


def test_the_finding_of_a_mix_is_what_overtook_what_else_the_largest_sure_change() -> None:
    de, en = language("de"), language("en")
    overtaken = Mix("all", changes=(changed("meeting", 40, 12, True), changed("call", 30, 61, True)))
    assert findings.mix(overtaken, en) == "Calls have overtaken meetings: 61% of contact days against 12%"
    assert findings.mix(overtaken, de).startswith("Anrufe haben Treffen überholt: 61")
    rarer = Mix("all", changes=(changed("meeting", 40, 12, True), changed("call", 50, 52, False)))
    assert findings.mix(rarer, en) == "Meetings have become rarer: 12% of contact days, formerly 40%"
    noise = Mix("all", changes=(changed("meeting", 40, 30, False), changed("call", 50, 52, False)))
    assert findings.mix(noise, en) == "The mix is steady: most often calls, on 52% of contact days"


def test_names_beside_lines_do_not_cover_each_other() -> None:
    series = [plots.Series(str(n), "", (), y, 0.1) for n, y in enumerate((10, 12, 230, 235, 240))]
    ys = [s.label_y for s in plots._apart(series, 240)]
    assert all(b - a >= 15 for a, b in pairwise(ys)) and max(ys) <= 240


def test_ticks_are_written_by_the_language_and_fit() -> None:
    axis = plots.Days(date(2025, 7, 1), date(2026, 8, 10))
    assert [t.label for t in axis.ticks(language("en"), 5)] == ["Jul 2025", "Oct", "Jan 2026", "Apr", "Jul"]
    assert [t.label for t in axis.ticks(language("de"), 5)][2] == "Jan. 2026"
    for years in (1, 2, 3, 8, 30):
        assert 1 <= len(plots.Days(date(2026 - years, 7, 1), date(2026, 7, 1)).ticks(language("de"))) <= 16


# -- in a real browser ------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Headless Chromium, as the system has it."""
    playwright = pytest.importorskip("playwright.sync_api", reason="browser: playwright is not installed")
    found = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if found is None:
        pytest.skip("browser: no chromium on this machine (Debian: apt-get install chromium)")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-gpu"])
        yield started
        started.close()


def opened(browser: Any, page: Path, **how: Any) -> tuple[Any, list[str]]:
    """A page opened from its file without a network, and what the console and the network said."""
    context = browser.new_context(offline=True, **how)
    tab = context.new_page()
    said: list[str] = []
    tab.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    tab.on("pageerror", lambda error: said.append(str(error)))
    tab.on("request", lambda request: said.append(request.url) if request.url != page.as_uri() else None)
    tab.goto(page.as_uri())
    return tab, said


@pytest.mark.parametrize("lang", ["de", "en"])
def test_it_opens_without_script_and_network_and_never_scrolls_sideways(
    browser: Any, pages: dict[str, Path], lang: str
) -> None:
    tab, said = opened(browser, pages[lang], java_script_enabled=False)
    assert tab.locator("h1").inner_text() == {"de": "Heute anrufen", "en": "Call today"}[lang]
    assert tab.locator("html").get_attribute("lang") == lang
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 900})
        if width == WIDTHS[0]:
            tab.locator("summary").first.click()
            assert tab.locator("details").first.get_attribute("open") is not None
            tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
        widths = tab.evaluate("[document.documentElement.scrollWidth, document.body.scrollWidth]")
        assert max(widths) <= width
        beyond = tab.evaluate(
            "w => [...document.querySelectorAll('body *')].filter(e => !e.closest('svg') && !e.closest('.skip')"
            " && e.getClientRects().length && e.getBoundingClientRect().right > w + 0.5).map(e => e.outerHTML.slice(0, 99))",
            width,
        )
        assert beyond == []
    assert said == []
    tab.context.close()


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser: Any, pages: dict[str, Path], lang: str, scheme: str) -> None:
    tab, said = opened(browser, pages[lang], color_scheme=scheme, viewport={"width": 1280, "height": 900})
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    tab.evaluate((files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8"))
    for width in (1280, 320):
        tab.set_viewport_size({"width": width, "height": 900})
        found = tab.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        assert [(v["id"], v["help"], [n["html"][:200] for n in v["nodes"][:3]]) for v in found["violations"]] == []
    assert said == []
    tab.context.close()


def test_it_is_used_by_keyboard(browser: Any, pages: dict[str, Path]) -> None:
    tab, _ = opened(browser, pages["de"])
    tab.keyboard.press("Tab")
    assert tab.evaluate("document.activeElement.className") == "skip"
    assert tab.evaluate("document.activeElement.getBoundingClientRect().left") >= 0
    assert tab.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.id") == "calls"
    for _ in range(30):
        tab.keyboard.press("Tab")
        if tab.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    tab.keyboard.press("Enter")
    assert tab.evaluate("document.activeElement.parentElement.open")
    tab.context.close()


def test_every_picture_has_words(browser: Any, pages: dict[str, Path]) -> None:
    tab, _ = opened(browser, pages["de"])
    silent = tab.evaluate(
        "[...document.querySelectorAll('svg')].filter(s => !s.closest('[role=img]') && !s.closest('[aria-hidden=true]')).length"
    )
    assert silent == 0
    named = tab.evaluate(
        "[...document.querySelectorAll('svg[role=img]')].map(s => document.getElementById(s.getAttribute('aria-labelledby'))"
        ".textContent.trim().length)"
    )
    assert len(named) > 20 and min(named) > 15
    tab.context.close()


@pytest.mark.parametrize("lang", ["de", "en"])
def test_the_words_of_a_picture_neither_cover_each_other_nor_are_cut(
    browser: Any, pages: dict[str, Path], lang: str
) -> None:
    tab, _ = opened(browser, pages[lang])
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    for width in WIDTHS:
        tab.set_viewport_size({"width": width, "height": 900})
        found = tab.evaluate("""() => [...document.querySelectorAll('svg[role=img]')].flatMap(svg => {
            const frame = svg.closest('.frame').getBoundingClientRect()
            const words = [...svg.querySelectorAll('text')].map(t => [t.textContent, t.getBoundingClientRect()])
                .filter(([, r]) => r.width)
            const cut = words.filter(([, r]) => r.left < frame.left - 1 || r.right > frame.right + 1 || r.top < frame.top - 1)
            const covered = words.flatMap(([a, r], n) => words.slice(n + 1).filter(([, o]) =>
                r.left < o.right - 1 && o.left < r.right - 1 && r.top < o.bottom - 3 && o.top < r.bottom - 3)
                .map(([b]) => a + ' × ' + b))
            return [...cut.map(([t]) => 'cut: ' + t), ...covered]
        })""")
        assert (width, found[:5]) == (width, [])
    tab.context.close()


def test_it_prints_without_cutting_a_call_in_two(browser: Any, pages: dict[str, Path]) -> None:
    tab, said = opened(browser, pages["de"], java_script_enabled=False)
    printed = tab.pdf(format="A4")
    sheets = len(re.findall(rb"/Type\s*/Page\b", printed))
    assert printed.startswith(b"%PDF") and 4 <= sheets <= 30
    tab.emulate_media(media="print")
    breaks = tab.evaluate("[...document.querySelectorAll('.calls > li')].map(e => getComputedStyle(e).breakInside)")
    assert set(breaks) == {"avoid"}
    assert not tab.locator("nav").is_visible() and tab.locator(".draft pre").first.is_visible()
    assert said == []
    tab.context.close()


def test_hostile_content_does_nothing_in_a_browser(browser: Any, tmp_path: Path) -> None:
    page = tmp_path / "hostile.html"
    with nasty_store() as tracker:
        page.write_text(str(tracker.render("html", NOW, "de", limit=None)), encoding="utf-8")
    tab, said = opened(browser, page)
    fired: list[str] = []
    tab.on("dialog", lambda dialog: (fired.append(dialog.message), dialog.dismiss()))
    tab.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    assert tab.evaluate("document.querySelectorAll('script, img, [onload], [onerror], [onmouseover]').length") == 0
    for width in (320, 1280):
        tab.set_viewport_size({"width": width, "height": 900})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert (said, fired) == ([], [])
    tab.context.close()


# -- one relationship -------------------------------------------------------------------------------------------------


def test_one_relationship_is_a_page_too(team: tp.Tracker, tmp_path: Path, browser: Any) -> None:
    for who, lang, says in (
        ("frank.buchholz@fichtenau-moebel.example", "de", "Frank Buchholz"),
        ("Fichtenau Möbel", "en", "Frank Buchholz"),
    ):
        text = relationship_page(CallReport(team, NOW), who, lang)
        seen = Seen(text)
        assert says in seen.text and len(seen.ids) == len(set(seen.ids))
        assert {"de": "Warum es so steht", "en": "Why it stands like this"}[lang] in seen.text
        page = tmp_path / f"{lang}.html"
        page.write_text(text, encoding="utf-8")
        tab, said = opened(browser, page, viewport={"width": 320, "height": 900})
        tab.evaluate((files("axe_core_python") / "axe.min.js").read_text(encoding="utf-8"))
        found = tab.evaluate("axe.run(document, { resultTypes: ['violations'] })")
        assert [(v["id"], [n["html"][:200] for n in v["nodes"][:3]]) for v in found["violations"]] == []
        assert tab.evaluate("document.documentElement.scrollWidth") <= 320
        assert said == []
        tab.context.close()


def test_the_page_of_somebody_who_objected_is_refused() -> None:
    with nasty_store() as tracker:
        tracker.directory.object("p3@nasty3.example", at=NOW)
        with pytest.raises(tp.TouchpointsError):
            relationship_page(CallReport(tracker, NOW), "p3@nasty3.example", "de")
