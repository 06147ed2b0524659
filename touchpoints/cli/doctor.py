"""The check of the store, and the way back from a damaged one to a copy that is whole."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from touchpoints.cli.session import Session, command
from touchpoints.encryption import failures, is_encrypted
from touchpoints.errors import StoreError

if TYPE_CHECKING:
    from touchpoints.privacy import Copy


@command("doctor")
def doctor(session: Session) -> None:
    """Check the store and rebuild what is derived from its facts.

    Of a damaged one it says which copy is whole, and how to get back to it.

    Example: touchpoints doctor
    """
    spoken = session.spoken
    wrong: list[str] = []
    touchpoints: int | None = None
    rebuilt = False
    try:
        with session.tracker() as tracker:
            wrong = tracker.store.check()
            if not wrong and not tracker.store.read_only:
                tracker.store.rebuild()
                rebuilt = True
            touchpoints = tracker.store.count()
    except StoreError as error:
        if not isinstance(error.__cause__, failures()) and not _may_be_damaged(session):
            raise
        wrong = wrong or [error.said(session.lang)]
    except failures() as error:
        wrong = wrong or [str(error)]
    record: dict[str, Any] = {"integrity": wrong or "ok", "touchpoints": touchpoints, "rebuilt": rebuilt}
    found = _copies(session) if wrong else []
    if session.as_json:
        if wrong:
            record["copies"] = [
                {"path": str(c.path), "written": c.written.isoformat(), "touchpoints": c.touchpoints,
                 "until": c.until and c.until.isoformat()} for c in found
            ]  # fmt: skip
        session.write(json.dumps(record, ensure_ascii=False) + "\n")
    else:
        integrity = "; ".join(wrong[:3]) or spoken.say("everything in order")
        session.write(spoken.say("integrity: {result}", result=integrity) + "\n")
        if touchpoints is not None:
            session.write(spoken.count("{n} touchpoint", "{n} touchpoints", n=touchpoints) + "\n")
        if rebuilt:
            session.write(spoken.say("what is derived was rebuilt") + "\n")
        if wrong:
            session.write("\n".join(_advice(session, found)) + "\n")
    if wrong:
        sys.exit(1)


def _may_be_damaged(session: Session) -> bool:
    """Whether a file that does not open could be a plain store whose beginning is lost: nobody gave it a key."""
    return session.key() is None and is_encrypted(session.path)


def _copies(session: Session) -> list[Copy]:
    from touchpoints.privacy import copies

    return copies(session.path, session.key())


def _advice(session: Session, found: Sequence[Copy]) -> Iterator[str]:
    spoken = session.spoken
    if not found:
        yield spoken.say(
            "No whole copy of it stands in its folder, and it remembers none. Put {store} aside, import the exports into a new "
            "store, and keep copies from then on: touchpoints backup FILE",
            store=session.path,
        )
        return
    for copy in found[:3]:
        day = spoken.day(copy.until.astimezone().date(), year=True) if copy.until else "–"
        yield spoken.count(
            "a whole copy: {path}, written {when}, {n} touchpoint, the newest of {day}",
            "a whole copy: {path}, written {when}, {n} touchpoints, the newest of {day}",
            n=copy.touchpoints, path=copy.path, when=spoken.moment(copy.written.astimezone(), year=True), day=day,
        )  # fmt: skip
    yield spoken.say(
        "To go back to it: put {store} aside (with the files {store}-wal and {store}-shm, if they are there), copy {copy} to "
        "{store}, and import again what came later. What was logged or decided after {when} is not in it.",
        store=session.path, copy=found[0].path, when=spoken.moment(found[0].written.astimezone(), year=True),
    )  # fmt: skip
