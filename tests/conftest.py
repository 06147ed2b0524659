"""Fixtures that several test files share."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

NOBODY = 65534


@pytest.fixture
def as_bound_user(tmp_path: Path) -> Callable[[], object]:
    """A context with a folder, and a user whom permissions bind: root becomes nobody for as long."""
    if sys.platform == "win32":
        pytest.skip("Windows knows no such permissions")

    @contextmanager
    def bound() -> Iterator[Path]:
        if os.geteuid() != 0:
            yield tmp_path
            return
        os.seteuid(NOBODY)
        try:
            with TemporaryDirectory() as folder:
                yield Path(folder)
        finally:
            os.seteuid(0)

    return bound
