"""The command line as a user meets it: real processes, files and exit statuses."""

import json
import subprocess
import sys
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

ME = ["--me", "+49 30 23125 100", "--me", "mara@falk.example", "--timezone", "Europe/Berlin", "--region", "DE-BE"]


def run(*args: str | Path, store: Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "touchpoints", *map(str, args), "--store", str(store)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    )
    assert done.returncode == status, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    return done


def values(*args: str | Path, store: Path, status: int = 0) -> Any:
    return json.loads(run(*args, "--json", store=store, status=status).stdout)


def call_log(
    path: Path, days: list[date], number: str = "+49 89 99998 123", name: str = "Erika Muster", **more: str
) -> Path:
    rows = ["Datum;Uhrzeit;Richtung;Rufnummer;Name;Dauer;Status"]
    for day in days:
        rows.append(f"{day:%d.%m.%Y};10:15:00;ausgehend;{number};{name};0:12:30;{more.get('status', 'angenommen')}")
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


def spaced(n: int, span: int, last: date) -> list[date]:
    """n evenly spaced days of which the first is `span` before the last."""
    return sorted({last - timedelta(days=round(span * k / (n - 1))) for k in range(n)})


VECTORS = [(52, 357, 3, 93.3), (52, 357, 30, 73.1), (52, 357, 60, 26.1), (24, 690, 35, 51.3), (24, 690, 120, 32.6),
           (12, 1001, 60, 23.4), (3, 6, 90, 5.9)]  # fmt: skip


@pytest.mark.parametrize(("n", "tx", "silence", "score"), VECTORS)
def test_the_vectors_come_out_of_a_call_log(tmp_path: Path, n: int, tx: int, silence: int, score: float) -> None:
    last = date(2026, 3, 2)
    store = tmp_path / "t.db"
    run("import", call_log(tmp_path / "log.csv", spaced(n, tx, last)), *ME, store=store)
    at = (last + timedelta(days=silence)).isoformat()
    for who in ("Erika Muster", "muster, erika", "089 99998 123"):
        warmth = values("show", who, "--at", at, store=store)["warmth"]
        assert (warmth["score"], warmth["personal"], warmth["silence_days"]) == (score, score, silence)


@pytest.fixture
def silent(tmp_path: Path) -> Path:
    """A store with one weekly customer, silent for forty days before 1 July 2026."""
    log = call_log(tmp_path / "log.csv", spaced(52, 357, date(2026, 5, 22)))
    run("import", log, *ME, store=tmp_path / "t.db")
    return tmp_path / "t.db"


NOW = ["--at", "2026-07-01T09:00"]


def flagged(store: Path, *args: str) -> list[str]:
    return [f["contact"]["name"] for f in values("calls", *NOW, *args, store=store)["flags"]]


def test_a_silent_customer_is_on_the_list_with_reason_and_number(silent: Path) -> None:
    (flag,) = values("calls", *NOW, "--lang", "de", store=silent)["flags"]
    assert flag["contact"]["name"] == "Erika Muster"
    assert flag["warmth"]["status"] == "due"
    (reason,) = flag["reasons"]
    assert reason["rule"] == "unusual_silence"
    assert reason["text"].startswith("fällig · 40 Tage still")
    assert flag["suggestion"]["handle"] == "+498999998123"
    assert flag["if_called"] > flag["warmth"]["score"]
    keys = {json.loads(line)["key"] for line in run("list", store=silent).stdout.splitlines()}
    assert set(reason["evidence"]) <= keys
    assert reason["evidence"]


def test_after_a_reached_call_the_flag_is_gone_and_undo_of_nothing_says_so(silent: Path) -> None:
    run("log", "Erika Muster", "reached", "15m", "wants an offer", *NOW, store=silent)
    assert flagged(silent) == []


