"""Metrics and dimensions as declarations, and the planner: the only door to numbers."""

from castanea.semantics.catalog import Catalog

__all__ = ["Catalog"]
