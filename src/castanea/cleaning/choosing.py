"""Which format a file has, and how each of its columns is read. Every decision can be shown before anything is imported."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import polars as pl

from castanea.cleaning.cells import LOST, unguarded
from castanea.cleaning.numbers import NumberStyle, mark_of, number_style
from castanea.cleaning.times import TimeStyle, order_of, time_style
from castanea.contracts.mappings import FileColumn, Mapping
from castanea.contracts.mappings.spelling import plain_name
from castanea.kit.errors import InputError

SURE = 0.6
_LIKE_SHARE = 0.6


@dataclass(frozen=True)
class Fit:
    """`places` maps a mapping's column to the file's column (its index). `confidence` is 0–1. `lacks` names needed columns that are
    not there; `against` needed columns whose content does not look as it should."""

    mapping: Mapping
    places: dict[str, int]
    confidence: float
    lacks: tuple[str, ...] = ()
    against: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reading:
    """How a file's cells become values."""

    fit: Fit
    header: tuple[str, ...]
    numbers: dict[str, NumberStyle]
    times: dict[str, TimeStyle]
    unknown: tuple[int, ...] = ()
    doubts: tuple[str, ...] = field(default=())


def sample_frame(header: Sequence[str], sample: Sequence[Sequence[str | None]]) -> pl.DataFrame:
    """The sample as text columns `c0`, `c1` …"""
    columns = list(zip(*sample, strict=True)) if sample else [()] * len(header)
    return pl.DataFrame([pl.Series(f"c{i}", column, pl.String, strict=False) for i, column in enumerate(columns)])


def fit_mapping(mapping: Mapping, header: Sequence[str], sample: pl.DataFrame) -> Fit:
    """How well a mapping fits the file: needed columns present, their content as expected, few columns unknown."""
    names = {plain_name(name): index for index, name in reversed(list(enumerate(header)))}
    if any(plain_name(name) in names for name in mapping.absent):
        return Fit(mapping, {}, 0.0)
    places: dict[str, int] = {}
    for column in mapping.columns.values():
        place = next((names[plain_name(n)] for n in column.names if plain_name(n) in names), None)
        if place is not None and place not in places.values():
            places[column.name] = place
    needed = [column for column in mapping.columns.values() if column.needed]
    lacks = tuple(column.name for column in needed if column.name not in places)
    against = tuple(c.name for c in needed if c.name in places and not _looks(c, sample[f"c{places[c.name]}"]))
    if lacks or against or not places:
        return Fit(mapping, places, 0.0, lacks, against)
    known = len(set(places.values())) / len(header)
    if known < mapping.known_share:
        return Fit(mapping, places, 0.0)
    own = len(places) / len(mapping.columns)
    return Fit(mapping, places, round(0.5 + 0.35 * known + 0.15 * own, 3))


def best_fit(mappings: Sequence[Mapping], header: Sequence[str], sample: pl.DataFrame) -> Fit | None:
    """The best of the formats that fit, or None."""
    fits = [fit for fit in (fit_mapping(mapping, header, sample) for mapping in mappings) if fit.confidence > 0]
    return max(fits, key=lambda fit: (fit.confidence, len(fit.places))) if fits else None


def reading_of(
    fit: Fit,
    header: Sequence[str],
    sample: pl.DataFrame,
    *,
    delimiter: str = "",
    date_order: str = "",
    decimal_mark: str = "",
) -> Reading:
    """Decide number and time styles of the mapped columns. `doubts` are codes of decisions that nothing in the file supports.

    A column that cannot tell takes what the file's other columns say. Raises InputError (file.date_order) where nothing tells day from
    month, (file.number_style) where nothing tells a decimal point from one between thousands, and (file.precision_lost) where a needed
    number has lost its last digits.
    """
    _digits_kept(fit, header, sample)
    columns = fit.mapping.columns
    numbers, times = {}, {}
    doubts: list[str] = []
    number_places = [fit.places[n] for n, c in columns.items() if n in fit.places and c.type == "number"]
    marks = {mark_of(sample[f"c{place}"]) for place in number_places} - {""}
    comma_file = marks == {","}
    time_places = {fit.places[n]: c.order for n, c in columns.items() if n in fit.places and c.type in ("time", "date")}
    in_file = order_of([sample[f"c{place}"] for place, given in time_places.items() if not given])
    for name, place in fit.places.items():
        series = sample[f"c{place}"]
        if columns[name].type == "number" and decimal_mark:
            numbers[name] = NumberStyle(comma=decimal_mark == ",")
        elif columns[name].type == "number":
            numbers[name] = number_style(series, comma_likely=comma_file)
            if numbers[name].untold and columns[name].keep == "map" and len(marks) != 1:
                raise InputError(_untold(header[place], series), code="file.number_style")
            if numbers[name].guessed and not marks:
                doubts.append(f"thousands:{header[place]}")
        elif columns[name].type in ("time", "date"):
            times[name] = time_style(
                series,
                given=date_order or columns[name].order or in_file,
                dmy_likely=fit.mapping.currency != "USD" or delimiter == ";",
            )
            if times[name].evidence == "tie":
                raise InputError(_undecided(header[place], series), code="file.date_order")
            if times[name].evidence == "span":
                doubts.append(f"{times[name].order}:{header[place]}")
    taken = set(fit.places.values())
    unknown = tuple(i for i in range(len(header)) if i not in taken)
    return Reading(fit, tuple(header), numbers, times, unknown, tuple(doubts))


def _digits_kept(fit: Fit, header: Sequence[str], sample: pl.DataFrame) -> None:
    for name, place in fit.places.items():
        column = fit.mapping.columns[name]
        if column.type != "id" or not column.needed:
            continue
        cells = unguarded(sample[f"c{place}"]).drop_nulls()
        if len(cells) and float(cells.str.contains(LOST).mean() or 0) > 0.5:  # type: ignore[arg-type]
            raise InputError(
                f"{header[place]}: its numbers stand as {cells[0]}: a spreadsheet program cut them to 15 digits, the rest is lost and "
                "orders can no longer be told apart. Export the file again and import it without opening and saving it in between, or "
                "format the column as text first",
                code="file.precision_lost",
            )


def _untold(name: str, series: pl.Series) -> str:
    cell = next((cell for cell in series.drop_nulls().to_list() if "." in cell), "")
    return (
        f"{name}: numbers such as {cell} can have a decimal point or a point between thousands, and no number of the file tells which. "
        "Say --decimal-mark . or --decimal-mark , or export the numbers without marks between thousands"
    )


def _undecided(name: str, series: pl.Series) -> str:
    cell = next((cell for cell in series.drop_nulls().to_list() if cell.strip()), "")
    return (
        f"{name}: dates such as {cell} can be day/month or month/day, and no cell of the file tells which. "
        "Say --date-order dmy or --date-order mdy, or export the dates with the year first"
    )


def _looks(column: FileColumn, sample: pl.Series) -> bool:
    """Whether most filled cells look like the column's type and pattern; an empty column does not speak against it."""
    cells = unguarded(sample).drop_nulls()
    if cells.is_empty():
        return True
    if column.like:
        return float(cells.str.contains(column.like).mean() or 0) >= _LIKE_SHARE  # type: ignore[arg-type]
    if column.type in ("number", "time", "date"):
        return float(cells.str.contains(r"\d").mean() or 0) >= _LIKE_SHARE  # type: ignore[arg-type]
    return True
