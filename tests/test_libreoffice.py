"""The call sheet in the real LibreOffice: opened, filled in by typing, saved in its forms, and imported again."""

import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import spreadsheet
from spreadsheet import CSV, ODS, WINDOWS, XLSX, Calc

import touchpoints as tp
from touchpoints.archives import walk

pytestmark = pytest.mark.skipif(
    spreadsheet.python() is None, reason="no LibreOffice server (libreoffice-calc, python3-uno)"
)

AT = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/Berlin"))
TYPED = {  # as one types in that language; a day that could be a month, and quotes as autocorrection makes them
    "de-DE": {"lang": "de", "result": "erreicht", "missed": "nicht erreicht", "date": "3.7.2026", "later": "3.8.",
              "columns": ("Ergebnis", "Minuten", "Notiz", "Nächster Anruf"), "note": "möchte „Angebot“ – bis Freitag; dann, ja"},
    "en-US": {"lang": "en", "result": "reached", "missed": "missed", "date": "7/3/2026", "later": "2026-08-03",
              "columns": ("Result", "Minutes", "Note", "Next call"), "note": "wants an “offer” – by Friday; then, yes’"},
}  # fmt: skip
HOSTILE = [
    "=1+2",
    "+1+2",
    "-1+2",
    "@SUM(A1)",
    "=cmd|' /C calc'!A0",
    '=HYPERLINK("https://evil.example";"x")',
    "＝1+2",
    "'=1+2",
]


def tracker(names: dict[str, str]) -> tp.Tracker:
    mine = tp.Tracker(settings=tp.Settings(me=("+49 30 23125 100",), timezone="Europe/Berlin"))
    people = [tp.Person(n, [number], customer=f"Firma {number[-3:]}", kind="customer") for n, number in names.items()]
    calls = [
        tp.Touchpoint.call(number, AT - timedelta(days=40 + 7 * n, hours=i), "out", minutes=12)
        for i, number in enumerate(names.values())
        for n in range(30)
    ]
    mine.add(calls, people=people)
    return mine


PEOPLE = {"Erika Müster": "+49 89 99998 123", 'Ida "Probe"': "+49 89 99998 124", "Jonas Beispiel": "+49 89 99998 125",
          "Zoë Łukasz": "+49 89 99998 126"}  # fmt: skip


def said(mine: tp.Tracker, files: list[Path], **given: Any) -> dict[str, Any]:
    report = mine.ingest(*files, **given)
    assert (report.failed, report.skipped) == ([], [])
    logged = [
        (next(iter(s.touchpoint.parties)).handle.value, s.touchpoint.outcome, s.touchpoint.duration)
        for s in mine.touchpoints(since=AT - timedelta(days=1))
    ]
    notes = {d.payload["text"]: d.payload["due"] for d in mine.store.decisions("note")}
    return {
        "logged": sorted(logged),
        "notes": notes,
        "snooze": sorted(d.payload["until"] for d in mine.store.decisions("snooze")),
    }


@pytest.mark.parametrize("locale", TYPED)
def test_a_sheet_filled_in_by_typing_comes_back_from_every_form_it_is_saved_in(locale: str, tmp_path: Path) -> None:
    typed = TYPED[locale]
    lang, (result, minutes, note, later) = str(typed["lang"]), typed["columns"]
    sheet = tmp_path / "calls.csv"
    sheet.write_bytes(str(tracker(PEOPLE).render("csv", AT, lang)).encode())
    calc = Calc(tmp_path / "profile", locale).step(
        "open", str(sheet), FilterName=CSV, FilterOptions=spreadsheet.opened()
    )
    for who, column, text in [
        ("Erika Müster", result, typed["result"]), ("Erika Müster", minutes, "12"), ("Erika Müster", note, typed["note"]),
        ('Ida "Probe"', result, typed["result"]), ('Ida "Probe"', minutes, "0:15"), ('Ida "Probe"', later, typed["date"]),
        ("Jonas Beispiel", result, typed["missed"]), ("Zoë Łukasz", later, typed["later"]),
    ]:  # fmt: skip
        calc.step("type", who, column, text)
    forms = {
        "comma.csv": (CSV, spreadsheet.saved()), "semicolon.csv": (CSV, spreadsheet.saved(";", WINDOWS)),
        "tab.csv": (CSV, spreadsheet.saved("\t")), "sheet.xlsx": (XLSX, ""), "sheet.ods": (ODS, ""),
    }  # fmt: skip
    for name, (kind, options) in forms.items():
        calc.step("save", str(tmp_path / name), FilterName=kind, **({"FilterOptions": options} if options else {}))
    calc.run()
    expected = {
        "logged": [("+498999998123", "reached", 720.0), ("+498999998124", "reached", 900.0), ("+498999998125", "missed", None)],
        "snooze": ["2026-07-03", "2026-08-03"],
    }  # fmt: skip
    for name in forms:
        found = said(tracker(PEOPLE), [tmp_path / name])
        notes = found.pop("notes")
        assert found == expected, name
        assert set(notes.values()) == {"2026-07-03", "2026-08-03"}
        assert typed["note"] in notes, name
    together = tracker(PEOPLE)
    said(together, [tmp_path / name for name in forms])
    assert together.store.count() == 123  # one sheet, saved five times over, is one sheet


