"""A mapping changed by hand: other columns of the file, further words."""

from __future__ import annotations

from collections.abc import Mapping as Pairs
from collections.abc import Sequence

import yaml

from castanea.contracts.mappings import Mapping, parse_mapping
from castanea.kit.errors import InputError
from castanea.kit.nearest import nearest
from castanea.kit.yaml_reading import load_yaml


def edited(
    mapping: Mapping,
    header: Sequence[str],
    columns: Pairs[str, str],
    words: Pairs[str, Pairs[str, str]],
    name: str = "",
) -> Mapping:
    """The mapping with other columns of the file and with further words; `name`: under another name.

    A file's column stands for one column of the format: it is taken from the one that had it. Raises InputError that names what is not
    there, and what parsing raises.
    """
    told = load_yaml(mapping.text)
    told["format"] = name or told["format"]
    for column, place in columns.items():
        if column not in told["columns"]:
            raise InputError(
                f"the format {mapping.name} has no column '{column}'{nearest(column, told['columns']).hint}"
            )
        if place and place not in header:
            raise InputError(
                f"the file has no column '{place}'{nearest(place, header).hint}; it has {', '.join(header)}"
            )
        told["columns"][column] = {**(told["columns"][column] or {}), "names": [place] if place else [_NOWHERE]}
    given = {place for place in columns.values() if place}
    for column, rule in told["columns"].items():
        if column not in columns and rule and given & set(rule.get("names") or [column]):
            left = [n for n in rule.get("names") or [column] if n not in given]
            told["columns"][column] = {**rule, "names": left or [_NOWHERE]}
    for table, meanings in words.items():
        if table not in (told.get("statuses") or {}):
            raise InputError(f"the format {mapping.name} has no table of words '{table}'")
        told["statuses"][table] = {**told["statuses"][table], **dict(meanings)}
    return parse_mapping(yaml.safe_dump(told, allow_unicode=True, sort_keys=False), told["format"])


_NOWHERE = "—"  # the name of a column that no file has
