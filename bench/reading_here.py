"""Reads a file in this process, without the child: the same code, for a corpus of very many small files."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from pathlib import Path

import pyarrow as pa

from castanea.sources.files import Found, Limits, Wish
from castanea.sources.files.dialect import Counted
from castanea.sources.files.errors import FileError
from castanea.sources.files.inspecting import inspect_file, read_file
from castanea.sources.files.reading import FileReader, RawChunk


class ReaderHere(FileReader):
    """A FileReader without a child."""

    def __init__(
        self, path: Path, known: Collection[str], wish: Wish | None = None, limits: Limits | None = None
    ) -> None:
        self.path, self._limits, self._wish, self._known = path, limits or Limits(), wish or Wish(), frozenset(known)
        self.counted: Counted | None = None
        self.progress: Callable[[int], None] = lambda _bytes: None

    def found(self) -> Found:
        self._what = inspect_file(self.path, self._wish, self._known, self._limits, self.progress)
        return self._what

    def chunks(self) -> Iterator[RawChunk]:
        for item in read_file(self.path, self._what, self._limits, self.progress):
            if isinstance(item, Counted):
                if item.records != item.independent:
                    raise FileError("the records do not add up", code="file.count")
                self.counted = item
            else:
                yield RawChunk(pa.table(item.table), tuple(item.odd))

    def stop(self) -> None:
        return

    def close(self) -> None:
        return
