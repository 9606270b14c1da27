"""Metrics and dimensions as declarations, and the planner: the only door to numbers."""

from castanea.semantics.answer_json import answer_to_json
from castanea.semantics.arguments import query_from_arguments
from castanea.semantics.catalog import Catalog
from castanea.semantics.planner import Planner

__all__ = ["Catalog", "Planner", "answer_to_json", "query_from_arguments"]
