"""The catalogue: everything declared, by the product and by the workspace, under its names and aliases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from importlib import resources
from pathlib import Path
from typing import Protocol

from sqlglot import exp

from castanea.contracts.rollup import RollupPlan
from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.errors import InputError
from castanea.kit.nearest import nearest
from castanea.semantics.declarations_reader import read_declarations
from castanea.semantics.expressions import DeclarationError, names_in
from castanea.semantics.model import SHORTER, SURPLUS, Declarations, Measure, Metric, Place
from castanea.semantics.rollup_plans import rollup_plans
from castanea.semantics.yaml_lines import Node, read_yaml

_NEAREST = 3


class Labelled(Protocol):
    """A declaration with a label in each language."""

    @property
    def labels(self) -> Mapping[str, str]: ...


_SHIPPED = (
    "dimensions", "measures", "metrics", "profit", "after_sales", "service", "advertising", "stock", "stock_over_time", "platform", "market",
)  # fmt: skip


@dataclass(frozen=True)
class Catalog:
    """`declared` holds everything; look names up with `metric`, `grouping`, `dimension`, which also take aliases and labels."""

    declared: Declarations
    settings: WorkspaceSettings

    @classmethod
    def load(cls, settings: WorkspaceSettings, folder: Path | None = None) -> Catalog:
        """The shipped declarations and those in `folder/*.yaml` (a workspace's `metrics/`).

        Raises InputError that names file, line and the valid choices when a declaration is wrong.
        """
        told = {name: Measure(name, "count") for name in (SURPLUS, SHORTER)}
        declared = Declarations(measures=told)
        shipped = resources.files("castanea.semantics") / "declarations"
        for name in _SHIPPED:
            text = (shipped / f"{name}.yaml").read_text(encoding="utf-8")
            declared = _joined(declared, read_yaml(text, f"{name}.yaml"))
        declared = _with_gmv(declared, settings)
        for path in sorted(folder.glob("*.yaml")) if folder and folder.is_dir() else []:
            declared = _joined(declared, read_yaml(path.read_text(encoding="utf-8"), str(path)))
        _check(declared)
        return cls(declared, settings)

    def rollup_plans(self, settings: WorkspaceSettings | None = None) -> tuple[RollupPlan, ...]:
        """What the loader must keep for these declarations."""
        return rollup_plans(self.declared, (settings or self.settings).currency)

    def metric(self, name: str) -> Metric:
        """The metric of a name, alias or label. Raises InputError with the nearest names."""
        found = self._metric_names.get(name.casefold().strip())
        if found is None:
            raise unknown("metric", name, self._metric_names, self.declared.metrics)
        return self.declared.metrics[found]

    def dimension(self, name: str) -> str:
        """The dimension's name. Raises InputError with the nearest names."""
        found = self._dimension_names.get(name.casefold().strip())
        if found is None:
            raise unknown("dimension", name, self._dimension_names, self.declared.dimensions)
        return found

    def grouping(self, name: str) -> str:
        """The name of a dimension, grain or cycle. Raises InputError with the nearest names."""
        found = self._grouping_names.get(name.casefold().strip())
        if found is None:
            valid: dict[str, Labelled] = {**self.declared.grains, **self.declared.cycles, **self.declared.dimensions}
            raise unknown("dimension or grain", name, self._grouping_names, valid)
        return found

    @cached_property
    def _metric_names(self) -> dict[str, str]:
        return _names((m.name, m.aliases, m.labels.values()) for m in self.declared.metrics.values())

    @cached_property
    def _dimension_names(self) -> dict[str, str]:
        return _names((d.name, d.aliases, d.labels.values()) for d in self.declared.dimensions.values())

    @cached_property
    def _grouping_names(self) -> dict[str, str]:
        words = [*self.declared.grains.values(), *self.declared.cycles.values()]
        return {**_names((w.name, w.aliases, w.labels.values()) for w in words), **self._dimension_names}


def unknown(what: str, name: str, words: Mapping[str, str], valid: Mapping[str, Labelled]) -> InputError:
    """The error for a name that nobody declared: the three nearest ones (found by alias and label too), and where all are listed."""
    close = nearest(name, words)
    names = tuple(dict.fromkeys(words[n.casefold()] for n in close.names))[:_NEAREST]
    listing = "castanea metrics" if what.startswith("metric") else "castanea metrics --dimensions"
    said = {
        language: "; ".join(f"{n} ({valid[n].labels[language]})" for n in names) or otherwise
        for language, otherwise in (("en", "none"), ("zh-CN", "无"))
    }
    return InputError(
        f"unknown {what} {name!r}. Nearest: {said['en']}. All {len(valid)}: {listing}, or the reference of metrics.",
        code="query.unknown_name",
        values={
            "what": what,
            "name": name,
            "nearest": names,
            "choices": said["zh-CN"],
            "count": len(valid),
            "listing": listing,
        },
    )


def _names(entries: Iterable[tuple[str, Iterable[str], Iterable[str]]]) -> dict[str, str]:
    found: dict[str, str] = {}
    listed = list(entries)
    for name, aliases, labels in listed:
        for word in (*aliases, *labels):
            found.setdefault(word.casefold(), name)
    for name, _, _ in listed:  # a name wins over anybody's alias
        found[name.casefold()] = name
    return found


def _joined(declared: Declarations, root: Node) -> Declarations:
    more = read_declarations(root, declared)
    sections = ("measures", "metrics", "dimensions", "entities", "rollups", "grains", "cycles")
    return Declarations(**{s: {**getattr(declared, s), **getattr(more, s)} for s in sections})


def _with_gmv(declared: Declarations, settings: WorkspaceSettings) -> Declarations:
    """GMV means what the workspace says it means: another metric."""
    if settings.gmv not in declared.metrics:
        raise unknown(
            "metric for gmv in castanea.toml", settings.gmv, {m: m for m in declared.metrics}, declared.metrics
        )
    target = declared.metrics[settings.gmv]
    gmv = replace(
        target, name="gmv", labels={"zh-CN": "GMV", "en": "GMV"}, aliases=("成交总额", "gross merchandise value"),
        formula=exp.column(exp.to_identifier(target.name, quoted=True)), formula_text=target.name,
        words={language: f"= {text}" for language, text in target.labels.items()},
        description={
            "zh-CN": f"GMV 没有统一口径；这里等于{target.labels['zh-CN']}（可在工作区设置）",
            "en": f"GMV has no one meaning; here it is {target.labels['en'].lower()} (a setting of the workspace)",
        },
    )  # fmt: skip
    return replace(declared, metrics={**declared.metrics, "gmv": gmv})


def _check(declared: Declarations) -> None:
    """No formula leads to itself, and no count builds on something that is no sum."""
    for metric in declared.metrics.values():
        _walk(metric, declared, ())
    for measure in declared.measures.values():
        if measure.count and declared.measures[measure.count.base].kind != "sum":
            raise DeclarationError(
                Place("measures", 0), f"measure {measure.name} counts over {measure.count.base}, which is no sum."
            )


def _walk(metric: Metric, declared: Declarations, path: tuple[str, ...]) -> None:
    if metric.name in path:
        raise DeclarationError(
            metric.place, f"the formula of {path[0]} leads back to itself: {' → '.join((*path, metric.name))}."
        )
    for name in names_in(metric.formula):
        if name not in declared.measures:
            _walk(declared.metrics[name], declared, (*path, metric.name))
