"""The child that reads a file has limits; whatever happens to it, the parent hears a sentence."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from castanea.sources.files import FileError, FileReader, Limits, Stuck, TooLarge


def test_a_file_that_needs_too_much_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "one-line.csv"
    path.write_bytes(b"a,b\n" + b"x" * (96 << 20) + b",1\n")
    with pytest.raises((TooLarge, FileError)), FileReader(path, (), limits=Limits(memory=48 << 20)) as reader:  # noqa: PT012
        reader.found()
        list(reader.chunks())


def test_silence_longer_than_allowed_ends_the_reading(tmp_path: Path) -> None:
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)  # nobody ever writes: opening it blocks for ever
    with FileReader(path, (), limits=Limits(silence=2.0)) as reader, pytest.raises((Stuck, FileError)):
        reader.found()


def test_a_child_that_dies_is_told_as_a_broken_file(tmp_path: Path) -> None:
    path = tmp_path / "o.csv"
    path.write_text("a,b\n" + "1,2\n" * 1_000)
    with FileReader(path, ()) as reader:
        reader.found()
        os.kill(reader._child.pid, signal.SIGKILL)
        with pytest.raises(FileError, match="broke the program"):
            list(reader.chunks())


def test_a_broken_workbook_is_refused_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "o.xlsx"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + b"\x00" * 600)
    with FileReader(path, ()) as reader, pytest.raises(FileError, match="save it"):
        reader.found()


def test_ndjson_is_read_and_its_broken_lines_are_odd(tmp_path: Path) -> None:
    path = tmp_path / "o.ndjson"
    path.write_text('{"a": 1.50, "b": {"c": "x"}}\n{"a": 2}\nnot json\n\n')
    with FileReader(path, ()) as reader:
        assert reader.found().header == ("a", "b.c")
        chunks = list(reader.chunks())
        assert chunks[0].table.column("c0").to_pylist() == ["1.50", "2"]
        assert [odd.reason for odd in chunks[0].odd] == ["json"]
        assert reader.counted is not None
        assert (reader.counted.received, reader.counted.blank) == (3, 1)
