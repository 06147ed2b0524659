"""The practices on the command line and on paper: both languages, 79 columns, JSON, messages instead of empty tables."""

import json
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from happenings import AT, BERLIN, ago

import touchpoints as tp
from touchpoints.cli import main
from touchpoints.render.records import record
from touchpoints.render.staffing import staff
from touchpoints.team.demand import Demand
from touchpoints.team.staffing import Gap, Goal, Staff

COMMANDS = ("reach", "mix", "service", "demand", "staff", "cover")
ASKED = {
    "reach": ["Erika Muster"],
    "cover": ["Mara Falk", "--from", "2026-07-06", "--to", "2026-07-17"],
    "staff": ["--without", "Mara Falk"],
}
TOML = """
timezone = "Europe/Berlin"
region = "DE-BE"
[teams]
Sales = ["Mara Falk", "Jonas Brandt"]
[[colleague]]
name = "Mara Falk"
handles = ["mara@falk.example"]
[[colleague]]
name = "Jonas Brandt"
handles = ["jonas@falk.example"]
"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Path]:
    (tmp_path / "touchpoints.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "roster.csv").write_text(
        "Name;Tag;Von;Bis\nMara Falk;Mo;9:00;17:00\nJonas Brandt;Di;9:00;17:00\n", encoding="utf-8"
    )
    settings = tp.Settings.from_toml(tmp_path / "touchpoints.toml")
    with tp.Tracker(tmp_path / "t.db", settings=settings) as t:
        erika = ("+49 89 99998 123", "+49 171 39200 01", "erika@muster.example", "https://linkedin.com/in/erika")
        t.add(
            [
                *(
                    tp.Touchpoint.call(
                        erika[0], ago(4 * n + 1, 9 + n % 7), "out", outcome="missed" if n < 8 else "reached",
                        minutes=None if n < 8 else 7, colleagues=("Mara Falk",),
                    ) for n in range(30)
                ),
                *(
                    tp.Touchpoint.call(
                        f"+49 89 99998 {200 + n}", ago(n % 70 + 1, 9 + n % 8), "in", minutes=4, wait=n % 40,
                        colleagues=("Jonas Brandt",),
                    ) for n in range(280)
                ),
                *(tp.Touchpoint.message(erika[3], ago(n), d, channel="linkedin") for n in (40, 20, 9) for d in ("out", "in")),
                tp.Touchpoint.call(erika[0], ago(1, 16), "in", outcome="missed"),
                tp.Touchpoint.mail(erika[2], ago(3), "in", subject="Angebot"),
            ],
            [tp.Person("Erika Muster", erika, customer="Muster Bau", kind="customer", owner="Mara Falk")],
        )  # fmt: skip
        t.note("Erika Muster", "call back by 4 pm", at=ago(2, 11))
    yield tmp_path / "t.db"


def run(store: Path, name: str, *more: str, lang: str = "en") -> Result:
    given = [name, *ASKED.get(name, []), "--at", "2026-07-01T09:00", "--lang", lang, "--store", str(store), *more]
    if name == "staff" and "--roster" not in more:
        given += ["--roster", str(store.with_name("roster.csv"))]
    return CliRunner().invoke(main, given, catch_exceptions=False)


@pytest.mark.parametrize("lang", ["de", "en"])
@pytest.mark.parametrize("name", COMMANDS)
def test_every_practice_prints_lines_that_fit(store: Path, name: str, lang: str) -> None:
    done = run(store, name, lang=lang)
    assert (done.exit_code, done.stderr.splitlines()[-1]) == (0, f"{'Ablage' if lang == 'de' else 'store'}: {store}")
    lines = done.stdout.splitlines()
    assert len(lines) > 3
    assert [line for line in lines if len(line) > 79] == []
    assert "{" not in done.stdout and "None" not in done.stdout


@pytest.mark.parametrize("name", COMMANDS)
def test_every_practice_gives_json_and_nothing_else_on_standard_output(store: Path, name: str) -> None:
    record = json.loads(run(store, name, "--json").stdout)
    assert isinstance(record, dict)


def test_what_stands_on_paper_is_in_the_json_with_its_touchpoints(store: Path) -> None:
    record = json.loads(run(store, "reach", "--json").stdout)
    ways = {w["way"]["channel"]: w for w in record["ways"] if w["attempts"]}
    phone = ways["phone"]
    assert (phone["attempts"], phone["answered"], phone["dead"]["run"], len(phone["evidence"])) == (30, 22, 8, 30)
    text = run(store, "reach").stdout
    assert "looks dead: 0 of 8 since" in text
    assert "before that 22 of 22" in text
    with tp.Tracker(store) as t:
        keys = {s.key for s in t.touchpoints("Erika Muster")}
    assert set(phone["evidence"]) <= keys


def test_figures_of_two_colleagues_are_a_message_not_an_empty_table(store: Path) -> None:
    said = run(store, "service").stdout
    assert "Not shown: figures about one person are for that person only." in said
    assert "Open now: 3" in said
    assert "call-back · Erika Muster · since Tue 30 Jun, 16:00" in said
    team = run(store, "mix", "--team", "Sales", lang="de").stdout
    assert "Nicht gezeigt: Die Zahlen beträfen 2 von uns; gezeigt werden sie ab 5." in team
    one = json.loads(run(store, "service", "--colleague", "Jonas Brandt", "--json").stdout)
    assert one["withheld"] == {"reason": "others", "colleagues": 1}


def test_what_was_agreed_stands_on_the_report(store: Path) -> None:
    config = store.with_name("touchpoints.toml")
    config.write_text('agreed = "agreement of 3 March 2026"\n' + TOML, encoding="utf-8")
    said = run(store, "service").stdout
    assert "Agreed: agreement of 3 March 2026" in said
    assert "Calls: " in said
    assert "Agreed: agreement of 3 March 2026" in run(store, "mix", "--team", "Sales").stdout


def test_wrong_questions_are_one_line_and_status_1(store: Path) -> None:
    for name, more in (("reach", ["Nobody"]), ("mix", ["--team", "Nobody"]), ("demand", ["--team", "Sales"])):
        given = [name, *more, "--store", str(store), "--at", "2026-07-01"]
        done = CliRunner().invoke(main, given)
        assert (done.exit_code, done.stdout) == (1, "")
        assert done.stderr.splitlines()[-1].startswith("touchpoints: ")


@pytest.mark.parametrize("name", COMMANDS)
def test_an_empty_store_says_so(tmp_path: Path, name: str) -> None:
    (tmp_path / "touchpoints.toml").write_text(TOML, encoding="utf-8")
    (tmp_path / "roster.csv").write_text("Name;Tag;Von;Bis\nMara Falk;Mo;9:00;17:00\n", encoding="utf-8")
    with tp.Tracker(tmp_path / "t.db", settings=tp.Settings.from_toml(tmp_path / "touchpoints.toml")) as t:
        t.add([], [tp.Person("Erika Muster", ["+49 89 99998 123"])])
    done = run(tmp_path / "t.db", name)
    assert done.exit_code == 0
    assert done.stdout.strip()
    assert json.loads(run(tmp_path / "t.db", name, "--json").stdout)


def staff_of(*gaps: Gap) -> Staff:
    from touchpoints.team.roster import Roster

    return Staff("all", date(2026, 7, 6), Demand("call", 0, None, None, 0), Goal(), 180.0, (), gaps, Roster())


def test_a_gap_says_what_to_do() -> None:
    gap = Gap(date(2026, 7, 7), 18, 21, 31.0, 2, 7, 5, move=1, spare=(26, 29), add=1)
    english, german = (" ".join(staff(staff_of(gap), lang, BERLIN).split()) for lang in ("en", "de"))
    assert (
        "Tue 9:00–10:30: 2 short; 31 calls expected, 7 needed, 5 planned → move 1 from 13:00–14:30; plan 1 more"
        in english
    )
    assert (
        "Di 9:00–10:30: 2 zu wenig; 31 Anrufe erwartet, 7 nötig, 5 geplant → 1 von 13:00–14:30 verlegen; 1 dazu"
        in german
    )


def test_values_become_plain_ones() -> None:
    from touchpoints.handles import Handle

    values: Any = [
        AT,
        date(2026, 7, 1),
        1 / 3,
        frozenset("ba"),
        Handle("phone", "+49891"),
        {"de": "ja", "en": "yes"},
        (None, True),
    ]
    plain = record(values, "de", BERLIN)
    assert plain == [
        "2026-07-01T09:00:00+02:00",
        "2026-07-01",
        0.3333,
        ["a", "b"],
        {"kind": "phone", "value": "+49891"},
        "ja",
        [None, True],
    ]
    assert record(datetime(2026, 7, 1, 7, tzinfo=BERLIN), "en", BERLIN).endswith("+02:00")
