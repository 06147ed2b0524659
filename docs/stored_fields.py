"""Which personal data each kind of source leaves in the store: writes the table in the privacy pages.

Reads the golden files of the importers' samples, so that the table says what importers really give and no more.
`python docs/stored_fields.py` writes it; a test fails when it is out of date.
"""

from __future__ import annotations

import json
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGES = (ROOT / "docs" / "privacy.md", ROOT / "docs" / "privacy.de.md")
BEGIN, END = "<!-- stored fields -->", "<!-- end of stored fields -->"
ALWAYS = {"record", "key", "revision", "series", "channel", "direction", "outcome", "at"}
"""What every touchpoint has: time, channel, direction, outcome; and what is no personal data."""


def table() -> str:
    """The table as Markdown: a row an importer."""
    fields: dict[str, set[str]] = defaultdict(set)
    for golden in sorted((ROOT / "tests" / "samples").glob("*/*/*.golden")):
        for line in golden.read_text(encoding="utf-8").splitlines():
            if not line.strip():
                continue
            record = json.loads(line)
            if record.get("record") not in ("Touchpoint", "Person"):
                continue
            found = fields[golden.parent.name]
            for name, value in record.items():
                if name in ALWAYS or value in (None, [], {}, ""):
                    continue
                if name in ("participants", "parties", "handles"):
                    handles = [v.get("handle") or v for v in value]
                    found |= {str(h["kind"]) for h in handles if isinstance(h, dict) and h.get("kind")}
                    found |= {"name"} if any(v.get("name") for v in value) else set()
                elif name == "extra":
                    found |= {f"extra: {key}" for key in value}
                else:
                    found.add(name)
    rows = ["| importer | stored, beside time, channel, direction and outcome |", "|---|---|"]
    rows += [f"| {importer} | {', '.join(sorted(names))} |" for importer, names in sorted(fields.items()) if names]
    return "\n".join(rows)


def written(page: Path) -> str:
    """A page with the table as it should be."""
    before, _, rest = page.read_text(encoding="utf-8").partition(BEGIN)
    return f"{before}{BEGIN}\n{table()}\n{END}{rest.partition(END)[2]}"


if __name__ == "__main__":
    for page in PAGES:
        page.write_text(written(page), encoding="utf-8")
