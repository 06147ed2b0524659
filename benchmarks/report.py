"""The HTML report of 500 relationships: bytes, and how long it takes to make and to open.

    python benchmarks/report.py [RELATIONSHIPS]

Opening is measured in headless Chromium, if there is one: from navigation to the first painting and to the load event.
"""

import random
import shutil
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from zoneinfo import ZoneInfo

import touchpoints as tp

NOW = datetime(2026, 7, 1, 9, tzinfo=ZoneInfo("Europe/Berlin"))
US = [tp.Colleague.of(f"Colleague {n}", f"c{n}@own.example") for n in range(8)]


def filled(relationships: int) -> tp.Tracker:
    """Two years with so many contacts at half as many customers, each in its own rhythm, on all channels."""
    lot = random.Random(7)
    tracker = tp.Tracker(colleagues=US, settings=tp.Settings(timezone="Europe/Berlin"))
    people, touchpoints = [], []
    for n in range(relationships):
        address, number = f"p{n}@firm{n // 2}.example", f"+49302{n:07}"
        people.append(tp.Person(
            f"Person {n} of the Firm", (address, number), customer=f"Firm {n // 2}", kind="customer",
            importance=lot.choice(("A", "B", "C", None)),
        ))  # fmt: skip
        gap, silent = lot.choice((4, 7, 14, 30, 60)), lot.choice((0, 0, 0, 20, 60, 200))
        when = NOW - timedelta(days=730 - lot.random() * gap)
        while when < NOW - timedelta(days=silent):
            ours = {"colleagues": tuple(c.name for c in lot.sample(US, lot.choice((1, 1, 2))))}
            start = when.replace(hour=lot.randrange(8, 18), minute=lot.randrange(60))
            kind = lot.random()
            if kind < 0.4:
                outcome = "reached" if lot.random() < 0.7 else "missed"
                touchpoints.append(tp.Touchpoint.call(
                    number, start, lot.choice(("in", "out")), minutes=lot.randrange(1, 40), outcome=outcome, **ours
                ))  # fmt: skip
            elif kind < 0.6:
                touchpoints.append(tp.Touchpoint.video(address, start, minutes=30, subject="Quarterly review", **ours))
            else:
                touchpoints.append(
                    tp.Touchpoint.mail(address, start, lot.choice(("in", "out")), subject="Offer 4711", **ours)
                )
            when += timedelta(days=lot.expovariate(1 / gap) + 0.2)
    tracker.add(touchpoints, people)
    print(f"{relationships} relationships, {len(touchpoints)} touchpoints")
    return tracker


def main(relationships: int) -> None:
    with filled(relationships) as tracker:
        tracker.render("json", NOW)
        begun = time.process_time()
        page = str(tracker.render("html", NOW, "de"))
        print(f"made in {time.process_time() - begun:.1f} s CPU, {len(page.encode()) / 1e6:.2f} MB")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        print("no chromium here")
        return
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "report.html"
        file.write_text(page, encoding="utf-8")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        seen = []
        for _ in range(5):
            tab = browser.new_page()
            session = tab.context.new_cdp_session(tab)
            session.send("Performance.enable")
            tab.goto(file.as_uri(), wait_until="load")
            tab.screenshot()  # what is visible has been drawn
            paint, load = tab.evaluate(
                "[performance.getEntriesByName('first-contentful-paint')[0].startTime,"
                " performance.getEntriesByType('navigation')[0].loadEventEnd]"
            )
            measured = {m["name"]: m["value"] for m in session.send("Performance.getMetrics")["metrics"]}
            seen.append((paint / 1000, load / 1000, measured["TaskDuration"]))
            tab.close()
        browser.close()
    paint, load, busy = (median(column) for column in zip(*seen, strict=True))
    print(
        f"first painted after {paint:.2f} s, loaded after {load:.2f} s, {busy:.2f} s of the main thread (medians of 5)"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 500)
