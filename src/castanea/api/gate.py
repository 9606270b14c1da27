"""A narrow gate in front of work that is dear: few at a time, some may wait, the rest are told to come again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import anyio
import anyio.to_thread

from castanea.kit.errors import Busy

Result = TypeVar("Result")


class Gate:
    """`at_once` calls run in worker threads of their own count, so that they cannot take all threads; `waiting` more may queue."""

    def __init__(self, at_once: int, waiting: int, code: str) -> None:
        self._at_once, self._most, self._code = at_once, at_once + waiting, code
        self._limiter: anyio.CapacityLimiter | None = None
        self._inside = 0

    async def run(self, function: Callable[..., Result], *arguments: object) -> Result:
        """Call a blocking function. Raises Busy when the queue is full; then nothing was called."""
        if self._inside >= self._most:
            raise Busy("too many at once; nothing was done, try again", retry_after=2, code=self._code)
        self._limiter = self._limiter or anyio.CapacityLimiter(self._at_once)
        self._inside += 1
        try:
            return await anyio.to_thread.run_sync(function, *arguments, limiter=self._limiter)
        finally:
            self._inside -= 1
