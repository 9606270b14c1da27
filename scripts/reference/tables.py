"""The canonical tables, from castanea.contracts.tables."""

from __future__ import annotations

from castanea.contracts.table import Column, Table
from castanea.contracts.tables import CONTRACT_VERSION, TABLES
from reference import GENERATED, row

KINDS = {
    "fact": ("Facts", "What happened, or what was measured at a time."),
    "dimension": ("Dimensions", "What facts are about; a newer version replaces an older one."),
    "book": ("Books", "What Castanea writes about its own work."),
}
INTRODUCTION = f"""# Tables

Contract version {CONTRACT_VERSION}. An event of `POST /api/v1/events` has one of these names as its `kind` and these columns as its
fields; a file's mapping names them too.

- **money** is DECIMAL(18,4) in the row's `currency`; **quantity** DECIMAL(18,4); **rate** DECIMAL(18,8); **timestamp** is UTC.
- **key**: part of the natural key. Same key and content: a duplicate; same key, newer version: a correction; older: superseded.
- **personal** columns are sealed before they are written; a column that **identifies** someone lands as a random pseudonym.
- **derived** columns are not sent: the loader fills them from other facts.
"""


def page() -> str:
    """Return the page of all tables, by kind."""
    text = GENERATED + INTRODUCTION
    for kind, (title, meaning) in KINDS.items():
        tables = [table for table in TABLES.values() if table.kind == kind]
        text += f"\n## {title}\n\n{meaning}\n\n"
        text += "".join(_section(table) for table in tables)
    return text


def _section(table: Table) -> str:
    label = f"**{table.labels['zh-CN']}** · " if "zh-CN" in table.labels else ""
    text = f"### {table.name}\n\n{label}{table.doc}\n\n"
    facts = [f"dated by `{table.time}`"] if table.time else []
    if table.subjects:
        facts.append("subject: " + ", else ".join(f"`{name}`" for name in table.subjects))
    if table.immutable:
        facts.append("immutable: a second arrival of a key is a duplicate whatever it holds")
    if facts:
        text += f"{'; '.join(facts)}.\n\n"
    text += row("column", "type", "what it is", "notes") + row("---", "---", "---", "---")
    return text + "".join(_column(table, column) for column in table.columns) + "\n"


def _column(table: Table, column: Column) -> str:
    notes = [
        "key" if column.name in table.key else "",
        "required" if column.required else "",
        f"in {column.unit}" if column.unit and column.unit != "money" else "",
        column.privacy.value if column.personal else "",
        f"identifies a {column.identifies}" if column.identifies else "",
        "derived" if column.derived else "",
        f"one of {', '.join(f'`{value}`' for value in column.values)}" if column.values else "",
    ]
    sent_as = "text" if column.identifies else column.type.value
    return row(f"`{column.name}`", sent_as, column.doc, "; ".join(filter(None, notes)))
