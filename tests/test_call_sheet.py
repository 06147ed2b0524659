"""The call sheet goes out as CSV and comes back filled in, as spreadsheets in German and English save it."""

import csv
import io
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import touchpoints as tp
from touchpoints.render.sheet import CallSheet
from touchpoints.testing import ImporterContract

BERLIN = ZoneInfo("Europe/Berlin")
SAMPLES = Path(__file__).parent / "samples" / "lists" / "call-sheet"
AT = datetime(2026, 7, 1, 9, tzinfo=BERLIN)
NUMBERS = {"Erika Muster": "+49 89 99998 123", "Jonas Beispiel": "+49 89 99998 124", "Ida Probe": "+49 89 99998 125"}


class TestCallSheet(ImporterContract):
    importer, samples = CallSheet(), SAMPLES


@pytest.fixture
def tracker() -> tp.Tracker:
    mara = tp.Colleague.of("Mara Falk", "+49 30 23125 100", timezone="Europe/Berlin", region="DE-BE")
    tracker = tp.Tracker(colleagues=[mara])
    people = [tp.Person(n, [number], customer=f"Firma {number[-3:]}", kind="customer") for n, number in NUMBERS.items()]
    calls = [
        tp.Touchpoint.call(number, AT - timedelta(days=40 + 7 * n, hours=i), "out", minutes=12)
        for i, number in enumerate(NUMBERS.values())
        for n in range(30)
    ]
    tracker.add(calls, people=people)
    return tracker


def rows(text: str) -> list[dict[str, str]]:
    text = text.removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text), delimiter=";" if ";" in text.splitlines()[0] else ","))


def saved(rows: list[dict[str, str]], path: Path, delimiter: str = ";", encoding: str = "cp1252") -> Path:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]), delimiter=delimiter, lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def row_of(sheet: list[dict[str, str]], name: str) -> dict[str, str]:
    return next(row for row in sheet if name in row.values())


def names(tracker: tp.Tracker, at: datetime) -> list[str]:
    return [f.relationship.name for f in tracker.flags(at=at)]


def test_a_german_sheet_comes_back_as_log_notes_and_snoozes(tracker: tp.Tracker, tmp_path: Path) -> None:
    sheet = rows(str(tracker.render("csv", AT, "de")))
    assert sorted(names(tracker, AT)) == sorted(NUMBERS)
    row_of(sheet, "Erika Muster").update({"Ergebnis": "Erreicht", "Minuten": "15", "Notiz": "möchte ein Angebot"})
    row_of(sheet, "Jonas Beispiel").update({"Ergebnis": "nicht erreicht", "Nächster Anruf": "15.07.2026"})
    report = tracker.ingest(saved(sheet[::-1], tmp_path / "Liste ausgefüllt.csv"))
    assert (report.skipped, report.failed, report.counts.added) == ([], [], 2)
    assert report.as_record()["files"][0]["answers"] == 3  # her note; his snooze, and the note that brings him back

    stored = list(tracker.touchpoints(since=AT - timedelta(days=1)))
    assert {(s.touchpoint.outcome, s.touchpoint.duration) for s in stored} == {("reached", 900.0), ("missed", None)}
    assert names(tracker, AT + timedelta(hours=2)) == ["Ida Probe"]
    on_the_day = AT.replace(day=15)
    assert "Jonas Beispiel" in names(tracker, on_the_day)
    assert "promise_due" in [r.rule for f in tracker.flags(at=on_the_day) for r in f.reasons]
    assert tracker.relationship("Erika Muster", AT).notes[0].payload["text"] == "möchte ein Angebot"


def test_an_english_sheet_with_other_columns_and_dates_comes_back(tracker: tp.Tracker, tmp_path: Path) -> None:
    sheet = rows(str(tracker.render("csv", AT, "en")))
    for row in sheet:
        del row["Why"], row["Planned minutes"]
    row_of(sheet, "Erika Muster").update({"Result": "voicemail", "Next call": "7/15/2026"})
    row_of(sheet, "Ida Probe").update({"Result": "supplier"})
    report = tracker.ingest(saved(sheet, tmp_path / "calls.csv", ",", "utf-8-sig"))
    assert (report.skipped, report.counts.added) == ([], 1)
    assert [d.payload["until"] for d in tracker.store.decisions("snooze")] == ["2026-07-15"]
    assert [d.payload["because"] for d in tracker.store.decisions("dismiss")] == ["supplier"]
    assert "Ida Probe" not in names(tracker, AT)