def formulas(cells: list[list[dict[str, str]]]) -> list[str]:
    return [cell["formula"] for row in cells for cell in row if cell["type"] == "FORMULA"]


def test_no_name_becomes_a_formula(tmp_path: Path) -> None:
    """Not even where somebody ticks that formulas be recognised; with that, a formula of a file not written here is one."""
    mine = tracker({name: f"+49 89 99998 {n}" for n, name in enumerate(HOSTILE, 200)})
    calc = Calc(tmp_path / "profile", "de-DE")
    asked = {}
    for lang in ("de", "en"):
        asked[lang] = tmp_path / f"{lang}.csv"
        asked[lang].write_bytes(str(mine.render("csv", AT, lang)).encode())
    asked["raw"] = tmp_path / "raw.csv"
    asked["raw"].write_text("a;b\n=1+2;x\n", encoding="utf-8")
    for path in asked.values():
        calc.step("open", str(path), FilterName=CSV, FilterOptions=spreadsheet.opened(evaluate=True)).step("cells")
        for kind, end in ((XLSX, "xlsx"), (ODS, "ods")):
            calc.step("save", f"{path}.{end}", FilterName=kind)
            calc.step("open", f"{path}.{end}").step("cells")
    found = [cells for cells in calc.run() if cells is not None]
    assert [formulas(cells) for cells in found] == [[]] * 6 + [["=1+2"]] * 3
    assert all(name in json.dumps(found[0], ensure_ascii=False) for name in ("SUM(A1)", "evil.example"))


def test_what_a_person_does_to_a_table_in_calc_is_read_like_its_csv(tmp_path: Path) -> None:
    """Empty rows and columns, dates, times, long numbers, ticks, line ends in a cell, a formula's result, an error."""
    calc = Calc(tmp_path / "profile", "de-DE").step("new")
    typed = [["Name", "", "Datum", "Wann", "Nummer", "Anteil", "Ja", "Text", "Rechnung", "Fehler"], [],
             ["Müller; & Söhne <x>", "", "3.7.2026", "3.7.2026 10:15:00", "498999998123", "12,5", "WAHR", "zwei\nZeilen  \"so\"",
              "=1+2", "=1/0"], [], [], ["Ende", "", "", "0:15", "0,1", "5 %", "", "kein", "25:00:00", ""]]  # fmt: skip
    for y, row in enumerate(typed):
        for x, text in enumerate(row):
            if text:
                calc.step("put", x, y, text)
    for kind, end in ((XLSX, "xlsx"), (ODS, "ods")):
        calc.step("save", str(tmp_path / f"a.{end}"), FilterName=kind)
    calc.run()
    (excel,), (libre,) = ([source.text().read() for source in walk([tmp_path / f"a.{end}"])] for end in ("xlsx", "ods"))
    assert libre.splitlines() == [
        "Name,,Datum,Wann,Nummer,Anteil,Ja,Text,Rechnung,Fehler", "",
        'Müller; & Söhne <x>,,2026-07-03,2026-07-03 10:15:00,498999998123,12.5,True,"zwei', 'Zeilen  ""so""",3,#DIV/0!', "", "",
        "Ende,,,0:15:00,0.1,0.05,,kein,25:00:00",
    ]  # fmt: skip
    assert excel.replace("00:15:00", "0:15:00") == libre
