"""YAML read with the line of every value, so that an error can point at it."""

from __future__ import annotations

from typing import Any

import yaml

from castanea.kit.errors import InputError
from castanea.kit.yaml_reading import compose_yaml
from castanea.semantics.model import Place


class Node:
    """A YAML value with its place. Mappings and sequences hold nodes; scalars hold plain values."""

    def __init__(self, value: Any, place: Place) -> None:
        self.value = value
        self.place = place

    def plain(self) -> Any:
        """The value without places."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value


def read_yaml(text: str, file: str) -> Node:
    """Parse a document. Raises InputError naming file and line when it is no YAML or a key stands twice."""
    try:
        root = compose_yaml(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        raise InputError(
            f"{file}, line {line}: not YAML ({getattr(error, 'problem', error)}).", code="declaration.yaml"
        ) from error
    return Node({}, Place(file, 1)) if root is None else _convert(root, file)


def _convert(node: yaml.Node, file: str) -> Node:
    place = Place(file, node.start_mark.line + 1)
    if isinstance(node, yaml.MappingNode):
        entries: dict[str, Node] = {}
        for key, value in node.value:
            name = str(key.value)
            if name in entries:
                raise InputError(
                    f"{file}, line {key.start_mark.line + 1}: {name!r} stands twice.", code="declaration.yaml"
                )
            converted = _convert(value, file)
            entries[name] = Node(converted.value, Place(file, key.start_mark.line + 1))
        return Node(entries, place)
    if isinstance(node, yaml.SequenceNode):
        return Node([_convert(item, file) for item in node.value], place)
    constructor = yaml.SafeLoader("")
    try:
        return Node(constructor.construct_object(node, deep=True), place)
    finally:
        constructor.dispose()