def test_the_same_sheet_again_adds_nothing_and_what_was_taken_back_stays_so(
    tracker: tp.Tracker, tmp_path: Path
) -> None:
    sheet = rows(str(tracker.render("csv", AT, "de")))
    row_of(sheet, "Erika Muster").update({"Ergebnis": "erreicht", "Notiz": "ruft nächste Woche zurück"})
    tracker.ingest(saved(sheet, tmp_path / "a.csv"))
    tracker.ingest(saved(sheet, tmp_path / "b.csv", encoding="utf-8"))
    assert [d.payload["due"] for d in tracker.store.decisions("note")] == ["2026-07-06"]
    assert len(tracker.undo()) == 1
    again = tracker.ingest(saved(sheet, tmp_path / "c.csv", ",")).as_record()
    assert tracker.store.decisions("note") == []
    assert (again["files"][0]["answers"], again["left_out"]) == (0, {"taken back": 1})
    tracker.forget("a.csv")
    once_more = tracker.ingest(tmp_path / "a.csv").as_record()
    assert (once_more["files"][0]["answers"], once_more["left_out"]) == (0, {"taken back": 1})
    assert tracker.ingest(tmp_path / "a.csv").as_record()["left_out"] == {"taken back": 1}
    assert tracker.store.count() == 91


def test_forgetting_a_sheet_takes_its_answers_along_but_not_those_of_another(
    tracker: tp.Tracker, tmp_path: Path
) -> None:
    sheet = rows(str(tracker.render("csv", AT, "de")))
    row_of(sheet, "Erika Muster")["Notiz"] = "erste"
    first = saved(sheet, tmp_path / "a.csv")
    row_of(sheet, "Jonas Beispiel")["Notiz"] = "zweite"
    second = saved(sheet, tmp_path / "b.csv")
    tracker.ingest(first, second)
    tracker.forget(str(second))
    assert [d.payload["text"] for d in tracker.store.decisions("note")] == ["erste"]
    tracker.forget(str(first))
    assert tracker.store.decisions("note") == []


@pytest.mark.parametrize(
    ("filled", "why"),
    [
        ({"Ergebnis": "telefoniert"}, "the result 'telefoniert' is not known; write one of"),
        ({"Minuten": "15"}, "minutes without a conversation"),
        ({"Nächster Anruf": "1.6.2026"}, "is no date after 2026-07-01"),
        ({"Nächster Anruf": "bald"}, "is no date after 2026-07-01"),
        ({"Notiz": "x", "touchpoints": "geändert"}, "the column 'touchpoints' was changed"),
    ],
)
def test_a_row_that_cannot_be_read_is_named_with_its_line_and_the_rest_is_kept(
    filled: dict[str, str], why: str, tracker: tp.Tracker, tmp_path: Path
) -> None:
    sheet = rows(str(tracker.render("csv", AT, "de")))
    sheet[0] |= filled
    sheet[1] |= {"Ergebnis": "erreicht"}
    report = tracker.ingest(saved(sheet, tmp_path / "a.csv"))
    assert [(s.record, why in s.reason) for s in report.skipped] == [(2, True)]
    assert report.counts.added == 1


def test_day_or_month_first_is_asked_not_guessed(tracker: tp.Tracker, tmp_path: Path) -> None:
    sheet = rows(str(tracker.render("csv", AT, "en")))
    sheet[0]["Next call"] = "8/7/2026"
    report = tracker.ingest(saved(sheet, tmp_path / "a.csv", ","))
    assert [q.options for _, q in report.questions] == [("DMY", "MDY")]
    assert tracker.store.decisions("snooze") == []


def test_an_answer_about_somebody_unknown_waits_until_they_are_known(tracker: tp.Tracker, tmp_path: Path) -> None:
    sheet = rows(str(tracker.render("csv", AT, "de")))
    row_of(sheet, "Erika Muster")["Notiz"] = "ein Wort"
    file = saved(sheet, tmp_path / "a.csv")
    with tp.Tracker(settings=tp.Settings(timezone="Europe/Berlin")) as other:
        report = other.ingest(file)
        assert ["nobody is known by +498999998123" in s.reason for s in report.skipped] == [True]
        other.add([], people=[tp.Person("Erika Muster", [NUMBERS["Erika Muster"]])])
        assert other.ingest(file).skipped == []
        assert [d.payload["text"] for d in other.store.decisions("note")] == ["ein Wort"]


