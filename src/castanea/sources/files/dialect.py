"""How a file is to be read: decided once, before reading, shown to the user, and handed to the reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import msgspec

Container = Literal["delimited", "workbook", "parquet", "ndjson"]


class Limits(msgspec.Struct, frozen=True):
    """Bounds on one file. Bytes and seconds; `ratio` is inflated ÷ packed size, checked above 256 MB inflated."""

    memory: int = 1 << 30
    silence: float = 60.0
    inflated: int = 64 << 30
    ratio: float = 300.0
    chunk_rows: int = 100_000
    chunk_bytes: int = 32 << 20
    cell: int = 1 << 20
    columns: int = 4_096


class Wish(msgspec.Struct, frozen=True):
    """What the caller says about a file; empty = find out."""

    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 0


class Found(msgspec.Struct, frozen=True):
    """What a file is.

    `header_row` counts physical rows from 1; the rows above it are titles. `sample` holds rows taken from all over the file, cell by
    cell as text. `bytes` is the file's size as it lies on disk, `records` the rows counted before reading (0 = counted while
    reading). `notes` are sentences' codes with values, for the preview.
    """

    container: Container
    header: tuple[str, ...]
    sample: tuple[tuple[str | None, ...], ...]
    encoding: str = ""
    delimiter: str = ""
    quote: str = ""
    header_row: int = 1
    titles: tuple[str, ...] = ()
    sheet: str = ""
    sheets_left: tuple[str, ...] = ()
    packing: str = ""
    member: str = ""
    bytes: int = 0
    sha256: str = ""
    line_end: str = "\n"


@dataclass(frozen=True)
class Counted:
    """How the physical records of a file add up: records = header and titles + blank + totals + received.

    `independent` is the number of records counted by another way than the reader's; the reader refuses a file where they differ.
    """

    records: int
    independent: int
    above: int
    blank: int
    totals: int
    received: int
    total_rows: tuple[tuple[str | None, ...], ...] = ()
