"""Metrics, dimensions and grains, from the shipped declarations."""

from __future__ import annotations

from collections.abc import Iterable

from castanea.contracts.workspace import WorkspaceSettings
from castanea.semantics.catalog import Catalog
from castanea.semantics.model import Dimension, Metric, Word
from reference import GENERATED, row

INTRODUCTION = """# Metrics

Every number that a board, an export, the API or the command line can show, as declared in `src/castanea/semantics/declarations/`. A
workspace [adds its own](../how-to/declare-a-metric.md). Names, labels and aliases are all understood, in both languages.

- **additivity**: additive = parts sum to the whole; semi-additive = summed over members, never over time; non-additive = asked for anew
  over each period (ratios, distinct counts).
- A division by nothing is unknown, never zero.
"""
ADDITIVITY = {"additive": "additive", "semi_additive": "semi-additive", "non_additive": "non-additive"}
DIRECTION = {"up": "more is better", "down": "less is better", "none": ""}


def page() -> str:
    """Return the page of all shipped declarations."""
    declared = Catalog.load(WorkspaceSettings(name="reference")).declared
    text = GENERATED + INTRODUCTION + "\n" + row("metric", "中文", "English", "unit") + row(*["---"] * 4)
    for metric in declared.metrics.values():
        text += row(f"[`{metric.name}`](#{metric.name})", metric.labels["zh-CN"], metric.labels["en"], metric.unit)
    text += "".join(_metric(metric) for metric in declared.metrics.values())
    text += "\n## Dimensions\n\nBy what numbers are cut and filtered.\n\n"
    text += row("dimension", "中文", "English", "what it is", "also understood") + row(*["---"] * 5)
    text += "".join(_dimension(dimension) for dimension in declared.dimensions.values())
    text += "\n## Grains\n\nLengths of time, in the workspace's time zone.\n\n" + _words(declared.grains.values())
    return text + "\n## Cycles\n\nParts of a day or week, over all days.\n\n" + _words(declared.cycles.values())


def _metric(metric: Metric) -> str:
    about = [metric.unit, ADDITIVITY[metric.additivity], DIRECTION[metric.direction]]
    lines = [
        f"\n## {metric.name}\n\n**{metric.labels['zh-CN']}** · **{metric.labels['en']}**\n\n",
        f"{metric.description.get('en', '')}. {metric.description.get('zh-CN', '')}。\n\n",
        f"- formula: {metric.words.get('en', '')} · {metric.words.get('zh-CN', '')}\n",
        f"- {', '.join(filter(None, about))}\n",
    ]
    if metric.aliases:
        lines.append(f"- also understood: {', '.join(metric.aliases)}\n")
    if metric.provisional_days:
        lines.append(f"- figures younger than {metric.provisional_days} days are provisional, and marked\n")
    if metric.within:
        lines.append(f"- only by {', '.join(f'`{d}`' for d in metric.within)}: over several of them it is refused\n")
    if metric.sensitive:
        lines.append(f"- {metric.sensitive}: shown to those who may see it\n")
    if metric.needs_cost:
        lines.append("- says which share of sales has no known cost\n")
    if metric.needs_events:
        lines.append("- known only where visits come as events\n")
    return "".join(lines)


def _dimension(dimension: Dimension) -> str:
    what = f"{dimension.description.get('en', '')}. {dimension.description.get('zh-CN', '')}"
    return row(
        f"`{dimension.name}`", dimension.labels["zh-CN"], dimension.labels["en"], what, ", ".join(dimension.aliases)
    )


def _words(words: Iterable[Word]) -> str:
    text = row("name", "中文", "English", "also understood") + row(*["---"] * 4)
    return text + "".join(
        row(f"`{word.name}`", word.labels["zh-CN"], word.labels["en"], ", ".join(word.aliases)) for word in words
    )