def test_a_call_on_the_sheet_and_in_the_call_log_is_one_call(tracker: tp.Tracker, tmp_path: Path) -> None:
    sheet = rows(str(tracker.render("csv", AT, "de")))
    row_of(sheet, "Erika Muster").update({"Ergebnis": "erreicht", "Minuten": "10"})
    tracker.ingest(saved(sheet, tmp_path / "a.csv"))
    tracker.add([tp.Touchpoint.call(NUMBERS["Erika Muster"], AT + timedelta(hours=5), "out", minutes=9.8)])
    timeline = tracker.timeline("Erika Muster", AT + timedelta(days=1))
    today = [s for s in timeline if s.touchpoint.at.astimezone(BERLIN).date() == date(2026, 7, 1)]
    assert [round(s.touchpoint.duration or 0) for s in today] == [588]


def test_cells_that_start_a_formula_are_harmless(tracker: tp.Tracker) -> None:
    evil = '=HYPERLINK("http://example.com")'
    calls = [tp.Touchpoint.call("+49 89 99998 200", AT - timedelta(days=40 + 7 * n), "out") for n in range(30)]
    tracker.add(calls, people=[tp.Person(evil, ["+49 89 99998 200"], customer="@SUM(A1)", kind="customer")])
    cells = [cell for row in rows(str(tracker.render("csv", AT, "de"))) for cell in row.values()]
    assert [c for c in cells if "HYPERLINK" in c] == [f"'{evil}"]
    assert not any(c.startswith(("=", "@")) for c in cells)


def test_records_are_flat_rows_with_the_same_columns(tracker: tp.Tracker) -> None:
    for of in ("calls", "book", "touchpoints"):
        rows = tracker.records(of, at=AT)
        assert rows
        assert len({tuple(row) for row in rows}) == 1
        assert all(v is None or isinstance(v, str | int | float | bool) for row in rows for v in row.values())
    with pytest.raises(tp.UnknownName):
        tracker.records("customers", at=AT)


def test_minutes_that_a_spreadsheet_took_for_a_time_of_day(tracker: tp.Tracker, tmp_path: Path) -> None:
    """As LibreOffice saves what was typed as 0:15, in German and in English; 12:30 could be minutes and seconds."""
    for n, (written, seconds) in enumerate(
        [("00:15:00", 900), ("12:15:00 AM", 900), ("0:15", 900), ("01:05:30 AM", 3930)]
    ):
        sheet = rows(str(tracker.render("csv", AT + timedelta(minutes=n), "de")))
        row_of(sheet, "Erika Muster").update({"Ergebnis": "erreicht", "Minuten": written})
        report = tracker.ingest(saved([row_of(sheet, "Erika Muster")], tmp_path / f"{n}.csv"))
        assert (report.skipped, report.counts.added) == ([], 1)
        assert seconds in {s.touchpoint.duration for s in tracker.touchpoints(since=AT)}
        tracker.forget(f"{n}.csv")
    sheet = rows(str(tracker.render("csv", AT, "de")))
    row_of(sheet, "Erika Muster").update({"Ergebnis": "erreicht", "Minuten": "12:30"})
    (skipped,) = tracker.ingest(saved(sheet, tmp_path / "long.csv")).skipped
    assert skipped.reason == "'12:30' minutes are 12 hours; write 12.5 or 0:12:30"


def test_slashed_dates_of_next_calls_lie_after_the_list(tracker: tp.Tracker, tmp_path: Path) -> None:
    for name, written, expected in [("us", "07/03/2026", "2026-07-03"), ("uk", "03/07/2026", "2026-07-03")]:
        sheet = rows(str(tracker.render("csv", AT, "en")))
        row_of(sheet, "Erika Muster")["Next call"] = written
        row_of(sheet, "Ida Probe")["Next call"] = "next Tuesday"
        report = tracker.ingest(saved(sheet, tmp_path / f"{name}.csv", ","))
        assert (report.skipped, report.failed) == ([], [])
        assert sorted(d.payload["until"] for d in tracker.store.decisions("snooze")) == [expected, "2026-07-07"]
        tracker.forget(f"{name}.csv")
    sheet = rows(str(tracker.render("csv", AT, "en")))
    row_of(sheet, "Erika Muster")["Next call"] = "08/07/2026"  # both a month and a week from now
    report = tracker.ingest(saved(sheet, tmp_path / "either.csv", ","))
    assert "no row shows whether day or month comes first" in report.failed[0][1]


def test_each_cell_is_quoted_since_libreoffice_splits_at_any_delimiter(tracker: tp.Tracker) -> None:
    text = str(tracker.render("csv", AT, "de")).removeprefix("\ufeff")
    for line in text.splitlines():
        assert line.startswith('"')
        assert line.endswith('"')
        assert line.count('";"') == 12
