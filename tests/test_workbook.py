"""Excel workbooks are read sheet by sheet, like the tables they hold saved as CSV."""

from datetime import date, datetime, timedelta
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile
from zoneinfo import ZoneInfo

import pytest
from openpyxl import Workbook

import touchpoints as tp
from touchpoints.archives import walk
from touchpoints.source import Source

AT = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/Berlin"))
NUMBER = "+49 89 99998 123"


def workbook(path: Path, **sheets: list[list[object]]) -> Path:
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    book.save(path)
    return path


def texts(path: Path) -> dict[str, str]:
    found = list(walk([path]))
    assert all(isinstance(s, Source) for s in found)
    return {s.name: s.text().read() for s in found if isinstance(s, Source)}


def test_cells_are_written_as_an_importer_reads_them(tmp_path: Path) -> None:
    cells = [
        datetime(2026, 7, 1, 9, 5), date(2026, 7, 1), timedelta(hours=1, minutes=2, seconds=3), 15.0, 1.5, 498999998123,
        "a, b\nc", None, True, None,
    ]  # fmt: skip
    path = workbook(tmp_path / "a.xlsx", Liste=[["Titel"], [], cells], Leer=[])
    expected = 'Titel\r\n\r\n2026-07-01 09:05:00,2026-07-01,1:02:03,15,1.5,498999998123,"a, b\nc",,True\r\n'
    assert texts(path) == {str(path): expected}


def test_of_several_sheets_each_has_its_name(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", Juni=[["x"]], Juli=[["y"]])
    assert texts(path) == {f"{path}/Juni": "x\r\n", f"{path}/Juli": "y\r\n"}


def test_a_call_sheet_filled_in_as_a_workbook_comes_back(tmp_path: Path) -> None:
    with tp.Tracker(settings=tp.Settings(me=("+49 30 23125 100",), timezone="Europe/Berlin")) as tracker:
        calls = [tp.Touchpoint.call(NUMBER, AT - timedelta(days=40 + 7 * n), "out", minutes=12) for n in range(30)]
        tracker.add(calls, people=[tp.Person("Erika Muster", [NUMBER], customer="Muster Bau", kind="customer")])
        head, row = (line.split(";") for line in str(tracker.render("csv", AT, "de")).lstrip("\ufeff").splitlines())
        filled = dict(zip(head, row, strict=True)) | {
            "Ergebnis": "erreicht", "Minuten": 15, "Nächster Anruf": datetime(2026, 7, 15),
        }  # fmt: skip
        report = tracker.ingest(workbook(tmp_path / "Liste.xlsx", Tabelle1=[head, [filled[name] for name in head]]))
        assert (report.failed, report.skipped, report.counts.added) == ([], [], 1)
        assert [d.payload["until"] for d in tracker.store.decisions("snooze")] == ["2026-07-15"]


def test_a_call_log_saved_as_a_workbook_is_read_like_its_csv(tmp_path: Path) -> None:
    head = ["Typ", "Datum", "Name", "Rufnummer", "Nebenstelle", "Eigene Rufnummer", "Dauer"]
    row = ["1", "24.06.26 10:12", "Erika Muster", "08999998123", "Telefon", "23125100", "0:05"]
    (tmp_path / "a.csv").write_text("\n".join(";".join(r) for r in (head, row)), encoding="utf-8")
    workbook(tmp_path / "b.xlsx", Anrufe=[head, row])
    found = []
    for name in ("a.csv", "b.xlsx"):
        with tp.Tracker(settings=tp.Settings(me=("+49 30 23125 100",), timezone="Europe/Berlin")) as tracker:
            report = tracker.ingest(tmp_path / name)
            assert (report.failed, report.counts.added) == ([], 1)
            found.append([(s.key, s.touchpoint) for s in tracker.touchpoints()])
    assert found[0] == found[1]


@pytest.mark.parametrize("content", [b"PK\x03\x04", b"PK\x03\x04" + b"x" * 500])
def test_a_damaged_workbook_is_refused_by_name(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(content)
    (error,) = walk([tmp_path / "a.xlsx"])
    assert isinstance(error, tp.SourceError)
    assert "damaged" in error.reason


def test_a_workbook_that_would_explode_is_refused(tmp_path: Path) -> None:
    path = workbook(tmp_path / "a.xlsx", A=[["x"]])
    with ZipFile(path, "a", ZIP_DEFLATED) as archive:
        archive.writestr("xl/media/big.bin", bytes(150 << 20))
    (error,) = walk([path])
    assert isinstance(error, tp.SourceError)
    assert "from almost nothing" in error.reason
