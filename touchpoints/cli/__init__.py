"""The command line: `main`, and the commands that add themselves to it."""

from touchpoints.cli import calls, completion, daily, importing, looking, people, privacy, setup, sorting, team
from touchpoints.cli.session import main

__all__ = [
    "calls",
    "completion",
    "daily",
    "importing",
    "looking",
    "main",
    "people",
    "privacy",
    "setup",
    "sorting",
    "team",
]
