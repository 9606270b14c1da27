"""Formats as data: how the columns of a kind of file become rows of canonical tables (YAML), and the language they are written in."""

from __future__ import annotations

from castanea.contracts.mappings.expression import Constant, Expression, Template, Value
from castanea.contracts.mappings.language import Check, Choice, FileColumn, Mapping, Meaning, TableRule
from castanea.contracts.mappings.loading import load_mappings, parse_mapping, shipped_data, shipped_mappings

__all__ = [
    "Check",
    "Choice",
    "Constant",
    "Expression",
    "FileColumn",
    "Mapping",
    "Meaning",
    "TableRule",
    "Template",
    "Value",
    "load_mappings",
    "parse_mapping",
    "shipped_data",
    "shipped_mappings",
]
