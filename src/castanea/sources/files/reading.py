"""The parent's side: starts the child that reads a file, watches its memory and its progress, and takes its chunks."""

from __future__ import annotations

import io
import os
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import msgspec
import psutil
import pyarrow as pa

from castanea.kit.clock import monotonic
from castanea.sources.files.child import Job
from castanea.sources.files.dialect import Counted, Found, Limits, Wish
from castanea.sources.files.errors import CODES, FileError, Stuck, TooLarge
from castanea.sources.files.frames import HEAD
from castanea.sources.files.rows import OddRow

_CHILD = "from castanea.sources.files.child import main; main()"


@dataclass(frozen=True)
class RawChunk:
    """Rows as text (`c0` …, `_row`) and the rows that do not fit the header."""

    table: pa.Table
    odd: tuple[OddRow, ...]


class FileReader:
    """Reads one file in a child process. `found()` first, then `chunks()`; `counted` is set after the last chunk.

    Raises FileError (what is wrong with the file), TooLarge (more memory than allowed) or Stuck (no progress for too long). The child
    is ended in every case when the reader is closed.
    """

    def __init__(
        self, path: Path, known: Collection[str], wish: Wish | None = None, limits: Limits | None = None
    ) -> None:
        self.path, self._limits = path, limits or Limits()
        self.counted: Counted | None = None
        self.progress: Callable[[int], None] = lambda _bytes: None
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115  closed with the reader
        self._child = subprocess.Popen(  # noqa: S603  our own interpreter and our own module
            [sys.executable, "-c", _CHILD],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._errors,
            start_new_session=True,
        )
        self._process = psutil.Process(self._child.pid)
        self._job = Job(str(path), wish or Wish(), tuple(sorted(known)), self._limits)
        self._frames = self._receive()
        self._say(msgspec.json.encode(self._job))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def found(self) -> Found:
        """What the file is."""
        for message, _ in self._frames:
            if message["kind"] == "found":
                return msgspec.convert(message["found"], Found)
        raise self._ended()

    def chunks(self) -> Iterator[RawChunk]:
        """The rows below the header."""
        self._say(b"go")
        for message, payload in self._frames:
            if message["kind"] == "chunk":
                with pa.ipc.open_stream(pa.py_buffer(payload)) as stream:
                    table = stream.read_all()
                yield RawChunk(table, tuple(OddRow(row, tuple(cells), reason) for row, cells, reason in message["odd"]))
            elif message["kind"] == "end":
                self.counted = msgspec.convert(message["counted"], Counted)
                return
        raise self._ended()

    def stop(self) -> None:
        """End the child: whoever waits for its chunks, in another thread, waits no longer. `close` must follow."""
        self._child.kill()

    def close(self) -> None:
        """End the child and free what it held."""
        for pipe in (self._child.stdin, self._child.stdout):
            if pipe is not None:
                try:
                    pipe.close()
                except BrokenPipeError:
                    continue
        if self._child.poll() is None:
            self._child.kill()
        self._child.wait()
        self._errors.close()

    def _say(self, line: bytes) -> None:
        assert self._child.stdin is not None
        try:
            self._child.stdin.write(line + b"\n")
            self._child.stdin.flush()
        except BrokenPipeError as error:
            raise self._ended() from error

    def _receive(self) -> Iterator[tuple[dict[str, Any], bytes]]:
        """Frames as they come; beats are told to `progress`, errors raised."""
        while head := self._exactly(HEAD.size, may_end=True):
            length, payload_length = HEAD.unpack(head)
            message = msgspec.json.decode(self._exactly(length))
            payload = self._exactly(payload_length) if payload_length else b""
            if message["kind"] == "beat":
                self.progress(message["bytes"])
            elif message["kind"] == "error":
                raise self._error(message)
            else:
                yield message, payload

    def _exactly(self, length: int, *, may_end: bool = False) -> bytes:
        assert self._child.stdout is not None
        descriptor = self._child.stdout.fileno()
        parts = io.BytesIO()
        quiet_since = monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, selectors.EVENT_READ)
            while parts.tell() < length:
                if not selector.select(0.2):
                    self._watch(quiet_since)
                    continue
                data = os.read(descriptor, min(length - parts.tell(), 1 << 20))
                if not data:
                    if may_end and not parts.tell():
                        return b""
                    raise self._ended()
                parts.write(data)
                quiet_since = monotonic()
        return parts.getvalue()

    def _watch(self, quiet_since: float) -> None:
        """Called while the child is silent: memory and time."""
        try:
            resident = self._process.memory_info().rss
        except psutil.NoSuchProcess:
            return
        if resident > self._limits.memory:
            self._child.kill()
            raise self._too_large()
        if monotonic() - quiet_since > self._limits.silence:
            self._child.kill()
            raise Stuck(
                f"{self.path.name}: no progress for {self._limits.silence:g} seconds, reading was stopped. Nothing more was imported from "
                "it; save it again from its program, or as CSV"
            )

    def _error(self, message: dict[str, Any]) -> FileError:
        if message["code"] == TooLarge.code and not message["message"]:
            return self._too_large()
        return CODES.get(message["code"], FileError)(message["message"], code=message["code"])

    def _too_large(self) -> TooLarge:
        return TooLarge(
            f"{self.path.name}: reading it needs more than {self._limits.memory >> 20:,} MB of memory, and was stopped. "
            "Save it as CSV, or in several files"
        )

    def _ended(self) -> FileError:
        """The child is gone without a word: by a signal (a broken or hostile file), or by its memory limit."""
        code = self._child.wait()
        self._errors.seek(0)
        said = self._errors.read()[-2000:].decode("utf-8", "replace").strip()
        if (
            "MemoryError" in said
            or "bad_alloc" in said
            or "memory allocation" in said
            or "malloc of size" in said
            or "realloc" in said
        ):
            return self._too_large()
        last = said.splitlines()[-1] if said else "no message"
        return FileError(
            f"{self.path.name}: the file broke the program that reads it (ended with {code}: {last}). Nothing else is affected; "
            "open it in its own program and save it again, or save it as CSV",
            code="file.broken",
        )
