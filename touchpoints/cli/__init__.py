"""The command line: `main`, and the commands that add themselves to it."""

from touchpoints.cli import calls, completion, daily, doctor, importing, looking, people, privacy, setup, sorting, team
from touchpoints.cli.session import main

__all__ = [
    "calls",
    "completion",
    "daily",
    "doctor",
    "importing",
    "looking",
    "main",
    "people",
    "privacy",
    "setup",
    "sorting",
    "team",
]
