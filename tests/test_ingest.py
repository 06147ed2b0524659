"""Files in, report out: each file to one importer, each problem an entry, the store whole."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from pathlib import Path

import pytest

import touchpoints as tp
from touchpoints.imported import Report

ME = ("+49 30 23125 100", "mara@falk.example", "Mara Falk")
SETTINGS = tp.Settings(me=ME, timezone="Europe/Berlin", region="DE")
HEADER = "Datum;Uhrzeit;Richtung;Rufnummer;Name;Dauer\n"


def calls(days: int, number: str = "089 99998 123", start: datetime = datetime(2026, 1, 5, 10, 15)) -> str:
    rows = [
        f"{start + timedelta(days=n):%d.%m.%Y;%H:%M:%S};eingehend;{number};Erika Muster;0:05:00" for n in range(days)
    ]
    return HEADER + "\n".join(rows) + "\n"


def ingest(folder: Path, tracker: tp.Tracker | None = None, **choices: object) -> Report:
    with tracker or tp.Tracker(settings=SETTINGS) as open_tracker:
        return open_tracker.ingest(folder, **choices)  # type: ignore[arg-type]  # choices of any kind


def reasons(report: Report) -> str:
    return " | ".join(reason for _, reason in report.failed)


def test_a_folder_is_read_and_a_second_time_adds_nothing(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(calls(5))
    with tp.Tracker(settings=SETTINGS) as tracker:
        first, second = tracker.ingest(tmp_path), tracker.ingest(tmp_path)
        assert (first.counts.added, second.counts.added, second.counts.duplicates) == (5, 0, 5)
        assert first.complete
        assert second.complete


@pytest.mark.parametrize(
    ("name", "content", "reason"),
    [
        ("empty.csv", b"", "empty"),
        ("noise.bin", bytes(range(256)) * 20, "no importer recognises it"),
        ("letter.txt", b"Dear Sir or Madam,\n", "no importer recognises it"),
        ("cut.zip", b"PK\x03\x04 cut off", "damaged archive"),
        ("order.csv", b"Date;Time;Direction;Number;Duration\n03/04/2026;10:00;in;089 99998 123;60\n", "day or"),
    ],
)
def test_a_bad_file_is_named_and_the_others_are_read(tmp_path: Path, name: str, content: bytes, reason: str) -> None:
    (tmp_path / "good.csv").write_text(calls(3))
    (tmp_path / name).write_bytes(content)
    report = ingest(tmp_path)
    assert reason in reasons(report)
    assert report.counts.added == 3
    assert not report.complete


def test_an_undecidable_date_order_asks_and_an_answer_reads(tmp_path: Path) -> None:
    (tmp_path / "order.csv").write_text("Date;Time;Direction;Number;Duration\n03/04/2026;10:00;in;089 99998 123;60\n")
    with tp.Tracker(settings=SETTINGS) as tracker:
        (asked,) = tracker.ingest(tmp_path).questions
        assert asked[1].options == ("DMY", "MDY")
        assert "date_order" in asked[1].setting
        assert tracker.ingest(tmp_path, remember={"date_order": "DMY"}).counts.added == 1
        assert [s.touchpoint.at.month for s in tracker.touchpoints()] == [4]


def test_strict_raises_the_first_problem(tmp_path: Path) -> None:
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)))
    with pytest.raises(tp.UnrecognisedSource, match=r"noise\.bin"):
        ingest(tmp_path, strict=True)


def test_two_importers_for_one_file_are_refused_and_as_settles_it(tmp_path: Path) -> None:
    class Twin(tp.Importer):
        channels = (tp.Channel("phone", "call"),)

        def __init__(self, name: str) -> None:
            self.name = name

        def recognises(self, source: object) -> bool:
            return True

        def read(self, source: object, context: object):  # type: ignore[no-untyped-def]  # reads nothing
            yield from ()

    class Plugin:
        def touchpoints_importers(self) -> list[Twin]:
            return [Twin("one"), Twin("two")]

    (tmp_path / "x.txt").write_text("x")
    with tp.Tracker(settings=SETTINGS, plugins=tp.Plugins.of(Plugin())) as tracker:
        assert "one, two" in reasons(tracker.ingest(tmp_path))
        assert tracker.ingest(tmp_path, as_="two").complete
    settings = tp.Settings(me=ME, importers={"*.txt": "one"})
    with tp.Tracker(settings=settings, plugins=tp.Plugins.of(Plugin())) as tracker:
        assert [f.importer for f in tracker.ingest(tmp_path).files] == ["one"]


def test_an_importer_that_breaks_off_leaves_nothing_of_its_file(tmp_path: Path) -> None:
    class Late(tp.Importer):
        name, channels = "late", (tp.Channel("phone", "call"),)

        def recognises(self, source: object) -> bool:
            return True

        def read(self, source: object, context):  # type: ignore[no-untyped-def]  # a foreign plugin
            yield context.call(datetime(2026, 1, 1, 10), caller="089 99998 123", direction="in", talked=60)
            raise KeyError("late")

    class Plugin:
        def touchpoints_importers(self) -> list[Late]:
            return [Late()]

    (tmp_path / "x.txt").write_text("x")
    with tp.Tracker(settings=SETTINGS, plugins=tp.Plugins.of(Plugin())) as tracker:
        assert "late failed: KeyError" in reasons(tracker.ingest(tmp_path))
        assert list(tracker.touchpoints()) == []


def test_a_dry_run_keeps_nothing_and_counts_the_same(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(calls(5))
    with tp.Tracker(settings=SETTINGS) as tracker:
        assert tracker.ingest(tmp_path, dry_run=True).counts.added == 5
        assert list(tracker.touchpoints()) == []
        assert tracker.ingest(tmp_path).counts.added == 5


def test_forgetting_a_file_takes_its_touchpoints_back(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(calls(5))
    with tp.Tracker(settings=SETTINGS) as tracker:
        tracker.ingest(tmp_path)
        tracker.forget(str(tmp_path / "log.csv"))
        assert list(tracker.touchpoints()) == []
        tracker.ingest(tmp_path)
        assert tracker.forget("log.csv") == 1  # the last part is enough where only one file is called so
        tracker.ingest(tmp_path)
        assert tracker.forget(f"{tmp_path}\\log.csv") == 1  # with the stroke of Windows
        assert list(tracker.touchpoints()) == []
        (tmp_path / "other").mkdir()
        (tmp_path / "other" / "log.csv").write_text(calls(6))
        tracker.ingest(tmp_path)
        with pytest.raises(tp.UnknownName):
            tracker.forget("log.csv")
        with pytest.raises(tp.UnknownName):
            tracker.forget("nothing.csv")


def test_a_file_without_permission_is_an_entry(
    tmp_path: Path, as_bound_user: Callable[[], AbstractContextManager[Path]]
) -> None:
    (tmp_path / "first.csv").write_text(calls(5))
    assert ingest(tmp_path).counts.added == 5  # and all that is needed for it is loaded
    with as_bound_user() as folder:
        (folder / "log.csv").write_text(calls(5))
        assert reasons(ingest(folder / "log.csv")) == ""
        (folder / "log.csv").chmod(0)
        assert "no permission" in reasons(ingest(folder / "log.csv"))


FRITZ = "sep=;\nTyp;Datum;Name;Rufnummer;Nebenstelle;Eigene Rufnummer;Dauer\n"


def test_an_unsorted_line_stores_only_who_is_known(tmp_path: Path) -> None:
    (tmp_path / "box.csv").write_text(
        FRITZ
        + "4;02.01.26 10:00;Erika Muster;08999998123;Telefon;03023125100;0:05\n"
        + "1;02.01.26 18:00;Oma;08999998999;Telefon;03023125177;0:45\n"
        + "1;03.01.26 18:00;Erika Muster;08999998123;Telefon;03023125177;0:02\n"
    )
    report = ingest(tmp_path)
    assert (report.counts.added, report.left_out["not known"]) == (2, 1)
    assert ["03023125177" in q.question or "3023125177" in q.question for _, q in report.questions] == [True]
    sorted_ = tp.Settings(me=ME, timezone="Europe/Berlin", lines={"+49 30 23125 177": "private"})
    with tp.Tracker(settings=sorted_) as tracker:
        report = tracker.ingest(tmp_path)
        assert (report.counts.added, report.left_out["private"], report.questions) == (1, 2, [])


def test_an_address_book_in_the_same_import_counts_wherever_it_stands(tmp_path: Path) -> None:
    (tmp_path / "a-calls.xml").write_text(
        '<?xml version="1.0"?><calls count="1"><call number="08999998123" duration="60" date="1767348000000" type="1" '
        'presentation="1" readable_date="" contact_name="Erika"/></calls>'
    )
    assert ingest(tmp_path).left_out == {"not known": 1}
    (tmp_path / "z.vcf").write_text(
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Erika Muster\r\nTEL:+498999998123\r\nEND:VCARD\r\n"
    )
    assert ingest(tmp_path).counts.added == 1


def test_private_handles_are_never_stored(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(calls(5))
    settings = tp.Settings(me=ME, private=["+49 89 99998 123"])
    with tp.Tracker(settings=settings) as tracker:
        report = tracker.ingest(tmp_path)
        assert (report.counts.added, report.left_out) == (0, {"private": 5})


def test_a_damaged_entry_of_an_archive_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bad.csv", calls(400))
        archive.writestr("good.csv", calls(3, "089 99998 456"))
    content = bytearray(out.getvalue())
    content[60:90] = bytes(30)
    (tmp_path / "x.zip").write_bytes(bytes(content))
    report = ingest(tmp_path)
    assert [source.endswith("bad.csv") for source, _ in report.failed] == [True]
    assert report.counts.added == 3


def test_what_was_stored_before_it_was_private_is_erased(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(calls(5))
    with tp.Tracker(tmp_path / "t.db", settings=SETTINGS) as tracker:
        assert tracker.ingest(tmp_path / "log.csv").counts.added == 5
    settings = tp.Settings(me=ME, timezone="Europe/Berlin", private=["+49 89 99998 123"])
    with tp.Tracker(tmp_path / "t.db", settings=settings) as tracker:
        assert list(tracker.touchpoints()) == []


def test_the_same_files_under_other_settings_are_read_anew_and_add_nothing(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(calls(5))
    (tmp_path / "box.csv").write_text(
        FRITZ
        + "4;02.01.26 10:00;Erika Muster;08999998123;Telefon;03023125100;0:05\n"
        + "1;03.01.26 18:00;Erika Muster;08999998123;Telefon;03023125177;0:02\n"
    )
    with tp.Tracker(settings=SETTINGS) as tracker:
        first = tracker.ingest(tmp_path)
        again = tracker.ingest(tmp_path, remember={"date_order": "MDY"})
        assert (first.counts.added, again.counts.added, again.counts.updated) == (7, 0, 0)


def test_a_dry_run_guesses_what_an_unknown_table_means_and_the_guess_reads_it(tmp_path: Path) -> None:
    import tomllib

    rows = "".join(f"{day:02d}.03.2026 10:15;089 99998 {day:03d};00:05:{day:02d};erledigt\n" for day in range(1, 21))
    (tmp_path / "weird.csv").write_text("Spalte A;Spalte B;Spalte C;Spalte D\n" + rows)
    with tp.Tracker(settings=SETTINGS) as tracker:
        assert tracker.ingest(tmp_path).counts.added == 0
        ((_, question),) = tracker.ingest(tmp_path, dry_run=True).questions
    tables = tomllib.loads(question.setting)["table"]
    with tp.Tracker(settings=tp.Settings(me=ME, timezone="Europe/Berlin", tables=tables)) as tracker:
        assert tracker.ingest(tmp_path).counts.added == 20


def test_who_is_unnamed_is_counted_beyond_what_is_listed(tmp_path: Path) -> None:
    numbers = [f"{town} {n:03}" for town in ("089 99998", "030 23125") for n in range(400, 1000)]
    rows = [f"05.01.2026;10:15:00;eingehend;{number};;0:05:00" for number in numbers]
    (tmp_path / "log.csv").write_text(HEADER + "\n".join(rows) + "\n")
    report = ingest(tmp_path)
    assert (len(report.unresolved), report.unresolved_total) == (1000, 1200)
    assert report.as_record()["unresolved_total"] == 1200


def test_an_import_leaves_the_trackers_own_directory_and_a_dry_run_or_a_failed_file_none(tmp_path: Path) -> None:
    (tmp_path / "log.csv").write_text(calls(5))
    more = tmp_path / "more.csv"
    more.write_text(calls(5, "089 99998 124", datetime(2026, 2, 2, 9)))
    with tp.Tracker(settings=SETTINGS) as tracker:
        tracker.ingest(tmp_path / "log.csv")
        kept = tracker.directory
        tracker.ingest(more, dry_run=True)
        assert (tracker.directory is kept, len(tracker.directory.contacts)) == (True, 1)
        tracker.ingest(more)
        assert (tracker.directory is kept, len(tracker.directory.contacts)) == (False, 2)
        tracker.ingest(more, remember={"own_domains": ("muster.example",)})
        assert tracker.directory._our_side is tracker.our_side  # never of settings that were
