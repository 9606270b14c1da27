"""Attributes of dimensions as the rollups see them (type 1: always the newest), one small table per (dimension, attribute, key).

Their columns are named so that they never clash with a fact's: `__key_0`, `__key_1` …, `value`, and in `changed` `old` and `new`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import duckdb

from castanea.contracts.rollup import RollupPlan
from castanea.contracts.table import DUCKDB
from castanea.contracts.tables import TABLES
from castanea.warehouse.schema import fact, quoted

Reference = tuple[str, str, dict[str, str]]


@dataclass(frozen=True)
class Lookup:
    dimension: str
    attribute: str
    keys: tuple[str, ...]

    @classmethod
    def of(cls, reference: Reference) -> Lookup:
        dimension, attribute, keys = reference
        return cls(dimension, attribute, tuple(sorted(keys)))

    @property
    def _name(self) -> str:
        digest = hashlib.sha256(repr(self).encode()).hexdigest()[:8]
        return f"{self.dimension}_{self.attribute}_{digest}"

    @property
    def table(self) -> str:
        return f"temp.look_{self._name}"

    @property
    def changed(self) -> str:
        return f"temp.changed_{self._name}"

    def on(self, alias: str, keys: Mapping[str, str]) -> str:
        return " AND ".join(f"{alias}.__key_{number} = ({keys[name]})" for number, name in enumerate(self.keys))

    def create(self, con: duckdb.DuckDBPyConnection) -> None:
        con.execute(f"CREATE OR REPLACE TEMP TABLE {self.table} AS {self._newest(fact(self.dimension))}")

    def find_changed(self, con: duckdb.DuckDBPyConnection, moved: Iterable[str]) -> bool:
        """After the dimension's fact table changed: put keys whose value changed into `changed`; whether there are any."""
        keys = ", ".join(f"{quoted(name)} AS __key_{number}" for number, name in enumerate(self.keys))
        touched = " UNION ".join(f"SELECT DISTINCT {keys} FROM {source}" for source in moved)
        on = " AND ".join(f"t.__key_{n} = {{0}}.__key_{n}" for n in range(len(self.keys)))
        columns = ", ".join(f"t.__key_{n}" for n in range(len(self.keys)))
        among = " AND ".join(f"t.__key_{n} = d.{quoted(name)}" for n, name in enumerate(self.keys))
        rows = f"(SELECT d.* FROM {fact(self.dimension)} d SEMI JOIN ({touched}) t ON {among})"
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE {self.changed} AS SELECT {columns}, o.value AS old, n.value AS new FROM ({touched}) t "
            f"LEFT JOIN {self.table} o ON {on.format('o')} LEFT JOIN ({self._newest(rows)}) n ON {on.format('n')} "
            "WHERE o.value IS DISTINCT FROM n.value"
        )
        return bool(con.execute(f"SELECT count(*) FROM {self.changed}").fetchall()[0][0])

    def keep_changed(self, con: duckdb.DuckDBPyConnection) -> None:
        on = " AND ".join(f"{self.table}.__key_{n} = c.__key_{n}" for n in range(len(self.keys)))
        con.execute(f"DELETE FROM {self.table} USING {self.changed} c WHERE {on}")
        columns = ", ".join(f"__key_{n}" for n in range(len(self.keys)))
        con.execute(f"INSERT INTO {self.table} SELECT {columns}, new FROM {self.changed} WHERE new IS NOT NULL")

    def _newest(self, source: str) -> str:
        keys = ", ".join(f"{quoted(name)} AS __key_{number}" for number, name in enumerate(self.keys))
        kind = DUCKDB[TABLES[self.dimension].by_name[self.attribute].type]
        attribute = quoted(self.attribute)
        groups = ", ".join(f"__key_{number}" for number in range(len(self.keys)))
        return (
            f"SELECT {keys}, CAST(arg_max_null({attribute}, (_version, _content, _key)) AS {kind}) AS value FROM {source} "
            f"GROUP BY {groups} HAVING value IS NOT NULL"
        )


def all_lookups(plans: Iterable[RollupPlan]) -> tuple[Lookup, ...]:
    found = {
        Lookup.of(reference): None for plan in plans for c in plan.contributions for reference in c.lookups.values()
    }
    return tuple(found)
