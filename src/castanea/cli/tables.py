"""Answers and progress for people, in a terminal or in a file."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table


def print_answer(answer: bytes) -> None:
    """A table with units in its head; unknown figures as a dash."""
    told = json.loads(answer)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in told["columns"]:
        unit = column.get("currency") or column.get("unit") or ""
        number = column.get("role") in ("metric", "comparison", "change")
        table.add_column(f"{column['name']} {unit}".strip(), justify="right" if number else "left", no_wrap=True)
    rows = [*told["rows"], *filter(None, (told.get("others"), told.get("totals")))]
    for row in rows:
        table.add_row(*("—" if row.get(c["name"]) is None else str(row[c["name"]]) for c in told["columns"]))
    Console(soft_wrap=True).print(table)
    for note in told.get("notes", ()):
        print(f"note: {note['code']}", file=sys.stderr)


@contextmanager
def progress_line(what: str) -> Iterator[Callable[[float], None]]:
    """A share that grows on one line of a terminal; on anything else nothing is printed."""
    shown = sys.stderr.isatty()

    def tell(share: float) -> None:
        if shown:
            print(f"\r{what} {share:6.1%}", end="", file=sys.stderr, flush=True)

    yield tell
    if shown:
        print(file=sys.stderr)
