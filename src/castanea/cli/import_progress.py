"""An import's progress on a terminal: rows, bytes, rate, time left."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from castanea.runs.import_file import Watching


class Bar(Watching):
    """Drawn on standard error when that is a terminal."""

    def __init__(self) -> None:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TextColumn("{task.fields[rows]}"),
            TimeRemainingColumn(),
        )
        self._progress = Progress(
            *columns, console=Console(stderr=True), disable=not sys.stderr.isatty(), transient=True
        )
        self._task: TaskID | None = None

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def reading(self, path: Path, total: int) -> None:
        self._task = self._progress.add_task(
            path.name, total=2 * total, rows=""
        )  # once for finding out, once for reading

    def advanced(self, read: int, rows: int) -> None:
        if self._task is not None:
            self._progress.update(self._task, completed=read, rows=f"{rows:,} rows")

    def loading(self, waiting: int) -> None:
        if self._task is not None:
            self._progress.update(self._task, rows=f"{waiting:,} rows to load")
