"""The loader thread."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest

from castanea.contracts.warehouse import Change
from castanea.kit.errors import NoSpace
from castanea.runs import loading
from castanea.runs.loading import LARGE, Loading

NOW = datetime(2026, 11, 20, tzinfo=UTC)


class Waiting:
    """A warehouse before which transactions of so many rows wait; a fault stands in the place of one."""

    def __init__(self, *transactions: int | Exception) -> None:
        self._transactions = list(transactions)

    def apply(self) -> Change | None:
        if not self._transactions:
            return None
        rows = self._transactions.pop(0)
        if isinstance(rows, Exception):
            raise rows
        return Change(rows, {}, rows, NOW)

    def tidy(self) -> None:
        raise RuntimeError("a defect in housework")

    warm = tidy


def run_until(warehouse: Any, count: int) -> list[int]:
    heard: list[int] = []
    done = threading.Event()

    def changed(change: Change) -> None:
        heard.append(change.rows)
        if len(heard) == count:
            done.set()

    thread = Loading(warehouse, changed)
    thread.start()
    assert done.wait(20)
    thread.end()
    thread.join(10)
    assert not thread.is_alive()
    return heard


def test_every_transaction_is_told_in_order_and_the_thread_ends_when_told() -> None:
    assert run_until(Waiting(1, LARGE, 2), 3) == [1, LARGE, 2]


@pytest.mark.parametrize("fault", [NoSpace("the disk is full"), RuntimeError("a defect")])
def test_a_fault_is_tried_again(fault: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "RETRY", 0.01)
    assert run_until(Waiting(1, fault, 2), 2) == [1, 2]
