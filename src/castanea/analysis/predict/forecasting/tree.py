"""Series under the columns they belong to: the nodes above them as series of their own, and forecasts that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl

from castanea.analysis.common import present, texts
from castanea.analysis.predict.forecasting.hierarchy import reconciled
from castanea.analysis.predict.forecasting.history import Histories, History
from castanea.analysis.predict.forecasting.one_by_one import Path
from castanea.kit.errors import InputError

ROOT = "total"


@dataclass(frozen=True)
class Tree:
    """`series`: the leaves, then the nodes above them by name. `level` of each name: the file's id, a hierarchy column, or total."""

    series: tuple[History, ...]
    children: dict[str, list[str]]
    level: dict[str, str]

    def joined(self, found: Sequence[Path]) -> list[Path]:
        """The same paths, moved so that they add up."""
        named = {h.name: p for h, p in zip(self.series, found, strict=True)}
        leaves = [h for h in self.series if h.name not in self.children]
        positive = all(bool((h.raw[h.usable] >= 0).all()) for h in leaves)
        moved = reconciled(
            {n: p.forecast for n, p in named.items()},
            {n: p.variance for n, p in named.items()},
            self.children,
            ROOT,
            positive=positive,
        )
        told = []
        for h in self.series:
            path, centre = named[h.name], moved[h.name]
            shift = centre - path.forecast
            low = {r: v + shift for r, v in path.low.items()}
            if positive:
                low = {r: np.maximum(v, 0.0) for r, v in low.items()}
            told.append(replace(path, forecast=centre, low=low, high={r: v + shift for r, v in path.high.items()}))
        return told


def tree(table: pl.DataFrame, known: Histories, *, name: str, hierarchy: Sequence[str]) -> Tree:
    """Raises InputError where a series belongs to two places at once, or a series is named like a node."""
    if not name:
        raise InputError(
            "--hierarchy needs --id: the column that names the series at the bottom", code="analysis.bad_hierarchy"
        )
    present(table, *hierarchy)
    if len(set(hierarchy)) < len(hierarchy) or name in hierarchy:
        raise InputError(
            "--hierarchy names different columns, coarsest first, without that of --id", code="analysis.bad_hierarchy"
        )
    keys = texts(table, name).fill_null("")
    belongs = (
        pl.DataFrame(
            [keys.alias("id"), *(texts(table, c).fill_null("").alias(f"c{n}") for n, c in enumerate(hierarchy))]
        )
        .unique()
        .sort("id")
    )
    double = belongs.filter(pl.col("id").is_duplicated())
    if double.height:
        raise InputError(
            f"series {double['id'][0]!r} stands in two places of {', '.join(hierarchy)}; a series belongs to one",
            code="analysis.bad_hierarchy",
        )
    leaves = {h.name: h for h in known.series}
    end = max(h.last for h in known.series)
    leaves = {n: h.until(end, zeros=known.listed) for n, h in leaves.items()}
    children: dict[str, list[str]] = {}
    level = dict.fromkeys(leaves, name) | {ROOT: ROOT}
    parts: dict[str, list[str]] = {ROOT: []}
    for row in belongs.rows():
        above, node = ROOT, ""
        for column, value in zip(hierarchy, row[1:], strict=True):
            node = f"{node}, {column}={value}" if node else f"{column}={value}"
            if node not in level:
                level[node] = column
                children.setdefault(above, []).append(node)
            parts.setdefault(node, []).append(row[0])
            above = node
        parts[ROOT].append(row[0])
        children.setdefault(above, []).append(row[0])
    clash = sorted(set(leaves) & (set(parts)))
    if clash:
        raise InputError(
            f"a series is named {clash[0]!r}, which is the name of a node here; name it otherwise",
            code="analysis.bad_hierarchy",
        )
    nodes = [_sum(node, [leaves[i] for i in members], end) for node, members in sorted(parts.items())]
    return Tree((*(leaves[n] for n in sorted(leaves)), *nodes), children, level)


def _sum(name: str, members: Sequence[History], end: int) -> History:
    first = min(h.first for h in members)
    total = np.zeros(end - first + 1)
    for h in members:
        total[h.first - first :] += h.values(1)
    return History(name, total, np.ones(len(total), dtype=bool), np.full(len(total), -np.inf), first)