def test_after_a_missed_call_it_waits_and_counts_the_attempt(silent: Path) -> None:
    run("log", "Erika Muster", "missed", *NOW, store=silent)
    today = values("calls", "--at", "2026-07-01T10:00", store=silent)
    assert today["flags"] == []
    assert [h["contact"]["name"] for h in today["held_back"]] == ["Erika Muster"]
    tomorrow = values("calls", "--at", "2026-07-02T09:00", store=silent)
    assert [f["contact"]["name"] for f in tomorrow["flags"]] == ["Erika Muster"]


def test_a_call_log_that_holds_the_logged_call_does_not_double_it(silent: Path, tmp_path: Path) -> None:
    run("log", "Erika Muster", "reached", "12m", "--at", "2026-07-01T10:20", store=silent)
    before = values("show", "Erika Muster", "--at", "2026-07-02", store=silent)
    run("import", call_log(tmp_path / "later.csv", [date(2026, 7, 1)]), store=silent)
    after = values("show", "Erika Muster", "--at", "2026-07-02", store=silent)
    assert after["warmth"] == before["warmth"]
    assert len(after["timeline"]) == len(before["timeline"])


def test_any_at_gives_the_same_answer_with_a_warm_and_a_cold_cache(silent: Path, tmp_path: Path) -> None:
    moments = ["2025-12-24", "2026-07-01T09:00", "2027-01-01", "2026-05-22T10:15:00"]
    warm = [values("show", "Erika Muster", "--at", m, store=silent)["warmth"] for m in moments + moments[::-1]]
    assert warm[:4] == warm[:3:-1]
    run("import", tmp_path / "log.csv", *ME, store=tmp_path / "cold.db")
    assert [values("show", "Erika Muster", "--at", moments[2], store=tmp_path / "cold.db")["warmth"]] == [warm[2]]


def test_why_not_answers_with_the_figures_that_decide(silent: Path) -> None:
    def why(*at: str) -> str:
        return str(values("calls", *at, "--why-not", "Erika Muster", "--lang", "en", store=silent)["why_not"])

    assert why("--at", "2026-05-23").startswith("on track · 1 day of silence")
    assert "due after 11 days" in why("--at", "2026-05-23")
    run("snooze", "Erika Muster", "--until", "2026-07-10", *NOW, store=silent)
    assert "10 Jul" in why(*NOW)
    assert "40 days of silence" in why(*NOW)


def test_decisions_take_effect_and_can_be_taken_back(silent: Path) -> None:
    run("snooze", "Erika Muster", "--until", "2026-07-10", *NOW, store=silent)
    assert flagged(silent) == []
    run("undo", store=silent)
    assert flagged(silent) == ["Erika Muster"]
    run("dismiss", "Erika Muster", "--because", "supplier", *NOW, store=silent)
    assert flagged(silent) == []
    run("undo", store=silent)
    assert flagged(silent) == ["Erika Muster"]


def test_german_words_and_dates_in_words_are_taken_and_what_follows_is_said(silent: Path) -> None:
    """1 July 2026 is a Wednesday."""
    said = run("log", "Erika Muster", "Erreicht", "12m", "ruf sie nächsten Dienstag an", *NOW, store=silent).stderr
    assert "back on the list on Tue 7 Jul" in said
    assert "Fri 10 Jul" in run("snooze", "Erika Muster", "--until", "in 9 Tagen", *NOW, store=silent).stderr
    assert "Tue 7 Jul" in run("note", "Erika Muster", "call back next Tuesday", *NOW, store=silent).stderr
    run("dismiss", "Erika Muster", "--because", "Lieferant", *NOW, store=silent)
    run("consent", "Erika Muster", "phone", "nein", "--evidence", "Mail vom 3. Juni", *NOW, store=silent)
    assert "phone" in run("privacy", "export", "Erika Muster", store=silent).stdout
    assert (
        "'vielleicht'"
        in run("consent", "Erika Muster", "phone", "vielleicht", "--evidence", "x", store=silent, status=2).stderr
    )


