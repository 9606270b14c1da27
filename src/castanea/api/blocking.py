"""Calls that block (the state's database) run beside the event loop."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import anyio.to_thread

Given = ParamSpec("Given")
Result = TypeVar("Result")


async def blocking(function: Callable[Given, Result], *given: Given.args, **named: Given.kwargs) -> Result:
    """Call it in a worker thread."""
    return await anyio.to_thread.run_sync(partial(function, *given, **named))
