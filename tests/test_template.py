"""The plugin to copy passes its own tests, and is found like any installed plugin."""

import os
import subprocess
import sys
from pathlib import Path

import touchpoints as tp
from touchpoints.source import Source

TEMPLATE = Path(__file__).resolve().parents[1] / "plugins" / "template"


def test_the_template_passes_the_tests_it_brings() -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "--rootdir", str(TEMPLATE)]
    environment = {**os.environ, "PYTHONPATH": str(TEMPLATE)}
    done = subprocess.run(
        [*command, str(TEMPLATE / "tests")], env=environment, capture_output=True, text=True, check=False,
        encoding="utf-8",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout or "..." in done.stdout


def test_the_template_reads_its_sample_in_a_program() -> None:
    sys.path.insert(0, str(TEMPLATE))
    try:
        import touchpoints_kurzwahl
    finally:
        sys.path.remove(str(TEMPLATE))
    plugins = tp.Plugins.installed(touchpoints_kurzwahl)
    assert plugins.problems == ()
    sample = TEMPLATE / "tests" / "samples" / "anrufe.txt"
    assert [i.name for i in plugins.importers if i.recognises(Source.from_path(sample))] == ["kurzwahl"]
    with tp.Tracker(
        settings=tp.Settings(me=("+49 30 23125 100",), timezone="Europe/Berlin"), plugins=plugins
    ) as tracker:
        report = tracker.ingest(sample)
        assert (report.counts.added, report.left_out["hidden number"], report.failed) == (2, 1, [])
