"""Docs are tests: every Python block runs, every example runs, every public name and hook is documented."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

import touchpoints as tp
from touchpoints import hookspecs

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([ROOT / "README.md", *(ROOT / "docs").glob("*.md")])
EXAMPLES = sorted(p for p in (ROOT / "examples").glob("*.py") if not p.name.startswith("make_"))


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_every_python_block_of_a_page_runs(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    document = Sybil(parsers=[PythonCodeBlockParser()]).parse(page)
    for example in document.examples():
        example.evaluate()


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda p: p.name)
def test_every_example_runs_and_says_something(example: Path) -> None:
    done = subprocess.run([sys.executable, str(example)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.strip()


def test_every_public_name_has_a_docstring_and_stands_in_the_reference() -> None:
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    names = [n for n in tp.__all__ if n != "__version__"]
    assert [n for n in names if not (getattr(tp, n).__doc__ or "").strip() and n != "hookimpl"] == []
    assert [n for n in names if f"`{n}`" not in reference and f"`{n}(" not in reference] == []


def test_every_hook_stands_in_the_reference() -> None:
    reference = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    hooks = [n for n in dir(hookspecs) if n.startswith("touchpoints_")]
    assert len(hooks) == 3
    assert [h for h in hooks if f"`{h}`" not in reference] == []


def test_the_readme_has_two_commands_of_one_line() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```sh\n(.*?)```", text, re.S)
    commands = [b.strip() for b in blocks if b.startswith("python3 -m venv")]
    assert [len(c.splitlines()) for c in commands] == [1, 1]
    assert commands[0].endswith("examples/who_to_call.py")
    assert "pytest" in commands[1]


def test_links_between_pages_lead_somewhere() -> None:
    broken = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if not (page.parent / target).exists():
                broken.append(f"{page.name}: {target}")
    assert broken == []


def test_the_list_in_the_readme_is_the_one_the_main_job_prints() -> None:
    shown = re.search(
        r"The list looks like this:\n\n```text\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.S
    )
    assert shown is not None
    done = subprocess.run(
        [sys.executable, "examples/who_to_call.py"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    printed = done.stdout.splitlines()
    assert [line for line in shown[1].splitlines() if line.strip() not in ("", "…") and line not in printed] == []
