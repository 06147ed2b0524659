"""On the example exports, with and without the address book: each rule names somebody and holds somebody back, and each
reason can be checked by hand from what `show` prints."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

import touchpoints as tp
from touchpoints.cli import main
from touchpoints.rules import touchpoints_rules

sys.path.insert(0, str(Path(__file__).parents[1] / "examples"))
import each_rule

LATER = each_rule.NOW + timedelta(minutes=5)
MODES = pytest.mark.parametrize(
    "mara", [(), ("directory",)], indirect=True, ids=["exports alone", "with the address book"]
)
NO_TOUCHPOINTS = {"promise_due", "occasion"}
"""Rules whose evidence is no touchpoint: a note and a birthday, which `show` prints too."""


@pytest.fixture(scope="module")
def mara(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tp.Tracker]:
    """Mara's store, with what no export holds."""
    path = tmp_path_factory.mktemp("mara") / "touchpoints.db"
    named = {name: each_rule.TRUTH[name] for name in ("me", "timezone", "region")}
    path.with_name("touchpoints.toml").write_text(
        "".join(f"{name} = {json.dumps(value)}\n" for name, value in named.items()), encoding="utf-8"
    )
    with each_rule.tracker("data", *request.param, store=path) as tracker:
        each_rule.add_what_no_export_holds(tracker)
        yield tracker


def test_the_example_knows_all_rules() -> None:
    assert sorted(each_rule.RULES) == sorted(rule.name for rule in touchpoints_rules())


@MODES
def test_nine_of_the_first_ten_are_in_the_truth(mara: tp.Tracker) -> None:
    needed = {who for need in each_rule.TRUTH["needs_call"] for who in need["handles"]}
    names = {who for need in each_rule.TRUTH["needs_call"] for who in need["people"]}
    right = 0
    for flag in mara.flags(at=each_rule.NOW, limit=10):
        assert flag.contact is not None
        right += flag.contact.name in names or any(h.value in needed for h in flag.contact.handles)
    assert right >= 9


@MODES
def test_each_reason_can_be_checked_from_what_show_prints(mara: tp.Tracker) -> None:
    book = mara.book(LATER)
    reasons = [r for r in mara.reasons(book) if r.relationship.contact]
    assert {r.rule for r in reasons} == set(each_rule.RULES)
    shown: dict[str, dict[str, object]] = {}
    for reason in reasons:
        keys = {s.key for s in mara.timeline(reason.relationship.id, LATER)}
        assert set(reason.evidence) <= keys
        assert bool(reason.evidence) != (reason.rule in NO_TOUCHPOINTS), reason.rule
        shown.setdefault(
            reason.rule, {"who": reason.relationship.id, "text": reason.text["en"], "n": len(reason.evidence)}
        )
    for rule, said in shown.items():
        arguments = [
            "show",
            str(said["who"]),
            "--store",
            str(mara.store.path),
            "--at",
            LATER.isoformat(),
            "--lang",
            "en",
        ]
        found = json.loads(CliRunner().invoke(main, [*arguments, "--json"], catch_exceptions=False).stdout)
        [one] = [r for r in found["reasons"] if (r["rule"], r["text"]) == (rule, said["text"])]
        assert len(one["touchpoints"]) == said["n"]
        text = CliRunner().invoke(main, arguments, catch_exceptions=False).stdout
        assert str(said["text"]).split(" · ")[0] in text
        if rule == "occasion":
            assert "Next birthday: Fri 3 Jul" in text
        if rule == "promise_due":
            assert "ruft nächste Woche zurück" in text.partition("✎")[2]


@MODES
def test_each_rule_names_somebody_and_holds_somebody_back(mara: tp.Tracker) -> None:
    assert [rule for rule, names in each_rule.named(mara).items() if not names] == []
    each_rule.decide(mara)
    assert [rule for rule, held in each_rule.held_back(mara).items() if not held] == []
