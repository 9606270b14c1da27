"""A chunk of text cells → typed columns under the mapping's names, and the faults found on the way."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from castanea.cleaning.cells import Parsed, parse_flag, parse_id, parse_text, unguarded
from castanea.cleaning.choosing import Reading
from castanea.cleaning.numbers import DECIMAL, NumberStyle, parse_number
from castanea.cleaning.times import TimeStyle, parse_day, parse_time
from castanea.contracts.mappings import FileColumn
from castanea.contracts.mappings.language import Continuation

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
        self._above: dict[str, str | None] = {}

    def typed(self, raw: pl.DataFrame) -> Typed:
        mapping, places = self._reading.fit.mapping, self._reading.fit.places
        texts = {name: raw[f"c{place}"] for name, place in places.items()}
        if mapping.continuation is not None:
            texts = self._continued(texts, mapping.continuation)
        columns: list[pl.Series] = []
        faults: dict[int, CellFault] = {}
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

    def _continued(self, texts: dict[str, pl.Series], rule: Continuation) -> dict[str, pl.Series]:
        """Blank cells of a continuation row take the value above, also the one at the end of the chunk before."""
        wanted = [name for name in dict.fromkeys((rule.key, *rule.fill)) if name in texts]
        if rule.key not in texts:
            return texts
        frame = pl.DataFrame([unguarded(texts[name]).alias(name) for name in wanted])
        above = pl.DataFrame(
            {name: [self._above.get(name)] for name in wanted}, schema=dict.fromkeys(wanted, pl.String)
        )
        frame = pl.concat([above, frame]).with_columns(pl.col(rule.key).forward_fill())
        group = (pl.col(rule.key) != pl.col(rule.key).shift()).fill_null(value=True).cum_sum()
        filled = frame.with_columns(pl.col(name).forward_fill().over(group) for name in wanted if name != rule.key)
        self._above = dict(zip(wanted, filled.row(-1), strict=True))
        return {**texts, **{name: filled[name].slice(1) for name in wanted}}
