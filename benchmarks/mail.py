"""How fast mbox files are read, against floors in the same run: CPU seconds, medians, ratios.

    python benchmarks/mail.py [MiB] [runs]

The file is made up (16 KiB a message; text, HTML and attachments; a quarter newsletters; German encoded words). Floors:
splitting into lines plus the standard library's BytesHeaderParser on each header block, and `mailbox.mbox`.
"""

from __future__ import annotations

import mailbox
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from base64 import b64encode
from collections.abc import Callable, Sequence
from email.header import Header
from email.parser import BytesHeaderParser
from email.policy import compat32
from pathlib import Path

from touchpoints_mail.mbox import Mbox

from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source

ME = "mara.falk@falk.example"
SUBJECTS = ("Angebot 4711", "Rückfrage zur Lieferung", "Re: Termin am Donnerstag", "AW: Ihre Prüfung", "Invoice")
LINES = (
    "Hallo Frau Falk,", "vielen Dank für die Unterlagen, wir haben sie heute im Team besprochen.", "",
    "Könnten Sie uns bis Freitag sagen, ob der Termin bleibt?", "", "Viele Grüße", "> alter Text der vorigen Mail",
)  # fmt: skip


def make(path: Path, mebibytes: int) -> int:
    """Write a made-up mbox of about that size; the number of its messages."""
    chance = random.Random(11)
    people = [f"person{n}@firma{n % 400}.example" for n in range(3000)]
    attachment = b64encode(chance.randbytes(30_000)).decode()
    wrapped = "\n".join(attachment[i : i + 76] for i in range(0, len(attachment), 76))
    count = 0
    with path.open("w", encoding="utf-8", newline="") as out:
        while out.tell() < mebibytes << 20:
            count += 1
            who = chance.choice(people)
            sender, to = (ME, who) if count % 3 == 0 else (who, ME)
            copied = f'Cc: {chance.choice(people)}, "Muster, Erika" <{chance.choice(people)}>\n'
            subject = chance.choice(SUBJECTS)
            written = subject if subject.isascii() else Header(subject, "utf-8").encode()
            when = f"Mon, {1 + count % 28} Jan {2015 + count % 10} {count % 24:02}:{count % 60:02}:00 +0100"
            bulk = "List-Unsubscribe: <https://firma.example/u>\nPrecedence: bulk\n" if count % 4 == 1 else ""
            trace = "".join(
                f"Received: from mx{n}.firma.example (mx{n}.firma.example [192.0.2.{n}])\n"
                f"\tby mx.falk.example (Postfix) with ESMTPS id {count:08X}{n}\n\tfor <{ME}>; {when}\n"
                for n in range(1, 4)
            )
            signed = f"DKIM-Signature: v=1; d=firma.example; s=k1;\n\tb={attachment[:64]}\n\t {attachment[64:300]}\n"
            text = "\n".join(chance.choice(LINES) for _ in range(20))
            html = "<p>Ein Absatz mit etwas Text darin.</p>\n" * chance.randrange(30, 360)
            pdf = f"Content-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n{wrapped}\n--B{count}"
            out.write(
                f"From {1_700_000_000 + count}@xxx Mon Jan 01 12:00:00 +0000 2024\nX-GM-THRID: {count}\n"
                f"Delivered-To: {ME}\n{trace}{signed}Return-Path: <{sender}>\n"
                f"Message-ID: <{count}.{chance.random()}@firma.example>\nDate: {when}\nFrom: Erika Muster <{sender}>\n"
                f"To: {to}\n{copied if count % 4 == 0 else ''}Subject: {written}\n"
                f"References: <{count // 3}@firma.example>\n{bulk}MIME-Version: 1.0\nX-Mailer: Mailer 1.0\n"
                f'Content-Type: multipart/mixed; boundary="B{count}"\n\n--B{count}\n'
                f"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit\n\n{text}\n--B{count}\n"
                f"Content-Type: text/html; charset=utf-8\n\n{html}\n--B{count}"
            )
            out.write(f"\n{pdf}--\n\n" if count % 6 == 0 else "--\n\n")
    return count


def line_split(path: Path) -> int:
    """The floor: lines, split at `From `, and BytesHeaderParser (compat32) on each header block."""
    parser = BytesHeaderParser(policy=compat32)
    head: list[bytes] = []
    count, in_head = 0, False
    with path.open("rb") as stream:
        for line in stream:
            if line.startswith(b"From "):
                head, in_head = [], True
            elif in_head:
                if line in (b"\n", b"\r\n"):
                    parser.parsebytes(b"".join(head))
                    count, in_head = count + 1, False
                else:
                    head.append(line)
    return count


def standard_mailbox(path: Path) -> int:
    """What the standard library offers: mailbox.mbox."""
    return sum(1 for _ in mailbox.mbox(path, create=False))


def ours(path: Path) -> int:
    """The reader, records and all, without a store."""
    context = Context(Settings(me=(ME,)), zone="Europe/Berlin", source=path.name, importer="mbox")
    return sum(1 for _ in Mbox().read(Source.from_path(path), context))


def cpu(works: Sequence[Callable[[Path], int]], path: Path, runs: int) -> list[float]:
    """The median CPU seconds of each work; they take turns, so that a noisy moment hits all alike."""
    seconds: list[list[float]] = [[] for _ in works]
    for _ in range(runs):
        for work, taken in zip(works, seconds, strict=True):
            start = time.process_time()
            work(path)
            taken.append(time.process_time() - start)
    return [statistics.median(taken) for taken in seconds]


def main(mebibytes: int = 100, runs: int = 5) -> None:
    """Make the file, measure, print."""
    with tempfile.TemporaryDirectory() as folder:
        path, small = Path(folder, "all.mbox"), Path(folder, "small.mbox")
        count = make(path, mebibytes)
        make(small, max(mebibytes // 10, 1))
        ours(small)  # the caches and lazy imports of a first read are no part of the rate
        floor, own, standard = cpu((line_split, ours, standard_mailbox), path, runs)
        print(f"{count} messages, {path.stat().st_size >> 20} MiB, medians of {runs}")
        measured = {"line split + BytesHeaderParser": floor, "touchpoints": own, "mailbox.mbox": standard}
        for name, seconds in measured.items():
            print(f"  {name:32} {seconds:7.2f} s CPU  {count / seconds:8,.0f} messages/s")
        print(f"  touchpoints / floor        {own / floor:5.2f}  (bar: 1.5)")
        print(f"  mailbox.mbox / touchpoints {standard / own:5.2f}  (bar: 4)")
        for each in (small, path):
            peak = subprocess.check_output([sys.executable, __file__, "--peak", str(each)], text=True).strip()
            print(f"  peak at {each.stat().st_size >> 20:4} MiB: {peak} MiB")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--peak"]:
        ours(Path(sys.argv[2]))
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
    else:
        main(*map(int, sys.argv[1:]))
