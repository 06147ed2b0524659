"""Fuzzing of every importer: `python -m tests.fuzz --seconds 30 [--only NAME]`."""
