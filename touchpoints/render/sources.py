"""What an import did, and what a store holds, as plain text of 80 columns."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from touchpoints.language import P_, Language, language
from touchpoints.model import Skipped
from touchpoints.render.absences import own as own_absences
from touchpoints.render.text import wrapped

_LEFT_OUT = (
    P_("reason", "newsletter"), P_("reason", "automatic"), P_("reason", "draft"), P_("reason", "private"),
    P_("reason", "hidden number"), P_("reason", "internal"), P_("reason", "no other party"), P_("reason", "not known"),
    P_("reason", "taken back"),
    P_("reason", "erased"), P_("reason", "older than is kept"), P_("reason", "media"),
)  # fmt: skip
FEW = 6
"""So many files or records of one reason are named; JSON has them all."""
MOST = 20
"""So many of a kind are shown; JSON has them all."""


def imported(report: Any, lang: str, dry_run: bool) -> str:
    """What an import did (an `imported.Report`)."""
    spoken = language(lang)
    lines = []
    for f in report.files:
        lines += [f"{f.source}", f"  {f.importer} · {_span(f.first, f.last)} · {', '.join(_counts(f, spoken))}"]
        if dry_run and f.left_out:
            lines += wrapped(_left_out(f.left_out, spoken), "  ")
        if f.absences:
            lines += wrapped(own_absences(f.absences, lang), "    ", first="  ")
    if len(lines) > 60 and not dry_run:
        lines = [spoken.count("{n} file read", "{n} files read", n=len(report.files))]
    counts = report.counts
    total = spoken.say(
        "{added} new, {updated} updated, {known} known",
        added=counts.added,
        updated=counts.updated,
        known=counts.duplicates,
    )
    lines += ["", spoken.say("dry run, nothing kept: {total}", total=total) if dry_run else total]
    if report.left_out:
        lines += wrapped(spoken.say("left out: {parts}", parts=_left_out(report.left_out, spoken)), "  ", first="")
        if report.left_out["not known"]:
            lines += wrapped(spoken.say(
                "Not known are people in a phone's or router's calls whom no address book names. Import the phone's contacts "
                "(.vcf), and they come in; {setting} in the settings lets everybody in.",
                setting='known_only = "never"',
            ), "  ")  # fmt: skip
    if report.skipped:
        lines.append(spoken.say("skipped:"))
        lines += _first(_skipped(report.skipped, spoken), spoken)
    if report.failed:
        lines.append(spoken.say("not read:"))
        lines += _first(not_read(report.failed, spoken), spoken)
    if report.skipped_total > len(report.skipped):
        lines.append(f"  {spoken.say('{n} in all', n=report.skipped_total)}")
    for question, sources in report.asked.items():
        named = sources[0] + (f" (+{len(sources) - 1})" if len(sources) > 1 else "")
        lines += ["", *wrapped(f"? {named}: {spoken.translated(question.question)}", "  ", first="")]
        if question.options:
            lines += wrapped(" | ".join(question.options), "    ")
        lines += pasted(question.setting, spoken)
    if report.unresolved:
        frequent = [f"{handle} ({count}×)" for handle, count in report.unresolved[:5]]
        said = spoken.count(
            "{n} number or address that nobody has named: {frequent}",
            "{n} numbers and addresses that nobody has named: {frequent}", n=report.unresolved_total, frequent=frequent,
        )  # fmt: skip
        more = " … touchpoints people --unresolved" if report.unresolved_total > 5 else ""
        lines += ["", *wrapped(said + more, "  ", first="")]
    return "\n".join(lines).strip() + "\n"


def not_read(failed: Iterable[tuple[str, str]], spoken: Language) -> list[str]:
    """The files that could not be read, those for the same reason together."""
    by_reason: dict[str, list[str]] = {}
    for source, reason in failed:
        by_reason.setdefault(reason, []).append(source)
    return [f"{_few(sources, spoken)}: {spoken.translated(reason)}" for reason, sources in by_reason.items()]


def _skipped(skipped: Iterable[Skipped], spoken: Language) -> list[str]:
    """Records of one file that were skipped for one reason, together."""
    alike: dict[tuple[str, str], list[str]] = {}
    for s in skipped:
        alike.setdefault((s.source, s.reason), []).append(str(s.record))
    return [
        f"{source}:{_few(records, spoken)}: {spoken.translated(reason)}" for (source, reason), records in alike.items()
    ]


def _few(names: Sequence[str], spoken: Language) -> str:
    return ", ".join(names[:FEW]) + (f" {spoken.say('and {n} more', n=len(names) - FEW)}" if len(names) > FEW else "")


def _span(first: Any, last: Any) -> str:
    return f"{first} – {last}" if first else "–"


def _counts(f: Any, spoken: Language) -> list[str]:
    said = [spoken.say("{n} new", n=f.counts.added)]
    said += [spoken.say("{n} updated", n=f.counts.updated)] if f.counts.updated else []
    said += [spoken.say("{n} known", n=f.counts.duplicates)] if f.counts.duplicates else []
    said += [spoken.count("{n} person", "{n} people", n=f.people)] if f.people else []
    said += [spoken.count("{n} answer", "{n} answers", n=f.answers)] if f.answers else []
    said += [spoken.say("{n} skipped", n=f.skipped)] if f.skipped else []
    return said


def _left_out(counts: Mapping[str, int], spoken: Language) -> str:
    return ", ".join(f"{n} × {spoken.translated(reason)}" for reason, n in sorted(counts.items()))


def _first(rows: list[str], spoken: Language) -> list[str]:
    lines = [line for row in rows[:MOST] for line in wrapped(row, "    ", first="  ")]
    if len(rows) > MOST:
        lines.append(f"  {spoken.say('… {n} more (--json)', n=len(rows) - MOST)}")
    return lines


def held(record: dict[str, Any], lang: str) -> str:
    """The status of a store (the record that `status --json` prints)."""
    spoken = language(lang)
    counts = [
        spoken.count("{n} touchpoint", "{n} touchpoints", n=record["touchpoints"]),
        spoken.count("{n} contact", "{n} contacts", n=record["contacts"]),
        spoken.count("{n} organisation", "{n} organisations", n=record["customers"]),
        spoken.say("{n} unnamed", n=record["unresolved"]),
    ]
    sound = spoken.say("everything in order") if record["integrity"] == "ok" else record["integrity"]
    lines = [
        *wrapped(f"{', '.join(counts)} · {record['timezone']}", "  ", first=""),
        f"{spoken.say('integrity: {result}', result=sound)} · touchpoints {record['version']}", "",
    ]  # fmt: skip
    for c in record["coverage"]:
        what = f" {c['what']}" if c["what"] else ""
        age = spoken.count("{n} day old", "{n} days old", n=c["age_days"])
        said = f"{c['source']}{what}: {c['since']} – {c['until']} ({age})"
        if c["holes"]:
            holes = [f"{a} – {b}" for a, b in c["holes"][-3:]]
            said += f" · {spoken.say('holes: {holes}', holes=holes)}"
        lines += wrapped(said + (f" · {c['export']}" if c["export"] else ""), "    ", first="  ")
    away = [(date.fromisoformat(a["first"]), date.fromisoformat(a["last"])) for a in record["absences"]]
    lines += ["", *wrapped(own_absences(away, lang), "    ", first="  ")] if away else []
    for p in record["away_proposed"]:
        lines += wrapped(f"{p['contact']['name']}: {p['text']}", "    ", first="  ")
    lines.append("")
    for f in record["files"]:
        touchpoints = spoken.count("{n} touchpoint", "{n} touchpoints", n=f["touchpoints"])
        lines += [f"  {f['source']}", f"    {f['importer']} · {touchpoints} · {_span(f['first'], f['last'])}"]
    lines += [f"! {spoken.translated(problem)}" for problem in record["problems"]]
    return "\n".join(lines) + "\n"


def pasted(setting: str, spoken: Language) -> list[str]:
    """Lines to paste into the settings: the comments behind them in the user's language, all else as it stands."""
    lines = spoken.translated(setting).splitlines()
    return ["    " + re.sub(r"(?<=  # ).+$", lambda comment: spoken.translated(comment[0]), line) for line in lines]
