"""Exchange rates."""

from __future__ import annotations

from castanea.contracts.table import Table
from castanea.contracts.tables.columns import at, date, rate, text

fx_rate = Table(
    "fx_rate",
    "What one unit of a currency is worth in another on a day. Orders convert at the rate of their own day in the workspace's zone.",
    (
        date("day", "The day.", required=True),
        text("currency", "ISO 4217 code converted from.", required=True),
        text("into", "ISO 4217 code converted into.", required=True),
        rate("rate", "Units of the second for one unit of the first.", required=True, unit="rate"),
        text("source", "Who says so."),
        at("updated_at", "When the sender changed the row."),
    ),
    key=("day", "currency", "into"),
    time="",
    labels={"zh-CN": "汇率", "en": "Exchange rate"},
)

TABLES = (fx_rate,)
