"""The file formats that --format auto recognises, from the mappings shipped with Castanea."""

from __future__ import annotations

from castanea.contracts.mappings.language import Mapping
from castanea.contracts.mappings.loading import shipped_mappings
from reference import GENERATED, row

INTRODUCTION = """# File formats

A format is data: a YAML mapping in `src/castanea/contracts/mappings/formats/` that names a file's columns, in all their known
spellings, and the canonical [tables](tables.md) that they fill. A workspace adds its own in `WORKSPACE/mappings/`. `--format auto`
takes the format whose needed columns are all there and whose contents look right; `--format NAME` overrules it; a file of no known
format is read by names and contents, and every guess is shown.

Read: CSV and TSV in UTF-8 (with or without byte-order mark), GB18030 and UTF-16, XLSX, Parquet, NDJSON; also compressed.
"""


def page() -> str:
    """Return the page of all shipped formats."""
    mappings = sorted(shipped_mappings(), key=lambda mapping: mapping.name)
    text = GENERATED + INTRODUCTION + "\n" + row("format", "中文", "what it is", "zone", "currency") + row(*["---"] * 5)
    for mapping in mappings:
        text += row(
            f"[`{mapping.name}`](#{mapping.name})",
            mapping.labels["zh-CN"],
            mapping.labels["en"],
            mapping.zone or "the workspace's",
            mapping.currency or "the workspace's",
        )
    return text + "".join(_section(mapping) for mapping in mappings)


def _section(mapping: Mapping) -> str:
    tables = dict.fromkeys(rule.table for rule in (*mapping.rows, *mapping.also))
    text = f"\n## {mapping.name}\n\n{mapping.labels['en']} · {mapping.labels['zh-CN']}. {mapping.source}.\n\n"
    text += f"Fills {', '.join(f'[`{table}`](tables.md#{table})' for table in tables)}.\n\n"
    text += row("column", "spellings", "type", "notes") + row("---", "---", "---", "---")
    for column in mapping.columns.values():
        notes = ["needed" if column.needed else "", column.privacy, column.why]
        notes.append("kept sealed, not used yet" if column.keep == "extra" else "")
        text += row(
            f"`{column.name}`", ", ".join(dict.fromkeys(column.names)), column.type, "; ".join(filter(None, notes))
        )
    for meaning in mapping.meanings:
        text += f"\nDecided by the rows of the file, **{meaning.name}**:\n\n"
        text += "".join(f"- {choice.says.get('en', choice.name)}\n" for choice in meaning.choices)
    if mapping.checks:
        text += "\nChecked over the file:\n\n"
        text += "".join(f"- {check.says.get('en', check.name)}\n" for check in mapping.checks)
    return text
