"""Work that makes very many values and next to no cycles: looking for cycles all the while is a sixth of it."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_LOOKS = 100_000
"""So many values are made between two looks for cycles."""
_lock = threading.Lock()
_under_way = 0
_before = (700, 10, 10)


@contextmanager
def many_values() -> Iterator[None]:
    """For as long as it lasts (nested, or in several threads, until the last one ends) Python looks for cycles once in
    100,000 new values; then as often as before."""
    global _under_way, _before
    with _lock:
        if not _under_way:
            _before = gc.get_threshold()
            if _before[0]:  # where the program switched it off, it stays off
                gc.set_threshold(max(_LOOKS, _before[0]), *_before[1:])
        _under_way += 1
    try:
        yield
    finally:
        with _lock:
            _under_way -= 1
            if not _under_way:
                gc.set_threshold(*_before)
