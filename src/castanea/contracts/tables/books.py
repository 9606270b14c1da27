"""The books: what was imported and what could not be used. They are log records like any other, so a rebuild brings them back."""

from __future__ import annotations

from castanea.contracts.table import Table
from castanea.contracts.tables.columns import at, flag, integer, personal, text

import_run = Table(
    "import_run",
    "One file imported once: what it was taken for and how it was read.",
    (
        text("import_id", "The import's number.", required=True),
        text("file", "The file's name, without its folder.", required=True),
        text("sha256", "Of the file's bytes.", required=True),
        integer("bytes", "Size of the file.", unit="bytes"),
        text("format", "The mapping's name.", required=True),
        text("mapping", "The mapping as it was applied (YAML): a rebuild never reads it, a person may."),
        text("encoding", "As decoded."),
        text("delimiter", "As split."),
        text("zone", "Zone in which the file's times were read."),
        text("currency", "Currency in which its amounts were read."),
        at("exported_at", "The export's own time, the version of rows without one."),
        text("meaning", "Which meaning of its amounts the identities over the file showed."),
        integer("received", "Rows read.", unit="rows"),
        integer("suspects", "Rows that repeat an earlier row of the same file to the letter.", unit="rows"),
        flag("undone", "Whether the import was taken back as a whole."),
        at("time", "When it was imported.", required=True),
    ),
    key=("import_id",),
    time="time",
    kind="book",
    labels={"zh-CN": "导入记录", "en": "Import"},
)

quarantine = Table(
    "quarantine",
    "A row that could not be used, with its reason, until it is mended.",
    (
        text("quarantine_id", "Stable: from source, row number and content.", required=True),
        text("import_id", "The import; empty for events."),
        text("source", "Where it came from.", required=True),
        text("table", "The canonical table it was meant for.", required=True),
        integer("source_row", "Row number in the file or batch, from 1.", unit="rows"),
        text("reason", "Reason code, from the list in docs.", required=True),
        text("column", "The offending column."),
        text("rule", "The rule it broke."),
        personal("value", "The offending value."),
        personal("raw", "The whole row as it came, JSON."),
        text("state", "Where it stands.", required=True, values=("waiting", "replayed", "dropped")),
        at("time", "When it arrived.", required=True),
    ),
    key=("quarantine_id",),
    time="time",
    kind="book",
    labels={"zh-CN": "待处理数据", "en": "Quarantine"},
)

TABLES = (import_run, quarantine)
