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

Read: CSV and TSV in UTF-8 (with or without byte-order mark), GB18030 and UTF-16, XLSX, Parquet, NDJSON and JSON arrays; also compressed.
What is [not read yet, and why](formats-not-read.md).
"""


KINDS = {
    "orders": "Orders", "lines": "Order lines", "refunds": "Refunds and after-sales", "payments": "Payments", "settlement": "Settlement",
    "erp_orders": "Orders as an ERP repeats them", "shipments": "Parcels", "platform_daily": "The platforms' own day tables",
    "ads": "Advertising", "stock": "Stock", "purchases": "Purchases", "products": "Products", "customers": "Customers", "costs": "Costs",
    "events": "Visitors' events", "market": "The market", "listings": "Shelves", "voice": "Reviews, tickets and mentions",
    "marketing": "Promotions and keywords", "other": "Other",
}  # fmt: skip
TAX = {"in": "Amounts include tax. ", "out": "Amounts are before tax. "}
WORDS = {"zh-CN": "平台用语", "en": "the platform's words"}


def page() -> str:
    """Return the page of all shipped formats, by kind."""
    mappings = sorted(shipped_mappings(), key=lambda mapping: mapping.name)
    text = GENERATED + INTRODUCTION
    for kind in [*KINDS, *sorted({m.kind for m in mappings} - set(KINDS))]:
        of_kind = [mapping for mapping in mappings if mapping.kind == kind]
        if of_kind:
            text += (
                f"\n**{KINDS.get(kind, kind)}**\n\n"
                + row("format", "中文", "what it is", "zone", "currency")
                + row(*["---"] * 5)
            )
            text += "".join(_entry(mapping) for mapping in of_kind)
    return text + "".join(_section(mapping) for mapping in mappings)


def _entry(mapping: Mapping) -> str:
    return row(
        f"[`{mapping.name}`](#{mapping.name})", mapping.labels["zh-CN"], mapping.labels["en"], mapping.zone or "the workspace's",
        mapping.currency or "the workspace's",
    )  # fmt: skip


def _section(mapping: Mapping) -> str:
    tables = dict.fromkeys(rule.table for rule in (*mapping.rows, *mapping.also))
    text = f"\n## {mapping.name}\n\n{mapping.labels['en']} · {mapping.labels['zh-CN']}. {mapping.source}.\n\n"
    text += "".join(f"{note}\n\n" for note in mapping.notes.values())
    text += TAX.get(mapping.tax, "") + f"Fills {', '.join(f'[`{table}`](tables.md#{table})' for table in tables)}.\n\n"
    text += row("column", "spellings", "type", "notes") + row("---", "---", "---", "---")
    for column in mapping.columns.values():
        notes = ["needed" if column.needed else "", column.privacy, column.why]
        notes.append("kept sealed, not used yet" if column.keep == "extra" else "")
        text += row(
            f"`{column.name}`", ", ".join(dict.fromkeys(column.names)), column.type, "; ".join(filter(None, notes))
        )
    for name, parts in mapping.each.items():
        fields = ", ".join(f"`{part.names[-1]}`" for part in parts.values())
        text += f"\nOf each element of `{name}`: {fields}.\n"
    for table, words in mapping.statuses.items():
        text += f"\nStatuses (`{table}`), {WORDS['en']} ({WORDS['zh-CN']}) and ours:\n\n"
        for ours in dict.fromkeys(words.values()):
            text += f"- `{ours}`: {', '.join(word for word, meant in words.items() if meant == ours)}\n"
    for meaning in mapping.meanings:
        text += f"\nDecided by the rows of the file, **{meaning.name}**:\n\n"
        text += "".join(f"- {choice.says.get('en', choice.name)}\n" for choice in meaning.choices)
    if mapping.checks:
        text += "\nChecked over the file:\n\n"
        text += "".join(f"- {check.says.get('en', check.name)}\n" for check in mapping.checks)
    return text
