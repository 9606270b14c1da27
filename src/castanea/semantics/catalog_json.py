"""The catalogue as the pages and other programs read it."""

from __future__ import annotations

from typing import Any

import msgspec

from castanea.semantics.catalog import Catalog
from castanea.semantics.model import Declarations, Dimension, Metric, Word
from castanea.semantics.question import classes_of, cuts_of


def catalog_to_json(catalog: Catalog) -> bytes:
    """`metrics`, `dimensions`, `grains`, `cycles`: lists with names, labels, aliases and definitions in both languages."""
    declared = catalog.declared
    return msgspec.json.encode(
        {
            "metrics": [_metric(m, declared) for m in declared.metrics.values()],
            "dimensions": [_dimension(d) for d in declared.dimensions.values()],
            "grains": [_word(w) for w in declared.grains.values()],
            "cycles": [_word(w) for w in declared.cycles.values()],
        }
    )


def _metric(metric: Metric, declared: Declarations) -> dict[str, Any]:
    return {
        "name": metric.name, "labels": metric.labels, "aliases": metric.aliases, "formula": metric.words, "unit": metric.unit,
        "additivity": metric.additivity, "direction": metric.direction, "description": metric.description, "owner": metric.owner,
        "sensitive": sorted(classes_of(metric, declared)), "cuts": cuts_of(metric, declared),
    }  # fmt: skip


def _dimension(dimension: Dimension) -> dict[str, Any]:
    return {
        "name": dimension.name, "labels": dimension.labels, "aliases": dimension.aliases, "description": dimension.description,
        "tables": sorted(dimension.columns),
    }  # fmt: skip


def _word(word: Word) -> dict[str, Any]:
    return {"name": word.name, "labels": word.labels, "aliases": word.aliases}
