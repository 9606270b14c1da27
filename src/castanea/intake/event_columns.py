"""Which columns an event of a kind may have, and their form in JSON; how the kind is named and the shop assumed.

An event names its kind in `kind`; a table with a column `kind` of its own (a payment's) takes that column as `<table>_kind`. Or the
event names its kind in `table`; then `kind` is the table's own column.
"""

from __future__ import annotations

from functools import cache

import pyarrow as pa

from castanea.contracts.table import ARROW, Type
from castanea.contracts.tables import TABLES

KIND, TABLE, LINES = "kind", "table", "lines"
WITH_LINES, LINE = "order", "order_line"
SHOP, SHOP_DEFAULT = "shop_id", "main"


@cache
def json_types(kind: str) -> dict[str, pa.DataType]:
    """Names that events of a kind may have, with the Arrow type in which JSON's values are read: exact, or as text to be checked."""
    table = TABLES[kind]
    types = {c.name: _json_type(c.type) for c in table.sent}
    if KIND in types:
        types[f"{kind}_{KIND}"] = types[KIND]
    types[KIND] = types[TABLE] = pa.string()
    if kind == WITH_LINES:
        types[LINES] = pa.list_(pa.struct(list(line_types().items())))
    return types


@cache
def line_types() -> dict[str, pa.DataType]:
    """As `json_types`, of a line inside an order. What it says of shop and order is not used: they are its order's."""
    return {c.name: _json_type(c.type) for c in TABLES[LINE].sent}


def _json_type(type_: Type) -> pa.DataType:
    return pa.string() if type_ in (Type.TEXT, Type.UUID, Type.TIMESTAMP, Type.DATE) else ARROW[type_]


def own_columns(kind: str, raw: pa.Table, named_by_table: bool) -> pa.Table:
    """The raw columns under the table's names: without the event's kind, with the shop filled in."""
    names = [n for n in raw.column_names if n not in (TABLE, LINES) and (n != KIND or named_by_table)]
    own = raw.select(names)
    alias = f"{kind}_{KIND}"
    if KIND in TABLES[kind].by_name and not named_by_table and alias in names:
        own = own.rename_columns([KIND if n == alias else n for n in names])
    if SHOP in TABLES[kind].by_name and TABLES[kind].by_name[SHOP].required:  # of a cost, no shop means all
        own = _with_shop(own)
    return own


def _with_shop(raw: pa.Table) -> pa.Table:
    if SHOP not in raw.column_names:
        return raw.append_column(SHOP, pa.repeat(pa.scalar(SHOP_DEFAULT), raw.num_rows))
    shops = raw.column(SHOP)
    if not shops.null_count or not pa.types.is_string(shops.type):
        return raw
    return raw.set_column(raw.column_names.index(SHOP), SHOP, shops.fill_null(SHOP_DEFAULT))
