"""All canonical tables, one module per subject. `TABLES` maps a name to its declaration; `CONTRACT_VERSION` stamps log batches."""

from __future__ import annotations

from castanea.contracts.table import Table
from castanea.contracts.tables import (
    books,
    goods,
    market,
    marketing,
    money,
    orders,
    parties,
    places,
    stock,
    traffic,
    voice,
)

CONTRACT_VERSION = 1

TABLES: dict[str, Table] = {
    table.name: table
    for module in (parties, goods, places, orders, money, traffic, marketing, stock, voice, market, books)
    for table in module.TABLES
}

__all__ = ["CONTRACT_VERSION", "TABLES"]
