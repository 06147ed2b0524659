"""A year of overlapping exports, and the same event told by several sources: read in any order, through the public way."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import touchpoints as tp

BERLIN = ZoneInfo("Europe/Berlin")
ME = ("+49 30 23125100", "mara.falk@falk.example", "Mara Falk")
START = datetime(2025, 12, 1, 9, 0, tzinfo=BERLIN)  # over the end of a year, both changes of time and 28 February
WEEKS = 52
NUMBERS = tuple(f"089999981{n:02}" for n in range(20, 26))


def moments(chance: Random) -> list[datetime]:
    """About three a week, some of them in one minute, some in the hours that clocks have twice or not at all."""
    found = [START + timedelta(minutes=chance.randrange(WEEKS * 7 * 1440)) for _ in range(3 * WEEKS)]
    found += found[:20]
    found += [datetime(2026, 3, 29, 1, 59, tzinfo=BERLIN), datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN)] * 2
    found += [datetime(2025, 12, 31, 23, 59, tzinfo=BERLIN), datetime(2026, 2, 28, 23, 58, tzinfo=BERLIN)]
    return sorted(found)


def windows(entries: Sequence[Any], chance: Random) -> list[Sequence[Any]]:
    """What an export each week would hold: the newest so many entries of those that there were by then."""
    ends = sorted({*range(3, len(entries), 3), len(entries)})
    return [entries[max(0, end - chance.randrange(6, 30)) : end] for end in ends]


def fritzbox(chance: Random) -> tuple[str, list[Any], Callable[[Sequence[Any]], str]]:
    rows = [
        f"{chance.choice('124')};{at:%d.%m.%y %H:%M};;{chance.choice(NUMBERS[:2])};Fon 1;Internet: 23125100;0:0{chance.choice('03')}"
        for at in moments(chance)
    ]
    head = "sep=;\nTyp;Datum;Name;Rufnummer;Nebenstelle;Eigene Rufnummer;Dauer\n"
    return "csv", rows, lambda some: head + "".join(f"{row}\n" for row in reversed(some))  # the newest call comes first


def android(chance: Random) -> tuple[str, list[Any], Callable[[Sequence[Any]], str]]:
    rows = [
        f'<call number="{chance.choice(NUMBERS)}" duration="{chance.choice((0, 61, 345))}" date="{int(at.timestamp()) * 1000 + n}" '
        f'type="{chance.choice("1235")}" presentation="1" contact_name="(Unknown)" />'
        for n, at in enumerate(moments(chance))
    ]
    return (
        "xml",
        rows,
        lambda some: f'<?xml version="1.0"?>\n<calls count="{len(some)}">\n' + "\n".join(some) + "\n</calls>\n",
    )


def calendar(chance: Random) -> tuple[str, list[Any], Callable[[Sequence[Any]], str]]:
    def event(n: int, at: datetime) -> str:
        lines = [
            f"UID:{n}@falk.example", f"DTSTART;TZID=Europe/Berlin:{at:%Y%m%dT%H%M%S}", "DURATION:PT30M",
            f"ATTENDEE;PARTSTAT={chance.choice(('ACCEPTED', 'DECLINED'))}:mailto:erika@muster.example",
            "ORGANIZER:mailto:mara.falk@falk.example", f"SUMMARY:Termin {n}", f"LAST-MODIFIED:{at:%Y%m%dT%H%M%S}Z",
        ]  # fmt: skip
        if n % 25 == 0:
            lines.append("RRULE:FREQ=WEEKLY;COUNT=5")
        return "BEGIN:VEVENT\n" + "\n".join(lines) + "\nEND:VEVENT\n"

    events = [event(n, at) for n, at in enumerate(moments(chance))]
    return "ics", events, lambda some: "BEGIN:VCALENDAR\nX-WR-CALNAME:Mara\n" + "".join(some) + "END:VCALENDAR\n"


def whatsapp(chance: Random) -> tuple[str, list[Any], Callable[[Sequence[Any]], str]]:
    days: dict[str, str] = {}  # an export begins with a whole day here: what it cuts is the oldest of the chat
    for n, at in enumerate(moments(chance)):
        author = chance.choice(("Mara Falk", "Erika Muster"))
        text = chance.choice(("Guten Tag", "Passt Ihnen Dienstag?"))
        days[f"{at:%j}"] = days.get(f"{at:%j}", "") + f"{at:%d.%m.%y, %H:%M} - {author}: {text} {n}\n"
    return "txt", list(days.values()), "".join


FORMATS = {f.__name__: f for f in (fritzbox, android, calendar, whatsapp)}


def desk() -> tp.Tracker:
    return tp.Tracker(settings=tp.Settings(me=ME, timezone="Europe/Berlin", region="DE-BE", known_only="never"))


def told(tracker: tp.Tracker) -> list[tuple[Any, ...]]:
    return sorted(
        (t.key, t.at, t.channel, t.direction, t.outcome, t.parties, t.duration, t.wait, t.line, t.thread, t.expects_reply,
         t.colleagues, t.subject, dict(t.extra))
        for t in (stored.touchpoint for stored in tracker.touchpoints())
    )  # fmt: skip


@pytest.mark.parametrize("name", FORMATS)
@given(seed=st.integers(0, 10**6))
@example(seed=1874)  # weeks of a chat in which only the other one wrote
@settings(max_examples=3, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_year_of_overlapping_exports_in_any_order_is_the_store_of_one_full_export(name: str, seed: int) -> None:
    chance = Random(seed)
    suffix, entries, written = FORMATS[name](chance)
    with TemporaryDirectory() as place, desk() as weekly, desk() as once:
        folder = Path(place)
        weeks = []
        for n, some in enumerate(windows(entries, chance)):
            weeks.append(folder / f"WhatsApp Chat mit Erika Muster {n}" / "WhatsApp Chat mit Erika Muster.txt")
            weeks[-1] = weeks[-1] if suffix == "txt" else folder / f"{n}.{suffix}"
            weeks[-1].parent.mkdir(exist_ok=True)
            weeks[-1].write_text(written(some), encoding="utf-8")
        full = folder / "all" / f"WhatsApp Chat mit Erika Muster.{suffix}"
        full.parent.mkdir()
        full.write_text(written(entries), encoding="utf-8")
        chance.shuffle(weeks)
        for path in weeks:
            report = weekly.ingest(path)
            assert (report.skipped_total, report.failed) == (0, [])
        report = once.ingest(full)
        assert (report.skipped_total, report.failed) == (0, [])
        assert len(told(once)) > 100
        assert told(weekly) == told(once)
        assert weekly.ingest(full).counts.added == 0


# -- one event, several sources ---------------------------------------------------------------------------------------------


def events(tracker: tp.Tracker, at: datetime) -> list[Any]:
    """What happened between us and Erika Muster up to a time, each event once."""
    return tracker.timeline("Erika Muster", at)


CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Erika Muster\nEMAIL:erika@muster.example\nTEL:+498999998123\nEND:VCARD\n"


@given(
    late=st.tuples(st.integers(-55, 55), st.integers(-55, 55)), talk=st.integers(61, 3000), spare=st.integers(-20, 20),
    day=st.integers(0, 360), seed=st.integers(0, 10**6),
)  # fmt: skip
@settings(max_examples=15, deadline=None)
def test_one_call_told_by_router_phone_and_user_counts_once(
    late: tuple[int, int], talk: int, spare: int, day: int, seed: int
) -> None:
    at = (START + timedelta(days=day)).replace(hour=23, minute=30)  # some of them end on the next day
    minutes = -(-talk // 60)
    phone = at + timedelta(seconds=late[0])
    files = {
        "router.csv": "sep=;\nTyp;Datum;Name;Rufnummer;Nebenstelle;Eigene Rufnummer;Dauer\n"
        f"4;{at:%d.%m.%y %H:%M};;08999998123;Fon 1;Internet: 23125100;{minutes // 60}:{minutes % 60:02}\n",
        "phone.xml": f'<calls count="1"><call number="+498999998123" duration="{max(talk + spare, 1)}" '
        f'date="{int(phone.timestamp() * 1000)}" type="2" presentation="1" contact_name="Erika Muster" /></calls>',
        "erika.vcf": CARD,
    }
    with TemporaryDirectory() as place, desk() as tracker:
        for name, text in files.items():
            (Path(place) / name).write_text(text, encoding="utf-8")
        steps: list[Callable[[], object]] = [lambda p=Path(place) / n: tracker.ingest(p) for n in files]  # type: ignore[misc]
        steps.append(lambda: tracker.ingest(Path(place) / "erika.vcf"))
        Random(seed).shuffle(steps)
        for step in steps:
            step()
        tracker.log("Erika Muster", "reached", minutes=minutes, at=at + timedelta(seconds=late[1]))
        assert len(list(tracker.touchpoints())) == 3
        assert len(events(tracker, at + timedelta(days=2))) == 1


@given(late=st.integers(0, 110), seed=st.integers(0, 10**6), day=st.integers(0, 360))
@settings(max_examples=10, deadline=None)
def test_one_meeting_in_two_calendars_an_invitation_and_a_participant_list_counts_once(
    late: int, seed: int, day: int
) -> None:
    at = START + timedelta(days=day)
    event = (
        "BEGIN:VEVENT\nUID:040000008200E00074C5B7101A82E00800000000AA@falk.example\n"
        f"DTSTART:{at.astimezone(UTC):%Y%m%dT%H%M%SZ}\nDURATION:PT45M\nSUMMARY:Angebot\nLOCATION:https://us05web.zoom.us/j/98765\n"
        "ORGANIZER;CN=Mara Falk:mailto:mara.falk@falk.example\n"
        "ATTENDEE;PARTSTAT=ACCEPTED;CN=Erika Muster:mailto:erika@muster.example\n"
        "ATTENDEE;PARTSTAT={}:mailto:tom@falk.example\nSEQUENCE:1\nEND:VEVENT\n"
    )
    joined = at + timedelta(seconds=late)
    files = {
        "mara.ics": "BEGIN:VCALENDAR\nX-WR-CALNAME:Mara\n" + event.format("NEEDS-ACTION") + "END:VCALENDAR\n",
        "tom.ics": "BEGIN:VCALENDAR\nX-WR-CALNAME:Tom\n" + event.format("ACCEPTED") + "END:VCALENDAR\n",
        "invitation.eml": "From: Mara Falk <mara.falk@falk.example>\nTo: erika@muster.example\nSubject: Angebot\n"
        f"Date: {at - timedelta(days=3):%a, %d %b %Y %H:%M:%S %z}\nMessage-ID: <1@falk.example>\nMIME-Version: 1.0\n"
        'Content-Type: text/calendar; method=REQUEST; charset="utf-8"\n\n'
        + "BEGIN:VCALENDAR\nMETHOD:REQUEST\n" + event.format("NEEDS-ACTION") + "END:VCALENDAR\n",
        "participants.csv": "Topic,Meeting ID,Start Time,End Time,User Email,Duration (Minutes),Participants\n".replace(
            "Topic,Meeting ID", "Meeting ID,Topic"
        )
        + f"98765,Angebot,{joined:%Y-%m-%d %H:%M:%S},"
        f"{joined + timedelta(minutes=44):%Y-%m-%d %H:%M:%S},mara.falk@falk.example,44,2\n\n"
        "Name (Original Name),User Email,Join Time,Leave Time,Duration (Minutes),Guest\n"
        f"Mara Falk,mara.falk@falk.example,{joined:%Y-%m-%d %H:%M:%S},{joined:%Y-%m-%d %H:%M:%S},44,No\n"
        f"Erika Muster,erika@muster.example,{joined:%Y-%m-%d %H:%M:%S},{joined:%Y-%m-%d %H:%M:%S},44,Yes\n",
    }  # fmt: skip
    names = list(files)
    Random(seed).shuffle(names)
    with TemporaryDirectory() as place, desk() as tracker:
        for name in names:
            (Path(place) / name).write_text(files[name], encoding="utf-8")
            report = tracker.ingest(Path(place) / name)
            assert (report.skipped_total, report.failed) == (0, [])
        assert len(list(tracker.touchpoints())) == 2  # the calendars and the invitation have one key
        assert len(events(tracker, at + timedelta(days=2))) == 1
