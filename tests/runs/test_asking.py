"""Waiting for a server's loader."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from typing import Any

import pytest

from castanea.kit.errors import Unavailable
from castanea.runs import asking
from castanea.runs.asking import AskingServer


class Standing:
    """A connection to a server whose loader stands so, look by look; the last look for ever."""

    def __init__(self, looks: Iterable[tuple[int, float | None]]) -> None:
        self._looks = iter(looks)
        self._last: tuple[int, float | None] = (0, None)

    def ask(self, op: str, **_: Any) -> tuple[dict[str, Any], bytes]:
        if op == "state":
            self._last = next(self._looks, self._last)
        return {"state": {"offset": self._last[0], "rebuilding": self._last[1]}}, b""


@pytest.fixture
def seconds_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    ticks = itertools.count()
    monkeypatch.setattr(asking, "monotonic", lambda: float(next(ticks)))


def wait(looks: Iterable[tuple[int, float | None]]) -> None:
    AskingServer(Standing(looks), lambda _: None, patience=20).wait(9)  # type: ignore[arg-type]


@pytest.mark.usefixtures("seconds_pass")
def test_a_loader_that_moves_slowly_is_waited_for() -> None:
    wait((offset, None) for offset in range(10) for _ in range(5))


@pytest.mark.usefixtures("seconds_pass")
def test_a_rebuild_is_waited_for_however_long_it_takes() -> None:
    wait([*((0, share / 100) for share in range(100) for _ in range(3)), (9, None)])


@pytest.mark.usefixtures("seconds_pass")
def test_a_loader_that_stands_is_given_up_on() -> None:
    with pytest.raises(Unavailable, match="has not moved"):
        wait([(3, None)])


@pytest.mark.usefixtures("seconds_pass")
def test_a_rebuild_that_fails_over_and_over_is_given_up_on() -> None:
    with pytest.raises(Unavailable, match="safe in the log"):
        wait((0, share) for _ in range(1000) for share in (0.0, 0.2, 0.4))
