"""The child process that touches the file: whatever a hostile file does to it, the parent only sees it end."""

from __future__ import annotations

import gc
import resource
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO

import msgspec
import pyarrow as pa

from castanea.kit.errors import CastaneaError
from castanea.sources.files.dialect import Counted, Found, Limits, Wish
from castanea.sources.files.errors import FileError
from castanea.sources.files.frames import write_frame
from castanea.sources.files.rows import Chunk


class Job(msgspec.Struct, frozen=True):
    """What the parent asks for."""

    path: str
    wish: Wish
    known: tuple[str, ...]
    limits: Limits


def main() -> None:
    """Read one job from standard input, write frames to standard output. Ends 0 also when the file is refused."""
    gc.disable()  # millions of short-lived strings and no cycles
    out = sys.stdout.buffer
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    _limit_memory(job.limits.memory)
    try:
        found = _inspect(job, _beat(out))
        write_frame(out, {"kind": "found", "found": msgspec.to_builtins(found)})
        if sys.stdin.buffer.readline().strip() != b"go":
            return
        for item in _read(job, found, _beat(out)):
            _send(out, item)
    except CastaneaError as error:
        write_frame(out, {"kind": "error", "code": error.code, "message": str(error)})
    except MemoryError:
        write_frame(out, {"kind": "error", "code": "file.too_large", "message": ""})
    except UnicodeError as error:
        write_frame(out, {"kind": "error", "code": "file.encoding", "message": f"the text cannot be decoded: {error}"})


def _limit_memory(allowed: int) -> None:
    """Bound the address space to what the interpreter has now plus `allowed`: an allocation beyond it fails at once."""
    pages = int(Path("/proc/self/statm").read_text().split()[0]) if Path("/proc/self/statm").exists() else 0
    if pages:
        bound = pages * resource.getpagesize() + allowed
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _beat(out: BinaryIO) -> Callable[[int], None]:
    """Progress, sent at most once per 4 MB or per 64 calls: silence means that nothing moves."""
    waiting = {"bytes": 0, "calls": 0}

    def beat(count: int) -> None:
        waiting["bytes"] += count
        waiting["calls"] += 1
        if waiting["bytes"] >= 4 << 20 or waiting["calls"] >= 64:
            write_frame(out, {"kind": "beat", "bytes": waiting["bytes"]})
            waiting["bytes"] = waiting["calls"] = 0

    return beat


def _inspect(job: Job, beat: Callable[[int], None]) -> Found:
    from castanea.sources.files.inspecting import inspect_file

    return inspect_file(Path(job.path), job.wish, frozenset(job.known), job.limits, beat)


def _read(job: Job, found: Found, beat: Callable[[int], None]) -> Iterator[Chunk | Counted]:
    from castanea.sources.files.inspecting import read_file

    return read_file(Path(job.path), found, job.limits, beat)


def _send(out: BinaryIO, item: Chunk | Counted) -> None:
    if isinstance(item, Counted):
        if item.records != item.independent:
            raise FileError(
                f"the records do not add up: {item.records:,} were read, {item.independent:,} counted by another way. "
                "Quotes are not paired somewhere; save the file again from its program, or name the delimiter",
                code="file.count",
            )
        write_frame(out, {"kind": "end", "counted": msgspec.to_builtins(item)})
        return
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, item.table.schema) as writer:
        writer.write_table(item.table)
    odd = [[row.row, list(row.cells), row.reason] for row in item.odd]
    write_frame(out, {"kind": "chunk", "odd": odd}, memoryview(sink.getvalue()))
