"""Items made one ahead in a thread: the same items, errors in their turn, an early end."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from castanea.kit.ahead import ahead


def test_the_items_come_whole_and_in_order() -> None:
    with ahead(iter(range(1_000)), "numbers") as numbers:
        assert list(numbers) == list(range(1_000))


def test_an_item_is_made_while_the_one_before_is_used() -> None:
    made = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        made.set()
        yield 2

    with ahead(items(), "pairs") as pairs:
        assert next(pairs) == 1
        assert made.wait(10), "the second was made before it was asked for"
        assert next(pairs) == 2


def test_an_error_comes_after_the_items_that_were_made_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    with ahead(items(), "broken") as some:
        assert next(some) == 1
        with pytest.raises(ValueError, match="broken"):
            next(some)


def test_who_leaves_early_stops_what_is_being_made() -> None:
    stopped = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        assert stopped.wait(10), "the wait within the items was ended"
        yield 2

    with ahead(items(), "endless", stopped.set) as some:
        assert next(some) == 1
    assert stopped.is_set()
    assert not [thread for thread in threading.enumerate() if thread.name == "endless"]