def test_undo_names_whom_it_is_about_and_sort_needs_somebody_to_answer(silent: Path) -> None:
    run("snooze", "Erika Muster", "--until", "2026-07-10", *NOW, store=silent)
    assert "taken back: snoozed · Erika Muster" in run("undo", store=silent).stderr
    assert "--format csv" in run("sort", *NOW, store=silent, status=1).stderr


def test_erasing_somebody_names_the_files_that_were_written_before(silent: Path) -> None:
    folder = silent.parent
    run("calls", "--format", "html", "--output", folder / "list.html", *NOW, store=silent)
    run("calls", "--format", "md", "--output", folder / "gone.md", *NOW, store=silent)
    run("privacy", "export", "Erika Muster", "--output", folder / "erika", *NOW, store=silent)
    (folder / "gone.md").unlink()
    said = run("privacy", "erase", "Erika Muster", "--yes", *NOW, store=silent).stderr
    assert f"delete it or write it anew: {folder / 'list.html'}" in said
    assert str(folder / "erika" / "person.json") in said
    assert "gone.md" not in said
    assert b"erika" not in silent.read_bytes().lower()  # nor in the list of what was written


def test_an_empty_list_is_success_and_says_when_the_next_is_due(silent: Path) -> None:
    found = values("calls", "--at", "2026-05-25", store=silent)
    assert (found["flags"], found["next_due"] is not None) == ([], True)


def test_errors_are_one_line_and_status_one(silent: Path, tmp_path: Path) -> None:
    for command in (["show", "Nobody Atall"], ["log", "Nobody", "reached"]):
        done = run(*command, store=silent, status=1)
        assert len([line for line in done.stderr.splitlines() if line.startswith("touchpoints: ")]) == 1
    run("show", "Erika", store=tmp_path / "none.db", status=1)
    run("calls", "--limit", "many", store=silent, status=2)


