"""Parquet: every column as text, so that one way of cleaning serves all files."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from castanea.sources.files.dialect import Counted, Found, Limits
from castanea.sources.files.errors import FileError
from castanea.sources.files.rows import Chunk, chunk_schema
from castanea.sources.files.sniffing import clean_header

_SAMPLE = 4_000


def inspect_parquet(path: Path, limits: Limits, beat: Callable[[int], None]) -> Found:
    file = _open(path)
    names = file.schema_arrow.names
    if not names or len(names) > limits.columns:
        raise FileError(f"the Parquet file has {len(names)} columns; between 1 and {limits.columns} can be read")
    groups = file.num_row_groups
    wanted = sorted({0, groups // 2, groups - 1} & set(range(groups)))
    pieces = []
    for group in wanted:
        batch = next(file.iter_batches(batch_size=_SAMPLE, row_groups=[group]), None)
        beat(1)
        if batch is not None:
            every = max(batch.num_rows * len(wanted) // _SAMPLE, 1)
            pieces.append(pa.Table.from_batches([batch]).take(list(range(0, batch.num_rows, every))))
    sample = (
        tuple(zip(*(_text(c).to_pylist() for c in pa.concat_tables(pieces).columns), strict=True)) if pieces else ()
    )
    return Found("parquet", clean_header(names), sample, header_row=0)


def read_parquet(path: Path, limits: Limits, beat: Callable[[int], None]) -> Iterator[Chunk | Counted]:
    file = _open(path)
    width, number = len(file.schema_arrow.names), 0
    try:
        for batch in file.iter_batches(batch_size=limits.chunk_rows):
            columns = [_text(batch.column(i)) for i in range(width)]
            rows = pa.array(range(number + 1, number + batch.num_rows + 1), pa.int64())
            number += batch.num_rows
            beat(batch.nbytes)
            yield Chunk(pa.Table.from_arrays([*columns, rows], schema=chunk_schema(width)), [])
    except (pa.ArrowInvalid, OSError) as error:
        raise FileError(f"the Parquet file is broken after row {number:,} ({error}); write it again") from error
    yield Counted(number, file.metadata.num_rows, 0, 0, 0, number)


def _open(path: Path) -> Any:
    try:
        return pq.ParquetFile(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise FileError(f"the Parquet file cannot be opened ({error}); write it again") from error


def _text(column: Any) -> pa.Array:
    """A column as text; nested values as JSON, bytes must be UTF-8."""
    array = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
    kind = array.type
    if pa.types.is_dictionary(kind):
        array = array.dictionary_decode()
        kind = array.type
    if pa.types.is_nested(kind):
        return pa.array(
            [None if v is None else json.dumps(v, ensure_ascii=False, default=str) for v in array.to_pylist()],
            pa.string(),
        )
    try:
        text = pc.cast(array, pa.string())
        if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
            text = pc.replace_substring_regex(text, r"\.(\d{3})$", r".\10")
        return text
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
        raise FileError(f"a column of type {kind} cannot be read as text ({error}); write it as text") from error
