"""Makes the next item in a thread of its own while the last one is used, so that two cores work on one pass."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Generic, TypeVar

T = TypeVar("T")


@contextmanager
def ahead(items: Iterator[T], name: str, stop: Callable[[], None] = lambda: None) -> Iterator[Iterator[T]]:
    """The same items in the same order, one made beforehand. What making them raises is raised where it was its turn.

    Whoever leaves the context before the last item calls `stop`, which must end a wait within `items`, and waits for the thread.
    """
    line: _Line[T] = _Line()
    thread = threading.Thread(target=line.make, args=(items,), name=name, daemon=True)
    thread.start()
    try:
        yield line.taken()
    finally:
        if not line.ended:
            line.leave()
            stop()
        thread.join()


class _Line(Generic[T]):
    """Room for one item between two threads."""

    def __init__(self) -> None:
        self._made: deque[T] = deque()
        self._changed = threading.Condition()
        self._failed: BaseException | None = None
        self._left = False
        self.ended = False  # no item will follow those made

    def make(self, items: Iterator[T]) -> None:
        try:
            for item in items:
                with self._changed:
                    self._changed.wait_for(lambda: not self._made or self._left)
                    if self._left:
                        return
                    self._made.append(item)
                    self._changed.notify_all()
        except BaseException as error:  # noqa: BLE001  handed to the thread that takes
            self._failed = error
        finally:
            with self._changed:
                self.ended = True
                self._changed.notify_all()

    def taken(self) -> Iterator[T]:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._made or self.ended)
                if not self._made:
                    break
                item = self._made.popleft()
                self._changed.notify_all()
            yield item
        if self._failed is not None:
            raise self._failed

    def leave(self) -> None:
        with self._changed:
            self._left = True
            self._changed.notify_all()
