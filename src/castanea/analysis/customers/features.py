"""What is known of each row, as a matrix of numbers that models can read: numbers as they are, words as one column each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Warned, numbers, present, texts
from castanea.kit.errors import InputError

Floats = npt.NDArray[np.float64]
MOSTLY = 0.8  # share of the filled cells that are numbers, from which on a column holds numbers
LEVELS, RARE = 30, 10  # most words of a column with a column of their own, least rows of such a word
TRUE = frozenset({"1", "1.0", "true", "yes", "y", "t", "是", "有"})
FALSE = frozenset({"0", "0.0", "false", "no", "n", "f", "否", "无"})


@dataclass(frozen=True)
class Feature:
    """`levels`: the words with a column of their own; None for a column of numbers."""

    name: str
    levels: tuple[str, ...] | None

    def columns(self, table: pl.DataFrame) -> Floats:
        """Rows × columns; an empty cell is NaN in a column of numbers, and a word of its own elsewhere."""
        if self.levels is None:
            return numbers(table, self.name).cast(pl.Float64).fill_null(float("nan")).to_numpy().reshape(-1, 1)
        words = texts(table, self.name).fill_null("").to_numpy()
        return np.column_stack([(words == level).astype(float) for level in self.levels])


@dataclass(frozen=True)
class Features:
    """The features that vary, in the order given. `owner` of each column of the matrix is the place of its feature."""

    all: tuple[Feature, ...]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(f.name for f in self.all)

    @property
    def owner(self) -> npt.NDArray[np.int64]:
        return np.repeat(np.arange(len(self.all)), [1 if f.levels is None else len(f.levels) for f in self.all])

    @property
    def numeric(self) -> npt.NDArray[np.bool_]:
        """Of each column of the matrix, whether it holds numbers as they are."""
        return np.concatenate([[f.levels is None] * (1 if f.levels is None else len(f.levels)) for f in self.all])

    def matrix(self, table: pl.DataFrame) -> Floats:
        """Raises InputError for a feature that is not there, and for cells that are no numbers."""
        present(table, *self.names)
        return np.column_stack([f.columns(table) for f in self.all])


def features_of(table: pl.DataFrame, names: Sequence[str], apart: Sequence[str], warnings: list[Warned]) -> Features:
    """What the columns hold. Raises InputError for columns that are not there, that are asked for twice over, or that mix numbers and words."""
    present(table, *names)
    for name in names:
        if name in apart:
            raise InputError(
                f"column {name!r} is asked for as a feature and as something else; leave it out of --features",
                code="analysis.bad_names",
            )
    found, same, many = [], [], []
    for name in names:
        feature = _feature(table, name)
        if feature is None:
            same.append(name)
        elif feature.levels == ():
            many.append(name)
        else:
            found.append(feature)
    if same:
        warnings.append(Warned("constant", f"{', '.join(same)} never varies and is left out"))
    if many:
        warnings.append(Warned("all_different", f"{', '.join(many)} has a word of its own in nearly every row, as a name has; it is left out"))  # fmt: skip
    return Features(tuple(found))


def outcome_of(table: pl.DataFrame, name: str) -> pl.Series:
    """Yes and no as 1.0 and 0.0, empty cells null. Raises InputError for anything else, naming the row."""
    words = texts(table, name).str.to_lowercase()
    strange = (~words.is_in([*TRUE, *FALSE])).fill_null(value=False).arg_true().to_list()
    if strange:
        raise InputError(
            f"column {name!r}, row {strange[0] + 1:,}: {words[strange[0]]!r} is neither yes nor no; write 1 and 0 (or true and false, yes and no)",
            code="analysis.bad_value", values={"column": name, "row": strange[0] + 1},
        )  # fmt: skip
    return words.is_in(list(TRUE)).cast(pl.Float64).set(words.is_null(), None).alias(name)


def row_names(table: pl.DataFrame, row: str) -> pl.Series:
    """What a row is called in the answer: its cell in `row`, or its number from 0. Raises InputError for empty cells."""
    present(table, row or None)
    if not row:
        return pl.Series("row", range(table.height), dtype=pl.Int64)
    called = texts(table, row)
    if called.null_count():
        raise InputError(
            f"column {row!r}, row {called.is_null().arg_true()[0] + 1:,}: the name of the row is empty; fill it in",
            code="analysis.bad_value",
        )
    whole = called.cast(pl.Int64, strict=False)
    return (whole if whole.null_count() == 0 and (whole.cast(pl.String) == called).all() else called).alias("row")


def sorted_rows(*columns: Floats) -> npt.NDArray[np.int64]:
    """An order of the rows that depends on what they hold alone."""
    keys = np.column_stack(columns)
    return np.lexsort(keys.T[::-1])


def _feature(table: pl.DataFrame, name: str) -> Feature | None:
    """None for a column that never varies; no levels for one that only names its rows."""
    column = table[name]
    if column.dtype.is_temporal():
        raise InputError(f"column {name!r} holds times; say how long ago in days, or name it as --time", code="analysis.bad_value")  # fmt: skip
    words = texts(table, name)
    filled = words.drop_nulls()
    parsed = filled.cast(pl.Float64, strict=False)
    if filled.is_empty():
        return None
    if parsed.null_count() <= (1 - MOSTLY) * len(filled) and not set(filled.str.to_lowercase()) <= {"nan", "inf", "-inf"}:  # fmt: skip
        held = numbers(table, name)
        return Feature(name, None) if held.n_unique() > 1 else None
    counts = words.fill_null("").value_counts(name="n").sort(["n", name], descending=[True, False])
    if counts.height == 1:
        return None
    common = counts.filter(pl.col("n") >= RARE)[name].to_list()[:LEVELS]
    return Feature(name, tuple(common[: counts.height - 1]))
