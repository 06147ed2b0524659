"""What must hold for any input whatever, and the time and memory it may take."""

from __future__ import annotations

import _thread
import io
import re
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import attrs

from touchpoints.errors import SourceError
from touchpoints.plugins import Importer, Plugins
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source
from touchpoints.testing import DECOYS, fault_in

SAMPLES = Path(__file__).resolve().parents[1] / "samples"
CORPUS = Path(__file__).resolve().parent / "corpus"
ME = ("+49 30 23125 100", "mara.falk@falk.example", "Mara Falk")

SECONDS = 5.0
"""Processor time that one input of at most a quarter of a MiB may take, of a busy machine."""
GIVEN_UP = 40.0
"""After so many seconds an input is broken off."""
MEBIBYTES = 300
"""How far one input may raise the most memory the process ever held."""
RECORDS = 100_000
"""An input of a quarter of a MiB gives fewer records than this."""


@attrs.frozen
class Finding:
    """An input that broke a rule: which importer, what happened, and in which line of code (to tell findings apart)."""

    importer: str
    what: str
    where: str

    def __str__(self) -> str:
        return f"{self.importer}: {self.what} [{self.where}]"


@attrs.frozen
class Sample:
    """A file to start from: its content, its importer (that reads it) and its path, whose siblings it is read with."""

    importer: str
    path: Path
    content: bytes

    def source(self, content: bytes | None = None) -> Source:
        """Its source, with other content if that is given."""
        given = self.content if content is None else content
        beside = Source.from_path(self.path).sibling
        return Source(self.path.name, lambda: io.BytesIO(given), size=len(given), sibling=beside)


def samples(only: str | None = None) -> list[Sample]:
    """The own samples of every importer, damaged ones and kept findings too; `only` one importer's."""
    names = sorted(i.name for i in Plugins.installed().importers if only in (None, i.name))
    folders = {p.name.replace("_", "-"): p for p in SAMPLES.glob("*/*") if p.is_dir()}
    found = []
    for name in names:
        for folder in (folders.get(name), CORPUS / name):
            for path in sorted(folder.rglob("*")) if folder and folder.is_dir() else ():
                if path.is_file() and path.suffix != ".golden":
                    found.append(Sample(name, path, path.read_bytes()))
        if name not in folders:  # no samples of its own: files of other kinds
            found += [Sample(name, SAMPLES / decoy, content) for decoy, content in DECOYS.items() if content]
    return found


def finding_in(sample: Sample, content: bytes, forced: bool = True) -> Finding | None:
    """What reading an input breaks, if anything. `forced`: the sample's importer reads it even if it does not recognise
    it, as with `import --as NAME`."""
    importers = {i.name: i for i in Plugins.installed().importers}
    for importer in importers.values():
        try:
            with _time_box():
                answer = importer.recognises(sample.source(content))
        except BaseException as error:
            return _of(error, importer.name, "recognises")
        if not isinstance(answer, bool):
            return Finding(importer.name, f"recognises answers {answer!r}", "recognises")
        if answer or (forced and importer.name == sample.importer):
            problem = _reading(importer, sample.source(content))
            if problem:
                return problem
    return None


def _reading(importer: Importer, source: Source) -> Finding | None:
    settings = Settings(me=ME, region="DE", date_order="DMY")
    context = Context(
        settings, zone="Europe/Berlin", region="DE", source=source.name, importer=importer.name, channels=importer.channels
    )  # fmt: skip
    names = frozenset(c.name for c in importer.channels)
    memory, began, count = _peak(), time.process_time(), 0
    try:
        with _time_box():
            for record in importer.read(source, context):
                count += 1
                if problem := fault_in(record, names):
                    return Finding(importer.name, problem, re.sub(r"[\d'].*", "", problem)[:60])
                if count > RECORDS:
                    return Finding(importer.name, f"more than {RECORDS} records", "records")
    except SourceError as error:
        if not error.reason:
            return Finding(importer.name, "refused without a reason", "reason")
    except BaseException as error:
        return _of(error, importer.name, "read")
    if (took := time.process_time() - began) > SECONDS:
        return Finding(importer.name, f"took {took:.1f} s", "time")
    if (more := _peak() - memory) > MEBIBYTES:
        return Finding(importer.name, f"needed {more:.0f} MiB", "memory")
    return None


def _of(error: BaseException, importer: str, doing: str) -> Finding:
    frames = traceback.extract_tb(error.__traceback__)
    inner = next((f for f in reversed(frames) if "touchpoints" in f.filename and "fuzz" not in f.filename), frames[-1])
    where = f"{Path(inner.filename).name}:{inner.name}"
    if isinstance(error, KeyboardInterrupt):
        raise error
    if isinstance(error, BrokenOff):
        return Finding(importer, f"{doing} does not end within {GIVEN_UP:.0f} s", where)
    return Finding(
        importer, f"{doing} raises {type(error).__name__}: {str(error)[:100]}", f"{type(error).__name__} {where}"
    )


class BrokenOff(BaseException):
    """An input took longer than `GIVEN_UP`."""


@contextmanager
def _time_box() -> Iterator[None]:
    """Breaks off what takes too long; where the system has no timers (Windows), between two steps of Python only, so that
    an endless regular expression stays to be broken off by hand."""
    if hasattr(signal, "setitimer") and threading.current_thread() is threading.main_thread():

        def break_off(*_: object) -> None:
            raise BrokenOff

        before = signal.signal(signal.SIGALRM, break_off)
        signal.setitimer(signal.ITIMER_REAL, GIVEN_UP)
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)
        return
    timer = threading.Timer(GIVEN_UP, _thread.interrupt_main)
    timer.daemon = True
    timer.start()
    try:
        yield
    except KeyboardInterrupt:
        if timer.is_alive():
            raise
        raise BrokenOff from None
    finally:
        timer.cancel()


def _peak() -> float:
    """The most memory the process ever held, in MiB; 0 where the system does not say."""
    try:
        import resource
    except ImportError:  # Windows
        return 0.0
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def reduced(sample: Sample, content: bytes, finding: Finding, seconds: float = 20) -> bytes:
    """A shorter input with the same finding, as far as it is found within the time: pieces are left out as long as
    that changes nothing."""
    until = time.monotonic() + seconds
    size = max(len(content) // 2, 1)
    while size and time.monotonic() < until:
        at = 0
        while at < len(content) and time.monotonic() < until:
            shorter = content[:at] + content[at + size :]
            again = finding_in(sample, shorter)
            if again and (again.importer, again.where) == (finding.importer, finding.where):
                content = shorter
            else:
                at += size
        size //= 2
    return content
