"""Names of members (a product's title, a shop's name), read for the members of an answer and kept for a little while."""

from __future__ import annotations

from datetime import datetime, timedelta

import pyarrow as pa
from sqlglot import exp

from castanea.contracts.query import Cell
from castanea.contracts.warehouse import Reader
from castanea.semantics.model import Declarations, Lookup
from castanea.semantics.question import Question
from castanea.semantics.scan import newest
from castanea.semantics.templates import Parameters, col

_FRESH = timedelta(seconds=10)
_ONE_BY_ONE = 500
_MOST_KEPT = 100_000


class MemberNames:
    def __init__(self, declared: Declarations, dialect: str) -> None:
        self._declared = declared
        self._dialect = dialect
        self._since: datetime | None = None
        self._known: dict[str, dict[str, Cell]] = {}

    def of(self, question: Question, table: pa.Table, reader: Reader, now: datetime) -> dict[str, dict[str, Cell]]:
        """By dimension, the names of the members in the result; members without a name are None. At most ten seconds old."""
        lookups = {d: n for d in question.dimensions if (n := self._declared.dimensions[d].member_name)}
        if not lookups:
            return {}
        kept = sum(map(len, self._known.values()))
        if self._since is None or not timedelta() <= now - self._since < _FRESH or kept > _MOST_KEPT:
            self._since, self._known = now, {}
        for dimension, lookup in lookups.items():
            known = self._known.setdefault(dimension, {})
            wanted = [m for m in dict.fromkeys(table.column(dimension).to_pylist()) if m and m not in known]
            if wanted:
                known.update(dict.fromkeys(wanted))
                known.update(self._read(lookup, wanted, reader))
        return self._known

    def _read(self, lookup: Lookup, wanted: list[str], reader: Reader) -> dict[str, Cell]:
        few = wanted if len(wanted) <= _ONE_BY_ONE else []
        parameters = Parameters()
        values = [parameters.bind("member", n) for n in range(len(few))]
        only = exp.In(this=col(lookup.key[0]), expressions=values) if few else None
        tree = exp.select(col(lookup.key[0]), col("value")).from_(newest(lookup, only).as_("n"))
        found = reader.fetch(tree.sql(dialect=self._dialect), few)
        return dict(zip(found.column(0).to_pylist(), found.column(1).to_pylist(), strict=True))
