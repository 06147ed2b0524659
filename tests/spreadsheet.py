"""LibreOffice Calc, driven as its user does (see `libreoffice_user.py`)."""

from __future__ import annotations

import json
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
CSV, XLSX, ODS = "Text - txt - csv (StarCalc)", "Calc MS Excel 2007 XML", "calc8"
UTF8, WINDOWS = "76", "1"


def opened(evaluate: bool = False) -> str:
    """What the dialog proposes for a CSV file: semicolon, comma and tab all part cells, dates and numbers are recognised,
    formulas are not; `evaluate`: the box that lets them be was ticked."""
    return f"44/59/9,34,{UTF8},1,,0,false,true,false,false,0,{str(evaluate).lower()}"


def saved(delimiter: str = ",", letters: str = UTF8) -> str:
    """What the dialog proposes for saving as CSV: cells as they are shown."""
    return f"{ord(delimiter)},34,{letters},1,,0,false,true,false"


@cache
def python() -> str | None:
    """A Python that can talk to the LibreOffice installed here; `None` if there is none."""
    for found in filter(None, (shutil.which("soffice") and "/usr/bin/python3", shutil.which("python3"))):
        if shutil.which(found) and not subprocess.run([found, "-c", "import uno"], capture_output=True).returncode:
            return found
    return None


class Calc:
    """One sitting at LibreOffice: the steps are collected, and taken by `run`."""

    def __init__(self, profile: Path, lang: str) -> None:
        self._asked: dict[str, Any] = {"profile": str(profile), "lang": lang, "steps": []}

    def step(self, name: str, *args: Any, **options: str) -> Calc:
        self._asked["steps"].append([name, args, options])
        return self

    def run(self) -> list[Any]:
        """What each step gave."""
        command = [python() or "", str(HERE / "libreoffice_user.py")]
        done = subprocess.run(
            command, input=json.dumps(self._asked), capture_output=True, encoding="utf-8", check=False, timeout=180
        )
        assert done.returncode == 0, done.stderr
        found: list[Any] = json.loads(done.stdout)
        return found
