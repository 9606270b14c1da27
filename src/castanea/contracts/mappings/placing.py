"""The line of a mapping's YAML that a fault speaks of, so that an error of a mapping written by hand can name it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import yaml

from castanea.kit.errors import InputError
from castanea.kit.yaml_reading import compose_yaml

_QUOTED = re.compile(r"'([^\n]*?)' (?:is|names|uses|calls)|in '([^\n]*)'$|^'([^\n]*?)'")
_Path = tuple[str, ...]


def with_line(text: str, where: str, error: InputError) -> InputError:
    """The same error naming the line of `text` it speaks of; the error itself where no line can be told."""
    message = str(error)
    if " is no YAML" in message:
        line = int((re.findall(r"line (\d+)", message) or ["0"])[-1])
        problem = re.sub(
            r"\s+", " ", re.sub(r'\s*in "[^"]*", line \d+, column \d+', "", message.split(" is no YAML: ", 1)[1])
        )
        return InputError(f"{where}, line {line}: no YAML: {problem}", code=error.code)
    told = message.removeprefix(where).lstrip(": ")
    line = _line(text, told)
    return InputError(f"{where}, line {line}: {told}", code=error.code) if line else error


def _line(text: str, told: str) -> int:
    """The line of the scalar that the message quotes, where its place fits best; else of the place's own key; 0 = unknown."""
    words = {word for word in re.split(r"[\s.:']+", told.split(" '", maxsplit=1)[0]) if word}
    quoted = next((part for found in _QUOTED.finditer(told) for part in found.groups() if part), "")
    best: tuple[int, int, int] = (0, 0, 0)
    for path, value, line in _scalars(compose_yaml(text), ()):
        exact = 2 if quoted and value.strip() == quoted else 0
        near = sum(1 for name in dict.fromkeys(path) if name in words)
        score = (exact, near, -line)
        if (exact or near) and score > best:
            best = score
    return -best[2]


def _scalars(node: yaml.Node | None, path: _Path) -> Iterator[tuple[_Path, str, int]]:
    """Path, text and line (from 1) of every key and value. A rule's own table is part of the path of what it sets."""
    if isinstance(node, yaml.MappingNode):
        table = next((v.value for k, v in node.value if k.value == "table" and isinstance(v, yaml.ScalarNode)), "")
        inside = (*path, table) if table else path
        for key, value in node.value:
            name = str(key.value)
            yield (*inside, name), name, key.start_mark.line + 1
            yield from _scalars(value, (*inside, name))
    elif isinstance(node, yaml.SequenceNode):
        for item in node.value:
            yield from _scalars(item, path)
    elif isinstance(node, yaml.ScalarNode):
        yield path, str(node.value), node.start_mark.line + 1
