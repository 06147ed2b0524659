"""All call-log importers together: each file belongs to exactly one of them, and other families' files to none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import touchpoints_calls

from touchpoints.archives import walk
from touchpoints.errors import SourceError
from touchpoints.model import Coverage, LeftOut, Question, Skipped, Touchpoint
from touchpoints.plugins import Importer, Plugins
from touchpoints.reading import Context
from touchpoints.settings import Settings
from touchpoints.source import Source

SAMPLES = Path(__file__).parent / "samples"
SHARED = Path(__file__).resolve().parents[2] / "shared" / "samples"
PLUGINS = Plugins.of(touchpoints_calls)


def files(root: Path) -> Iterator[Source]:
    for found in walk([root]):
        if isinstance(found, Source) and not found.name.endswith(".golden"):
            yield found


def takers(source: Source) -> list[Importer]:
    """Who would read a file: fallbacks only if no other importer does, as the core asks them."""
    taking = [i for i in PLUGINS.importers if i.recognises(source)]
    return [i for i in taking if not i.fallback] or taking


def test_each_own_sample_belongs_to_exactly_one_importer() -> None:
    wrong = {
        source.name: [i.name for i in takers(source)]
        for source in files(SAMPLES / "calls")
        if [i.name for i in takers(source)] != [Path(source.name).relative_to(SAMPLES / "calls").parts[0]]
    }
    assert wrong == {}


def test_the_samples_of_other_families_belong_to_none() -> None:
    others = [folder for folder in sorted(SAMPLES.iterdir()) if folder.is_dir() and folder.name != "calls"]
    assert others
    found = {s.name: [i for i in takers(s) if not i.fallback] for folder in others for s in files(folder)}
    assert {name: [i.name for i in taking] for name, taking in found.items() if taking} == {}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are not here")
def test_of_the_real_files_of_other_projects_only_the_google_voice_pages_are_call_logs() -> None:
    taken = {Path(s.name).relative_to(SHARED).parts[0]: [i.name for i in takers(s)] for s in files(SHARED) if takers(s)}
    assert taken == {"google_voice": ["google-voice"]}


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared samples are not here")
def test_every_real_google_voice_page_is_read() -> None:
    pages = [s for s in files(SHARED / "google_voice") if s.suffix == ".html"]
    assert len(pages) == 5
    for page in pages:
        (importer,) = takers(page)
        context = Context(zone="Europe/Berlin", source=page.name, importer=importer.name, channels=importer.channels)
        records = list(importer.read(page, context))
        assert any(isinstance(r, Touchpoint) for r in records)
        assert [r for r in records if isinstance(r, Skipped)] == []


def test_reasons_for_leaving_out_are_words_of_the_policy_and_spans_have_an_order() -> None:
    policy = {
        "newsletter", "automatic", "draft", "private", "hidden number", "internal", "no other party", "not known", "media",
    }  # fmt: skip
    for source in files(SAMPLES / "calls"):
        (importer,) = takers(source)
        settings = Settings(me=("+49 30 23125 100", "+1 212 555 0100"))
        context = Context(
            settings, zone="Europe/Berlin", source="x", importer=importer.name, channels=importer.channels
        )
        try:
            records = list(importer.read(source, context))
        except SourceError as error:
            assert error.reason
            continue
        assert {r.reason for r in records if isinstance(r, LeftOut)} <= policy
        assert [r for r in records if isinstance(r, Coverage) and r.end < r.start] == []
        assert [r for r in records if isinstance(r, Question) and not (r.options and r.setting)] == []


def test_bodies_are_nowhere_in_what_is_kept() -> None:
    for source in files(SAMPLES / "calls"):
        (importer,) = takers(source)
        context = Context(zone="UTC", source="x", importer=importer.name, channels=importer.channels)
        try:
            said = repr(list(importer.read(source, context)))
        except SourceError:
            continue
        assert [text for text in ("angekommen", "Are you coming", "Foto vom Stand", "Entwurf") if text in said] == []


@pytest.mark.parametrize(
    "cell", ["a " * 2000, "+1 " * 2000, "(" * 4000, "17.03.2024" + " " * 100_000 + "x", "a" * 200 + " " * 200 + "0"]
)
def test_a_hostile_cell_costs_no_more_than_an_honest_one(cell: str) -> None:
    import time

    text = (
        "Zeitpunkt;Teilnehmer;Richtung;Dauer\n"
        + f'"{cell}";"{cell}";"{cell}";"{cell}"\n2024-03-17;"{cell}";in;60\n' * 20
    )
    source = Source.from_text(text)
    (importer,) = takers(source)
    start = time.process_time()
    list(importer.read(source, Context(zone="UTC", importer=importer.name)))
    assert time.process_time() - start < 2


def test_each_importer_says_how_to_export_again_in_both_languages() -> None:
    assert [i.name for i in PLUGINS.importers if not i.fallback and set(i.export) != {"de", "en"}] == []


def test_phones_hold_private_contact_too_and_routers_may() -> None:
    guarded = {i.name: i.known_only for i in PLUGINS.importers if i.known_only != "never"}
    assert guarded == {
        "android-calls": "always",
        "android-messages": "always",
        "fritzbox": "lines",
        "imazing": "always",
    }