def test_several_fits_are_refused_with_the_candidates(tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    call_log(tmp_path / "a.csv", spaced(5, 40, date(2026, 3, 2)))
    call_log(tmp_path / "b.csv", spaced(5, 40, date(2026, 3, 2)), number="+49 89 99998 456")
    run("import", tmp_path / "a.csv", tmp_path / "b.csv", *ME, store=store)
    said = run("show", "Erika Muster", store=store, status=1).stderr
    assert said.count("Erika Muster (") == 2
    assert "+49 89 99998123" in said and "+49 89 99998456" in said  # by which they can be told apart


def test_piped_output_holds_only_the_output(silent: Path) -> None:
    done = run("list", store=silent)
    assert all(line.startswith("{") for line in done.stdout.splitlines())
    assert done.stderr.splitlines()[-1] == f"store: {silent}"
    text = run("calls", *NOW, store=silent)
    assert "store:" not in text.stdout
    assert max(len(line) for line in text.stdout.splitlines()) < 80


def test_import_reports_and_exits_one_when_something_is_open(tmp_path: Path) -> None:
    (tmp_path / "noise.bin").write_bytes(bytes(range(256)))
    report = values("import", tmp_path / "noise.bin", *ME, store=tmp_path / "t.db", status=1)
    assert [f["source"].endswith("noise.bin") for f in report["failed"]] == [True]
    assert set(report) >= {"added", "updated", "duplicates", "skipped", "skipped_total", "left_out", "failed", "questions",
                           "unresolved", "unresolved_total", "files"}  # fmt: skip


def test_what_was_given_is_remembered(silent: Path, tmp_path: Path) -> None:
    call_log(tmp_path / "x.csv", [date(2026, 6, 1)], number="+49 30 23125 100")
    report = values("import", tmp_path / "x.csv", store=silent)
    assert (report["added"], report["left_out"]) == (0, {"internal": 1})


def test_another_zone_is_refused_with_what_to_do(silent: Path, tmp_path: Path) -> None:
    done = run("import", tmp_path / "log.csv", "--timezone", "America/New_York", store=silent, status=1)
    assert "touchpoints timezone America/New_York" in done.stderr


def test_status_names_sources_with_their_age(silent: Path) -> None:
    record = values("status", "--at", "2026-07-01", store=silent)
    assert record["integrity"] == "ok"
    assert [(c["until"], c["age_days"]) for c in record["coverage"]] == [("2026-05-22", 40)]


def test_status_names_the_holes_between_exports(silent: Path, tmp_path: Path) -> None:
    run("import", call_log(tmp_path / "old.csv", spaced(5, 40, date(2024, 3, 1))), store=silent)
    (source,) = values("status", "--at", "2026-07-01", store=silent)["coverage"]
    assert source["since"] == "2024-01-21"
    assert source["holes"] == [["2024-03-02", "2025-05-29"]]


def test_own_absences_are_no_silence(silent: Path) -> None:
    toml = silent.parent / "touchpoints.toml"
    assert flagged(silent) == ["Erika Muster"]
    toml.write_text('absences = [["2026-05-25", "2026-06-28"]]\n')
    assert flagged(silent) == []
    toml.write_text('absences = [["2026-06-28", "2026-05-25"]]\n')
    assert "before the first" in run("calls", store=silent, status=1).stderr


def test_plugins_lists_and_explains(silent: Path, tmp_path: Path) -> None:
    record = values("plugins", store=silent)
    assert record["problems"] == []
    assert {"importer", "rule", "renderer"} == {p["kind"] for p in record["provided"]}
    (answer,) = values("plugins", "--explain", tmp_path / "log.csv", store=silent)
    assert (answer["importer"], answer["recognised_by"]) == ("table", ["table"])
    assert "by its columns" in answer["looked_for"]["starface"]
    unknown = tmp_path / "unknown.csv"
    unknown.write_text("Zp;Nr\n05.01.2026;1\n", encoding="utf-8")
    (answer,) = values("plugins", "--explain", unknown, store=silent)
    assert (
        answer["looked_for"]["table"] == "row 1 has the columns Zp, Nr; it lacks a time and a number, name or address"
    )
    said = run("plugins", store=silent).stdout
    assert max(map(len, said.splitlines())) <= 80
    assert "Calls of an iPhone, with FaceTime, WhatsApp and Teams" in " ".join(said.split())
    said = run("plugins", "--lang", "de", store=silent).stdout
    assert "Anrufe eines iPhones, mit FaceTime, WhatsApp und Teams" in " ".join(said.split())
    assert "not by fritzbox: by the header row" in run("plugins", "--explain", unknown, store=silent).stdout
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 and no more")
    (answer,) = values("plugins", "--explain", broken, store=silent)
    assert "a damaged archive" in answer["reason"]


def test_every_command_has_help_with_an_example(tmp_path: Path) -> None:
    import click

    from touchpoints.cli import main

    for name, command in main.commands.items():
        text = command.get_help(click.Context(command, info_name=name))
        assert "Example:" in text, name


def test_list_can_be_read_by_a_spreadsheet(silent: Path) -> None:
    lines = run("list", "--format", "csv", store=silent).stdout.splitlines()
    assert lines[0].replace('"', "").startswith("key,at,channel")
    assert len(lines) == 53


def test_settings_beside_the_store_are_read_and_checked(silent: Path) -> None:
    toml = silent.parent / "touchpoints.toml"
    toml.write_text('lang = "de"\n[cadence]\n"Erika Muster" = "14d"\n')
    rules = {r["rule"] for f in values("calls", *NOW, store=silent)["flags"] for r in f["reasons"]}
    assert "overdue" in rules
    toml.write_text("langage = 'de'\n")
    assert "unknown setting 'langage'" in run("calls", store=silent, status=1).stderr


def test_the_day_after_the_vector_is_the_day_after(silent: Path) -> None:
    one, two = (values("show", "Erika Muster", "--at", d, store=silent)["warmth"] for d in ("2026-06-01", "2026-06-02"))
    assert two["silence_days"] - one["silence_days"] == 1
    assert datetime.fromisoformat(one["due_on"]).date() == date(2026, 5, 22) + timedelta(days=11)


def test_doctor_checks_and_rebuilds_without_changing_anything(silent: Path) -> None:
    before = values("show", "Erika Muster", *NOW, store=silent)
    assert values("doctor", store=silent) == {"integrity": "ok", "touchpoints": 52, "rebuilt": True}
    assert values("show", "Erika Muster", *NOW, store=silent) == before


def test_a_damaged_store_is_one_line_and_status_one(silent: Path) -> None:
    import sqlite3

    with sqlite3.connect(silent) as db:
        db.execute("DROP TABLE scene")
    done = run("calls", *NOW, store=silent, status=1)
    assert "the store cannot be used" in done.stderr


def test_only_a_colleague_has_a_list_of_their_own_and_names_match_folded(silent: Path) -> None:
    refused = run("calls", "--owner", "Mara Flak", "--at", "2026-07-01", store=silent, status=1)
    assert "unknown colleague 'Mara Flak' (known: " in refused.stderr and refused.stdout == ""
    (silent.parent / "touchpoints.toml").write_text(
        'me = ["Mara Falk"]\n[customers]\n"Erika Muster" = { kind = "customer", owner = "Mara Falk" }\n',
        encoding="utf-8",
    )
    mine = values("calls", "--owner", "falk, mara", "--at", "2026-07-01", store=silent)
    everybody = values("calls", "--at", "2026-07-01", store=silent)
    assert [f["owner"] for f in mine["flags"]] == [f["owner"] for f in everybody["flags"]] == ["Mara Falk"]


def test_what_is_no_period_is_refused_before_it_can_do_harm(silent: Path) -> None:
    for command in (["cadence", "Erika Muster", "30x"], ["privacy", "retain", "3x", "--yes"]):
        assert "no period such as 30d" in run(*command, store=silent, status=1).stderr


def test_a_question_that_nobody_can_answer_is_said_so(silent: Path) -> None:
    refused = run("privacy", "erase", "Erika Muster", store=silent, status=1)
    assert refused.stderr.splitlines()[-1] == (
        "touchpoints: nobody is there to answer, so nothing was done; say yes beforehand with --yes"
    )
    assert run("show", "Erika Muster", "--at", "2026-07-01", store=silent).stdout


def test_tasks_in_another_form_are_wrong_usage(silent: Path) -> None:
    assert (
        "--tasks goes with --format ics, not json" in run("calls", "--tasks", "--json", store=silent, status=2).stderr
    )


@pytest.mark.parametrize(
    "line",
    [
        "region = 5", "timezone = 1", "cadence = 30", "rules = 5", "colleague = ['x']", "working_hours = [9]",
        "working_hours = [17, 9]", "teams = ['x']", "teams = { a = 5 }", "me = 493023125100", "agreed = [1]",
        "customers = 'x'", "lines = []", "absences = true", "retention = 5",
    ],
)  # fmt: skip
def test_a_setting_of_the_wrong_kind_is_named(silent: Path, line: str) -> None:
    (silent.parent / "touchpoints.toml").write_text(line + "\n", encoding="utf-8")
    said = run("calls", "--at", "2026-07-01", store=silent, status=1).stderr
    assert line.split()[0] in said and "object" not in said and "mistake in the program" not in said


@pytest.mark.parametrize(
    "wrong", ["calls --at 31.02.2026", "calls --format nope", "list --since someday", "snooze Erika --until never"]
)
def test_what_is_no_date_and_no_form_is_wrong_usage(wrong: str, tmp_path: Path) -> None:
    store = tmp_path / "t.db"
    run("import", call_log(tmp_path / "log.csv", [date(2026, 6, 1)]), *ME, store=store)
    done = run(*wrong.split(), store=store, status=2)
    assert done.stderr.splitlines()[-1].endswith("--help")
