"""The made files of every format, and what their rows must become."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.imports.made_files import Kept, csv_text

FOLDER = Path(__file__).parent / "samples"


@cache
def samples() -> dict[str, dict[str, Any]]:
    """Format → made file, out of all sheets of the folder; no format twice."""
    found: dict[str, dict[str, Any]] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        for name, sample in yaml.safe_load(path.read_text("utf-8")).items():
            assert name not in found, f"{name} twice"
            found[name] = sample
    return found


def cells(sample: dict[str, Any]) -> list[list[str]]:
    """Header and rows as cells."""
    return list(csv.reader(io.StringIO("\n".join([sample["header"], *sample["rows"]]))))


def text_of(sample: dict[str, Any], *, titles: bool = True, delimiter: str = ",") -> str:
    if "text" in sample:
        return str(sample["text"])
    above = "".join(f"{title}\r\n" for title in sample.get("titles", ())) if titles else ""
    return above + csv_text(cells(sample), delimiter)


def write(sample: dict[str, Any], folder: Path, encoding: str = "utf-8", **how: Any) -> Path:
    path = folder / sample.get("file", "made.csv")
    path.write_bytes(text_of(sample, **how).encode(encoding))
    return path


def landed(kept: Kept, key: str) -> list[dict[str, Any]]:
    """The rows of `table` or `table.column[other=value]`."""
    table = key.split(".", maxsplit=1)[0].split("[", maxsplit=1)[0]
    rows = kept.rows(table)
    if "[" in key:
        column, value = key[key.index("[") + 1 : -1].split("=")
        rows = [row for row in rows if str(row[column]) == value]
    return rows


def check(kept: Kept, sample: dict[str, Any]) -> None:
    """Counts, sums and values as the sample says; sums with their sign, exactly."""
    for table, count in sample.get("count", {}).items():
        assert len(kept.rows(table)) == count, (table, len(kept.rows(table)), count)
    for key, total in sample.get("sums", {}).items():
        column = key.split(".")[1].split("[")[0]
        assert sum((Decimal(r[column] or 0) for r in landed(kept, key)), Decimal(0)) == Decimal(total), key
    for key, values in sample.get("values", {}).items():
        column = key.split(".")[1].split("[")[0]
        got = [plain(row[column]) for row in landed(kept, key)]
        assert got == values, (key, got, values)


def plain(value: Any) -> Any:
    """A landed value as the samples write it: times as text in UTC, decimals as text."""
    if hasattr(value, "hour"):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value.normalize()) if isinstance(value, Decimal) else value
