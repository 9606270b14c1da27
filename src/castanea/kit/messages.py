"""The message catalogue: text for readers, in zh-CN and en, by code.

The sentences stand in `messages/<locale>.yaml`, one per code, with `{name}` where a value goes; `{message}` is the error's own English
sentence. A test keeps the locales equal.
"""

from __future__ import annotations

import string
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Literal, cast

from castanea.kit.errors import CastaneaError
from castanea.kit.yaml_reading import load_yaml

Locale = Literal["zh-CN", "en"]
LOCALES: tuple[Locale, ...] = ("zh-CN", "en")
DEFAULT: Locale = "en"


@cache
def catalogue(locale: Locale) -> Mapping[str, str]:
    """All sentences of a locale by code."""
    text = (files("castanea.kit") / "messages" / f"{locale}.yaml").read_text("utf-8")
    return cast(Mapping[str, str], load_yaml(text))


def say(code: str, locale: Locale, values: Mapping[str, object] | None = None, otherwise: str = "") -> str:
    """The sentence of a code in a locale with its values filled in; `otherwise` when the catalogue has none."""
    template = catalogue(locale).get(code)
    if template is None:
        return otherwise or code
    return _Filling().vformat(template, (), {k: _shown(v) for k, v in (values or {}).items()})


def say_error(error: CastaneaError, locale: Locale) -> str:
    """What went wrong, in a locale; the error's own English sentence where the catalogue leaves it to it (`{message}`) or has none."""
    return say(error.code, locale, {**error.values, "message": str(error)}, otherwise=str(error))


def placeholders(template: str) -> set[str]:
    """The names of the values that a sentence takes."""
    return {name for _, name, _, _ in string.Formatter().parse(template) if name}


def negotiate(preferred: str, accept_language: str) -> Locale:
    """The locale for a reader: their setting, else the best of an Accept-Language header, else English."""
    for tag in (preferred, *_by_weight(accept_language)):
        low = tag.lower()
        if low == "zh" or low.startswith("zh-"):
            return "zh-CN"
        if low == "en" or low.startswith("en-"):
            return "en"
    return DEFAULT


def _by_weight(header: str) -> Iterable[str]:
    weighted: list[tuple[float, str]] = []
    for part in header[:500].split(","):
        tag, _, parameter = part.strip().partition(";")
        weight = parameter.strip().removeprefix("q=") if parameter else "1"
        try:
            weighted.append((float(weight), tag.strip()))
        except ValueError:
            continue
    return [tag for weight, tag in sorted(weighted, key=lambda pair: -pair[0]) if weight > 0]


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(str(item) for item in value)
    return str(value)


class _Filling(string.Formatter):
    """Fills names only (no attributes, no indexes, no formats), and leaves a name without a value readable."""

    def get_field(self, field_name: str, args: object, kwargs: object) -> tuple[object, str]:  # noqa: ARG002
        return cast(Mapping[str, str], kwargs).get(field_name, f"{{{field_name}}}"), field_name
