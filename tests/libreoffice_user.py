"""Somebody at LibreOffice Calc: opens tables, types into cells, saves. Run by a Python that has LibreOffice's `uno`.

It reads steps as JSON from standard input, and writes what each one gave as JSON: see `spreadsheet.LibreOffice`.
"""

import json
import os
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

SETTINGS = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema">
{items}
</oor:items>
"""
ITEM = '<item oor:path="/org.openoffice.Setup/L10N"><prop oor:name="{name}" oor:op="fuse"><value>{value}</value></prop></item>'


def profile(folder: Path, lang: str) -> None:
    """A user whose machine speaks a language: its numbers, dates and menus."""
    (folder / "user").mkdir(parents=True)
    items = "\n".join(
        ITEM.format(name=name, value=value)
        for name, value in (("ooSetupSystemLocale", lang), ("ooLocale", "de" if lang.startswith("de") else "en-US"))
    )
    (folder / "user" / "registrymodifications.xcu").write_text(SETTINGS.format(items=items), encoding="utf-8")


class Calc:
    def __init__(self, folder: Path, lang: str) -> None:
        import uno

        self.uno = uno
        profile(folder, lang)
        pipe = f"touchpoints{os.getpid()}"  # tests run beside each other
        self.process = subprocess.Popen(
            ["soffice", "--headless", "--norestore", "--nologo", "--nodefault", f"-env:UserInstallation={folder.as_uri()}",
             f"--accept=pipe,name={pipe};urp;StarOffice.ComponentContext"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        here = uno.getComponentContext()
        resolver = here.ServiceManager.createInstanceWithContext("com.sun.star.bridge.UnoUrlResolver", here)
        for _ in range(600):
            try:
                there = resolver.resolve(f"uno:pipe,name={pipe};urp;StarOffice.ComponentContext")
                break
            except Exception:  # not there yet: UNO's own NoConnectException
                time.sleep(0.1)
        else:
            raise SystemExit("LibreOffice does not answer")
        make = there.ServiceManager.createInstanceWithContext
        self.desktop = make("com.sun.star.frame.Desktop", there)

    def _given(self, **values: object) -> tuple[object, ...]:
        made = []
        for name, value in values.items():
            one = self.uno.createUnoStruct("com.sun.star.beans.PropertyValue")
            one.Name, one.Value = name, value
            made.append(one)
        return tuple(made)

    def open(self, path: str, **options: str) -> None:
        self.book = self.desktop.loadComponentFromURL(
            Path(path).as_uri(), "_blank", 0, self._given(Hidden=True, **options)
        )
        self.sheet = self.book.CurrentController.ActiveSheet

    def _used(self) -> tuple[int, int]:
        cursor = self.sheet.createCursor()
        cursor.gotoEndOfUsedArea(False)
        return cursor.RangeAddress.EndRow + 1, cursor.RangeAddress.EndColumn + 1

    def cells(self) -> list[list[dict[str, str]]]:
        """What stands in each cell: its type, its text as shown, its formula as one would edit it."""
        rows, columns = self._used()
        found = []
        for row in range(rows):
            cells = [self.sheet.getCellByPosition(column, row) for column in range(columns)]
            found.append([{"type": c.Type.value, "shown": c.String, "formula": c.Formula} for c in cells])
        return found

    def type(self, who: str, column: str, text: str) -> None:
        """Go to the cell of a row and a column by what they are called, and type."""
        cells = self.cells()
        x = next(n for n, cell in enumerate(cells[0]) if cell["shown"] == column)
        y = next(n for n, row in enumerate(cells) if any(cell["shown"] == who for cell in row))
        self.put(x, y, text)

    def put(self, x: int, y: int, text: str) -> None:
        """Type into a cell by its place, as the keyboard does."""
        self.sheet.getCellByPosition(x, y).FormulaLocal = text

    def new(self) -> None:
        self.book = self.desktop.loadComponentFromURL("private:factory/scalc", "_blank", 0, self._given(Hidden=True))
        self.sheet = self.book.CurrentController.ActiveSheet

    def save(self, path: str, **options: str) -> None:
        self.book.storeToURL(Path(path).as_uri(), self._given(**options))

    def end(self) -> None:
        with suppress(Exception):  # the connection goes with it
            self.desktop.terminate()
        try:
            self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()


def main() -> None:
    asked = json.load(sys.stdin)
    calc = Calc(Path(asked["profile"]), asked["lang"])
    try:
        given = [getattr(calc, name)(*args, **options) for name, args, options in asked["steps"]]
    finally:
        calc.end()
    json.dump(given, sys.stdout)


if __name__ == "__main__":
    main()
