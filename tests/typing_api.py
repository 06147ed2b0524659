"""User code that is type-checked and never run: what an app and a plugin author may write."""

from collections.abc import Iterator
from datetime import UTC, date, datetime

import touchpoints as tp

NOW = datetime(2026, 7, 1, 9, tzinfo=UTC)


class Pigeon(tp.Importer):
    """An importer."""

    name = "pigeon"
    channels = (tp.Channel("pigeon", "letter"),)

    def recognises(self, source: tp.Source) -> bool:
        """Whether it is one."""
        return source.head.startswith(b"COO")

    def read(self, source: tp.Source, context: tp.Context) -> Iterator[tp.Record]:
        """Its records."""
        yield context.call(NOW, caller="+49 89 99998 123", called="+49 30 23125 100", talked=60, answered=True)
        yield context.skipped(3, "damaged")
        yield tp.Coverage(date(2026, 1, 1), date(2026, 6, 30), "loft")


def app() -> None:
    """An app."""
    warmth: tp.Warmth = tp.warmth([date(2026, 3, 2), date(2026, 3, 9)], at=date(2026, 7, 1))
    score: float | None = warmth.score
    me = tp.Colleague.of("Mara Falk", "+49 30 23125 100", "mara@example.com", timezone="Europe/Berlin", region="DE-BE")
    with tp.Tracker("touchpoints.db", [me], tp.Settings(), tp.Plugins.installed(without=["calls"])) as tracker:
        with tp.watched(lambda steps: print(*(f"{s.what['de']} {s.done}/{s.total} {s.unit}" for s in steps))):
            tracker.ingest("exports/")
        tracker.add(
            [tp.Touchpoint.call("+49 89 99998 123", NOW, "in", minutes=12)], people=[tp.Person("E", ["e@x.example"])]
        )
        for flag in tracker.flags(at=NOW, limit=10, owner=None, customer_ref=None):
            name: str | None = flag.customer.name if flag.customer else None
            texts: list[str] = [reason.text["de"] for reason in flag.reasons]
            print(name, texts, flag.urgency, flag.also, flag.suggestion.channel, score)
        page: str | bytes = tracker.render("json", at=NOW, lang="de")
        for stored in tracker.touchpoints(contact=None, since=None, until=NOW):
            print(stored.key, stored.touchpoint.at, page)
        print(len(tracker.book(at=NOW)), tracker.relationship("Erika Muster", at=NOW).warmth.status)
        tracker.log("Erika Muster", "reached", minutes=15, note="…", at=NOW)


class Vips(tp.Rule):
    """A rule."""

    name = "vips"

    def reasons(self, book: tp.Book, at: datetime) -> Iterator[tp.Reason]:
        """Whoever has the tag."""
        for relationship in book:
            if "vip" in relationship.tags:
                yield tp.Reason(self.name, relationship, 50, (), {"en": "a VIP", "de": "ein VIP"})


class Names(tp.Renderer):
    """A renderer."""

    name, suffix = "names", ".txt"

    def render(self, report: tp.CallReport, lang: str) -> str:
        """One name a line."""
        return "\n".join(flag.contact.name for flag in report.call_list.flags if flag.contact)


def misspelt() -> None:
    """A name that is not there is found by the checker."""
    tp.Tuochpoint  # type: ignore[attr-defined]  # noqa: B018  # the error is what is meant
