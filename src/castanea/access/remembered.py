"""A short memory in front of the database, so that a request does not read it each time."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Generic, TypeVar

Value = TypeVar("Value")


class Remembered(Generic[Value]):
    """Values by key for `seconds` at most, so what another process revokes is over within that time. Oldest go beyond `most`."""

    def __init__(self, seconds: float, most: int, monotonic: Callable[[], float]) -> None:
        self._seconds = seconds
        self._most = most
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: OrderedDict[bytes, tuple[float, Value]] = OrderedDict()
        self._cleared = 0

    def get(self, key: bytes) -> Value | None:
        with self._lock:
            found = self._kept.get(key)
        if found is None or self._monotonic() - found[0] > self._seconds:
            return None
        return found[1]

    def mark(self) -> int:
        """Take this before looking a value up, and hand it to `put`."""
        return self._cleared

    def put(self, key: bytes, value: Value, mark: int) -> None:
        """Remember a value, unless all was cleared since `mark` (it may have been read before it was revoked)."""
        with self._lock:
            if mark != self._cleared:
                return
            self._kept[key] = (self._monotonic(), value)
            self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def clear(self) -> None:
        with self._lock:
            self._cleared += 1
            self._kept.clear()
