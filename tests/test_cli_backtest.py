"""`touchpoints backtest` as a user meets it: real processes, files and exit statuses."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any
from xml.etree import ElementTree

import pytest

HEADER = "owner,partner,t_s,out,medium,duration_s,missed"
PROMISED = {"n", "auc", "average_precision", "brier", "bias", "spearman", "capture", "baselines"}


def run(*args: str | Path, store: Path, status: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "touchpoints", "backtest", *map(str, args), "--store", str(store)]
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
    )
    assert done.returncode == status, done.stderr + done.stdout
    assert "Traceback" not in done.stderr
    return done


def values(*args: str | Path, store: Path) -> Any:
    return json.loads(run(*args, "--json", store=store).stdout)


def rows(owners: int = 3, partners: int = 8, days: int = 130) -> list[str]:
    random, found = Random(1), []
    for owner in range(owners):
        for partner in range(partners):
            at, gap, end = random.uniform(0, 30), random.choice([2, 6, 15]), random.choice([days, 60])
            while at < end:
                found.append(f"Büro {owner},Müller & {partner},{at * 86_400:.2f},{random.randrange(2)},call,,0")
                at += random.expovariate(1 / gap)
    return found


ROWS = rows()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sets") / "calls.csv.gz"
    path.write_bytes(gzip.compress("\n".join([HEADER, *ROWS]).encode()))
    return path


@pytest.fixture(scope="module")
def record(plain: Path) -> Any:
    return values(plain, "--horizon", "30", store=plain.with_name("none.db"))


def test_the_json_holds_what_the_contract_names(record: Any) -> None:
    assert record.keys() >= PROMISED
    assert all(0 <= baseline["auc"] <= 1 for baseline in record["baselines"].values())
    assert 0 < record["n"] <= 4 * 24


def test_order_line_ends_byte_order_mark_and_further_columns_do_not_matter(plain: Path, record: Any) -> None:
    shuffled = [f"x,{row}" for row in ROWS]
    Random(2).shuffle(shuffled)
    other = plain.with_name("other.csv")
    other.write_bytes("\r\n".join(["﻿note," + HEADER, *shuffled, ""]).encode())
    assert {**record, "intervals": None} == {**values(other, store=other.with_name("none.db")), "intervals": None}


def test_one_owner_with_a_few_relationships_is_enough(tmp_path: Path) -> None:
    path = tmp_path / "one.csv"
    path.write_text("\n".join([HEADER, *rows(owners=1, partners=4)]), encoding="utf-8")
    assert values(path, store=tmp_path / "none.db")["n"] > 0


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("\n".join([HEADER, *rows(owners=1, days=70)]), "days ahead need 79"),
        (HEADER + "\n", "spans 0 days"),
        ("who,when\n1,2\n", "no column owner, partner, t_s"),
        (None, "cannot be opened"),
    ],
)
def test_what_cannot_be_judged_is_one_plain_line(tmp_path: Path, content: str | None, says: str) -> None:
    path = tmp_path / "set.csv"
    if content is not None:
        path.write_text(content, encoding="utf-8")
    done = run(path, "--json", store=tmp_path / "none.db", status=1)
    assert "" == done.stdout
    (line,) = done.stderr.splitlines()
    assert line.startswith("touchpoints: set.csv")
    assert says in line


def test_the_table_fits_a_terminal_in_both_languages_and_the_plot_is_whole(plain: Path, tmp_path: Path) -> None:
    for lang, word, axis in (("de", "Wärme", "Anteil mit Kontakt (%)"), ("en", "warmth", "share with contact (%)")):
        plot = tmp_path / f"{lang}.svg"
        text = run(plain, "--lang", lang, "--svg", plot, store=tmp_path / "none.db").stdout
        assert max(map(len, text.splitlines())) <= 80
        assert word in text
        svg = ElementTree.fromstring(plot.read_text(encoding="utf-8"))
        names = {element.tag.partition("}")[2] for element in svg.iter()}
        assert (
            {"title", "desc", "path", "circle", "text"}
            <= names
            <= {"title", "desc", "path", "circle", "text", "g", "svg"}
        )
        assert svg.get("role") == "img"
        assert {axis, "0", "100"} <= {element.text for element in svg.iter() if element.tag.endswith("}text")}
        named = {svg.find(f".//*[@id='{id_}']").text for id_ in (svg.get("aria-labelledby") or "").split()}  # type: ignore[union-attr]
        assert any("calls.csv.gz" in (text or "") for text in named)


def test_a_young_store_says_so_and_prints_nulls(tmp_path: Path) -> None:
    import touchpoints as tp

    store = tmp_path / "t.db"
    with tp.Tracker(store, settings=tp.Settings(timezone="Europe/Berlin")):
        pass
    assert "holds no touchpoints" in run("--at", "2026-07-01", "--lang", "en", store=store).stdout
    found = values("--at", "2026-07-01", store=store)
    assert found.keys() >= PROMISED
    assert (0, None, None) == (found["n"], found["auc"], found["capture"])


def test_a_moment_and_a_data_set_do_not_go_together(plain: Path) -> None:
    assert "own store" in run(plain, "--at", "2026-07-01", store=plain.with_name("none.db"), status=2).stderr
