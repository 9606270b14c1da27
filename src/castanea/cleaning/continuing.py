"""Rows that go on with the row above: blank cells take its values, unless it is not sure that the row above is theirs."""

from __future__ import annotations

from collections.abc import Mapping as Names
from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
import polars as pl

from castanea.cleaning.cells import unguarded
from castanea.contracts.mappings import Mapping
from castanea.contracts.mappings.language import Continuation

OddRow: TypeAlias = "tuple[int, Sequence[str | None], str]"  # record number, cells, reason


class Continuing:
    """Fills the rows of one file, chunk by chunk in order; remembers the last values for rows at the beginning of the next chunk."""

    def __init__(self, rule: Continuation, mapping: Mapping, places: Names[str, int]) -> None:
        self.key, self._mapping = rule.key, mapping
        self._wanted = [name for name in dict.fromkeys((rule.key, *rule.fill)) if name in places]
        columns = {name: mapping.columns[name] for name in places}
        numbers = [name for name, column in columns.items() if column.type == "number"]
        self._totals = [name for name in numbers if name in rule.fill]
        self._words = [n for n, c in columns.items() if c.type != "number" and c.keep == "map" and n != rule.key]
        self._above: dict[str, str | None] = {}
        self._odd = self._odd_at_key = 0  # odd records so far, and before the last row with a key
        self._tainted = False  # whether the order that the chunk before ended with misses its first row
        self._lost: list[set[str]] = []  # cells of the odd records since the last row with a key

    def filled(
        self, texts: dict[str, pl.Series], rows: pl.Series, odd: Sequence[OddRow]
    ) -> tuple[dict[str, pl.Series], dict[int, str]]:
        """The texts with blank cells filled from above, and the rows (position → reason) whose row above is not theirs.

        `above_unread`: a record that does not fit the header stands between the row and the one that it would go on with, or began its
        order. `numbers_alone`: it has no key and is no line: a total without a word.
        """
        if self.key not in texts or not len(rows):
            self._odd += len(odd)
            self._lost += [_cells(cells) for _, cells, _ in odd]
            return texts, {}
        frame = pl.DataFrame([unguarded(texts[name]).alias(name) for name in self._wanted])
        own = frame[self.key]
        faults = self._numbers_alone(texts, own)
        above = pl.DataFrame(
            {n: [self._above.get(n)] for n in self._wanted}, schema=dict.fromkeys(self._wanted, pl.String)
        )
        with_above = pl.concat([above, frame]).with_columns(pl.col(self.key).forward_fill())
        group = (pl.col(self.key) != pl.col(self.key).shift()).fill_null(value=True).cum_sum()
        others = (name for name in self._wanted if name != self.key)
        filled = with_above.with_columns(pl.col(name).forward_fill().over(group) for name in others)
        if odd or self._tainted or self._odd != self._odd_at_key:
            unread = self._unread(own, filled[self.key], rows, odd)
            faults |= dict.fromkeys(unread, "above_unread")
        self._above = dict(zip(self._wanted, filled.row(-1), strict=True))
        return {**texts, **{name: filled[name].slice(1) for name in self._wanted}}, faults

    def _numbers_alone(self, texts: Names[str, pl.Series], own: pl.Series) -> dict[int, str]:
        """Rows without a key that carry the order's own totals, or numbers and no word at all."""
        blank = own.is_null().arg_true()
        if not len(blank):
            return {}
        at = {name: unguarded(text.gather(blank)).is_not_null() for name, text in texts.items()}
        total = pl.Series([False] * len(blank))
        for name in self._totals:
            total = total | at[name]
        worded = pl.Series([False] * len(blank))
        for name in self._words:
            worded = worded | at[name]
        return dict.fromkeys(blank.filter(total | ~worded).to_list(), "numbers_alone")

    def _unread(self, own: pl.Series, key: pl.Series, rows: pl.Series, odd: Sequence[OddRow]) -> list[int]:
        """Positions of rows whose order begins, or may begin, with a record that could not be read. `key` has the chunk before's first."""
        numbers = np.array(sorted(number for number, _, _ in odd), np.int64)
        lost = [*self._lost, *(_cells(cells) for _, cells, _ in sorted(odd, key=lambda item: item[0]))]
        first = self._odd - len(self._lost)  # how many odd records came before those in `lost`
        before = self._odd + np.searchsorted(numbers, rows.to_numpy(), "right")
        keys, found = key.to_list(), []
        seen, tainted = self._odd_at_key, self._tainted
        for position, (text, count) in enumerate(zip(own.to_list(), before.tolist(), strict=True)):
            if text is None:
                tainted = tainted or count != seen
            else:
                if (
                    text != keys[position]
                ):  # the filled keys begin with the one above: this is the key of the row before
                    tainted = any(text in cells for cells in lost[seen - first : count - first])
                seen = count
            if tainted:
                found.append(position)
        self._odd += len(odd)
        self._odd_at_key, self._tainted, self._lost = seen, tainted, lost[seen - first :]
        return found


def _cells(cells: Sequence[str | None]) -> set[str]:
    return {cell.strip(" \t\"'=") for cell in cells if cell}
