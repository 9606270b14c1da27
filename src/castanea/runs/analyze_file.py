"""An analysis on a bare file: read, asked, written. What is wrong is said before anything is written."""

from __future__ import annotations

import gzip
import io
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import polars as pl

from castanea.analysis.common import Answer
from castanea.kit.errors import InputError

PARQUET, GZIP = b"PAR1", b"\x1f\x8b"
MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
DELIMITERS = (",", "\t", ";", "|")
SUFFIXES = (".csv", ".parquet", ".json")


def read_table(path: str, standard_input: BinaryIO) -> pl.DataFrame:
    """The table of a CSV (UTF-8, GB18030 or UTF-16; every cell as text), Parquet or JSON (objects) file; `-` is standard input. Raises
    InputError."""
    name = "standard input" if path == "-" else path
    if path == "-":
        content = standard_input.read()
    else:
        file = Path(path)
        if file.is_dir():
            raise InputError(f"{path} is a folder; name a CSV or Parquet file in it", code="analysis.no_file")
        try:
            content = file.read_bytes()
        except OSError as error:
            raise InputError(
                f"{path} cannot be read: {error.strerror}; check its name", code="analysis.no_file"
            ) from error
    if content[:2] == GZIP:
        try:
            content = gzip.decompress(content)
        except (OSError, EOFError) as error:
            raise InputError(f"{name} cannot be unpacked: {error}; pack it again", code="analysis.bad_file") from error
    if content[:4] == PARQUET:
        try:
            return pl.read_parquet(io.BytesIO(content))
        except (pl.exceptions.PolarsError, OSError) as error:
            raise InputError(f"{name} is no readable Parquet file: {error}", code="analysis.bad_file") from error
    text = _decoded(content, name)
    if name.lower().endswith(".json"):
        return _json(text, name)
    return _csv(text, name)


def check_output(path: str, *, tree: bool) -> None:
    """Raises InputError for a suffix that the answer cannot be written as, or a folder that is not there."""
    suffix = Path(path).suffix.lower()
    wanted = (".json",) if tree else SUFFIXES[:2]
    if suffix not in wanted:
        raise InputError(
            f"{path}: the answer is written as {' or '.join(wanted)}; name the file so", code="analysis.bad_output"
        )
    if not Path(path).absolute().parent.is_dir() or Path(path).is_dir():
        raise InputError(f"{path}: there is no such folder to write a file in", code="analysis.bad_output")


def write_answer(answer: Answer, path: str) -> None:
    """The whole file or nothing."""
    target = Path(path)
    descriptor, name = tempfile.mkstemp(dir=target.absolute().parent, prefix=f".{target.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            if target.suffix.lower() == ".json":
                file.write(json.dumps(answer.tree, ensure_ascii=False, indent=1).encode() + b"\n")
            elif target.suffix.lower() == ".parquet":
                answer.table.write_parquet(file)
            else:
                answer.table.write_csv(file)
        Path(name).chmod(0o644)
        Path(name).replace(target)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def envelope(answer: Answer, seconds: float) -> dict[str, Any]:
    """What `--json` prints."""
    told: dict[str, Any] = {
        "status": answer.status, "method": answer.method, "summary": dict(answer.summary),
        "warnings": [{"code": w.code, "message": w.message} for w in answer.warnings], "rows": answer.table.height, "seconds": round(seconds, 3),
    }  # fmt: skip
    if answer.status != "ok":
        told |= {"missing": answer.missing, "needed": answer.needed, "fallback": answer.fallback}
    return told


def options_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in given.items() if value is not None}


def _decoded(content: bytes, name: str) -> str:
    mark = next((encoding for sign, encoding in MARKS if content.startswith(sign)), "")
    for encoding in (mark,) if mark else ("utf-8", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        return text
    raise InputError(
        f"{name} is neither text (UTF-8, GB18030, UTF-16) nor Parquet; export it as CSV", code="analysis.bad_file"
    )


def _json(text: str, name: str) -> pl.DataFrame:
    """One object, a list of them, or lists of them by name (as `diagnose` writes), as rows of text. Raises InputError."""
    try:
        told = json.loads(text)
    except json.JSONDecodeError as error:
        raise InputError(f"{name} is no readable JSON: {error}", code="analysis.bad_file") from error
    if isinstance(told, dict):
        cases = [part for part in told.values() if isinstance(part, list)]
        for_all = {k: v for k, v in told.items() if not isinstance(v, list)}
        told = (
            [{**for_all, **row} if isinstance(row, dict) else row for part in cases for row in part]
            if cases
            else [told]
        )
    if not isinstance(told, list) or not all(isinstance(row, dict) for row in told):
        raise InputError(
            f'{name} holds no objects; write {{"column": value, …}} or a list of them', code="analysis.bad_file"
        )
    if not told:
        raise InputError(f"{name} holds no rows; an analysis needs some", code="analysis.empty")
    columns = dict.fromkeys(key for row in told for key in row)
    return pl.DataFrame(
        {c: [_cell(row.get(c)) for row in told] for c in columns}, schema=dict.fromkeys(columns, pl.String)
    )


def _cell(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _csv(text: str, name: str) -> pl.DataFrame:
    """By the delimiter that cuts the header into most parts. Raises InputError for ragged rows and repeated or empty names."""
    header = text.split("\n", 1)[0].strip("\r")
    if not header.strip():
        raise InputError(
            f"{name} is empty, or its first line is; the first line names the columns", code="analysis.empty"
        )
    delimiter = max(DELIMITERS, key=header.count)
    try:
        table = pl.read_csv(
            io.BytesIO(text.encode()), separator=delimiter, infer_schema=False, truncate_ragged_lines=False, has_header=True, raise_if_empty=True,
        )  # fmt: skip
    except pl.exceptions.PolarsError as error:
        raise InputError(
            f"{name} is no readable CSV: {str(error).splitlines()[0]}", code="analysis.bad_file"
        ) from error
    names = [column.strip() for column in table.columns]
    if any(column.endswith("_duplicated_0") for column in names) or "" in names:
        raise InputError(
            f"{name}: two columns have one name, or one has none; give each its own", code="analysis.bad_header"
        )
    return table.rename(dict(zip(table.columns, names, strict=True)))
