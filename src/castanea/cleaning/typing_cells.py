"""A chunk of text cells → typed columns under the mapping's names, and the faults found on the way."""

from __future__ import annotations

from collections.abc import Mapping as Names
from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

from castanea.cleaning.cells import Parsed, parse_flag, parse_id, parse_text, unguarded
from castanea.cleaning.choosing import Reading
from castanea.cleaning.continuing import Continuing, OddRow
from castanea.cleaning.numbers import DECIMAL, NumberStyle, parse_number
from castanea.cleaning.times import TimeStyle, parse_day, parse_time
from castanea.contracts.mappings import FileColumn, Mapping

EMPTY: dict[str, pl.DataType] = {
    "text": pl.String(), "id": pl.String(), "number": DECIMAL, "time": pl.Datetime("us", "UTC"), "date": pl.Date(), "flag": pl.Boolean(),
}  # fmt: skip
RULES = {
    "not_a_number": "a number",
    "too_large": "at most 13 digits before the point",
    "not_a_time": "a date with or without a time, in the order that the column has",
    "not_a_day": "a date",
    "not_a_flag": "yes or no",
    "precision_lost": "all digits: the program that saved the file cut the number to 15; export it again with this column as text",
    "ragged": "as many cells as the header",
    "nul_byte": "no NUL bytes",
    "json": "one JSON object on the line",
    "no_rule": "a row that one of the format's rules takes",
    "above_unread": "the row above it, which begins its order, readable too: mend that row, and replay both",
    "numbers_alone": "more than numbers: a row says what it counts; take a total out of the file",
    "total_word": "no word for a total: the row adds up others, and counting it would double them",
}


@dataclass(frozen=True)
class CellFault:
    """The cell at `position` (from 0) of the mapping's column cannot be used."""

    position: int
    column: str
    reason: str


@dataclass(frozen=True)
class Typed:
    """`frame`: one typed column per column of the mapping, and `_row`. `faults`: the first of each faulty row."""

    frame: pl.DataFrame
    faults: dict[int, CellFault]


class CellTyper:
    """Types the chunks of one file; remembers the last values for rows that continue the row above."""

    def __init__(self, reading: Reading, zone: str) -> None:
        self._reading, self._zone = reading, zone
        rule = reading.fit.mapping.continuation
        self._continuing = None if rule is None else Continuing(rule, reading.fit.mapping, reading.fit.places)

    def typed(self, raw: pl.DataFrame, odd: Sequence[OddRow] = ()) -> Typed:
        """`odd`: the records of the same chunk that do not fit the header, as (record number, cells, reason)."""
        mapping, places = self._reading.fit.mapping, self._reading.fit.places
        texts = {name: raw[f"c{place}"] for name, place in places.items()}
        faults: dict[int, CellFault] = {}
        if self._continuing is not None:
            texts, unfit = self._continuing.filled(texts, raw["_row"], odd)
            key = self._continuing.key
            faults = {position: CellFault(position, key, reason) for position, reason in unfit.items()}
        for position in _numbers_alone(mapping, texts):
            faults.setdefault(position, CellFault(position, "", "numbers_alone"))
        columns: list[pl.Series] = []
        for name, column in mapping.columns.items():
            if name not in texts or column.keep == "none":
                columns.append(pl.Series(name, [None] * raw.height, EMPTY[column.type]))
                continue
            parsed = self.parsed(column, texts[name])
            columns.append(parsed.values.alias(name))
            if parsed.faults is not None and column.keep == "map":
                for position in parsed.faults.is_not_null().arg_true().to_list():
                    faults.setdefault(position, CellFault(position, name, str(parsed.faults[position])))
        return Typed(pl.DataFrame([*columns, raw["_row"]]), faults)

    def parsed(self, column: FileColumn, text: pl.Series) -> Parsed:
        """Cells of a column in their type."""
        if column.keep == "extra":
            return Parsed(
                text
                if column.type in ("text", "id")
                else pl.Series(column.name, [None] * len(text), EMPTY[column.type])
            )
        match column.type:
            case "number":
                return parse_number(text, self._reading.numbers.get(column.name, NumberStyle()))
            case "time":
                return parse_time(text, self._reading.times.get(column.name, TimeStyle()), self._zone)
            case "date":
                return parse_day(text, self._reading.times.get(column.name, TimeStyle()), self._zone)
            case "flag":
                return parse_flag(text)
            case "id":
                return parse_id(text)
            case _:
                return parse_text(text)


def _numbers_alone(mapping: Mapping, texts: Names[str, pl.Series]) -> list[int]:
    """Positions of rows with numbers in them and nothing that says what they count: a total without a word."""
    words = [name for name in texts if mapping.columns[name].type != "number"]
    numbers = [name for name in texts if mapping.columns[name].type == "number"]
    words.sort(key=lambda name: not mapping.columns[name].needed)
    if not words or not numbers:
        return []
    positions = pl.Series(range(len(texts[words[0]])), dtype=pl.UInt32)
    for name in words:  # the needed ones first: after the first of them hardly a row is left
        positions = positions.filter(unguarded(texts[name].gather(positions)).is_null())
        if positions.is_empty():
            return []
    filled = pl.Series([False] * len(positions))
    for name in numbers:
        filled = filled | unguarded(texts[name].gather(positions)).is_not_null()
    return positions.filter(filled).to_list()
