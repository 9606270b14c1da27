"""Shops' own zones, in which times without an offset are read."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pyarrow as pa

FORGET_AFTER = 2  # answers of the warehouse after which it knows better than what was taken in before them


class ShopZones:
    """What the warehouse knows, and at once what the intake itself took in: a shop's first orders may follow its own row by a
    millisecond. Thread-safe."""

    def __init__(self, known: Mapping[str, str] | None = None) -> None:
        self._known = dict(known or {})
        self._learned: dict[str, tuple[str, int]] = {}
        self._answers = 0
        self._lock = threading.Lock()

    def now(self) -> dict[str, str]:
        """shop_id → IANA name, of the shops that have a zone of their own."""
        with self._lock:
            return {**self._known, **{shop: zone for shop, (zone, _) in self._learned.items()}}

    def learn(self, shops: pa.Table) -> None:
        """Take the zones of valid rows of table `shop`, later rows for newer ones."""
        rows = zip(shops.column("shop_id").to_pylist(), shops.column("zone").to_pylist(), strict=True)
        with self._lock:
            self._learned |= {shop: (zone, self._answers) for shop, zone in rows if zone}

    def know(self, zones: Mapping[str, str]) -> None:
        """What the warehouse knows; it alone tells which of a shop's rows is the newest."""
        with self._lock:
            self._known = dict(zones)
            self._answers += 1
            self._learned = {s: (z, at) for s, (z, at) in self._learned.items() if self._answers - at < FORGET_AFTER}
