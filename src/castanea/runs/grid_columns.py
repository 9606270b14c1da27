"""The tables that can be typed or pasted, their columns as people write them, and what may stay empty because it can be filled."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from castanea.contracts.mappings.spelling import plain_name
from castanea.contracts.table import Column, Table
from castanea.contracts.tables import TABLES
from castanea.kit.errors import InputError
from castanea.kit.nearest import nearest

Row = dict[str, Any]

LABELS = {
    "amount": "金额", "available": "可用", "batch": "批次", "budget": "预算", "category": "类目", "channel_id": "渠道", "committed": "占用",
    "competitor": "竞争对手", "contact": "联系人", "cost_id": "成本编号", "country": "国家", "currency": "币种", "day": "日期", "discount": "折扣",
    "ends": "结束", "expected": "预计到货", "gift": "赠品", "in_transit": "在途", "into": "换成币种", "item_id": "对方商品", "kind": "种类",
    "lead_time_days": "到货天数", "link": "链接", "list_price": "标价", "name": "名称", "on_hand": "在库", "ordered": "下单时间", "part_id": "部件",
    "per": "计价单位", "presold": "预售", "price": "价格", "product_id": "商品", "promotion": "促销", "promotion_id": "促销编号",
    "purchase_order_id": "采购单号", "quantity": "数量", "rate": "汇率", "receipt_id": "到货单号", "received": "入库日", "refundable": "随退款返还",
    "rejected": "拒收", "share": "比例", "shop_id": "店铺", "source": "来源", "starts": "开始", "status": "状态", "supplier_id": "供应商", "time": "时间",
    "unit_cost": "单价", "valid_from": "生效日", "valid_until": "失效日", "warehouse_id": "仓库",
}  # fmt: skip
WORDS = {
    "goods": "货品成本", "commission": "平台扣点", "payment_fee": "支付手续费", "freight": "运费", "packing": "包装", "return_insurance": "运费险",
    "influencer": "达人佣金", "advertising": "推广费", "other": "其他", "unit": "件", "order": "单", "day": "天", "month": "月", "draft": "草稿",
    "ordered": "已下单", "part_received": "部分到货", "received": "已到货", "cancelled": "已取消",
}  # fmt: skip


@dataclass(frozen=True)
class Moment:
    """What an empty cell may be filled from besides its row."""

    now: datetime
    currency: str


@dataclass(frozen=True)
class Grid:
    """`fillers` say what an empty cell of a column stands for. `withdrawn` makes a row say nothing any more; None where a row that was typed
    can only be corrected."""

    table: Table
    columns: tuple[Column, ...]
    fillers: Mapping[str, Callable[[Row, Moment], Any]]
    withdrawn: Callable[[Row], Row] | None

    @property
    def required(self) -> tuple[str, ...]:
        """Columns whose cells must not be empty."""
        return tuple(c.name for c in self.columns if c.required and c.name not in self.fillers)

    @property
    def names(self) -> Mapping[str, str]:
        """How a column may be written → its name."""
        return _names(self.table.name)

    def fill(self, row: Row, moment: Moment) -> None:
        for name, value in self.fillers.items():
            if row.get(name) in (None, ""):
                row[name] = value(row, moment)


def grid(table: str) -> Grid:
    """Raises InputError with the tables that have a grid."""
    if table not in _GRIDS:
        raise InputError(
            f"there is no grid for {table!r}{nearest(table, _GRIDS).hint}; grids: {', '.join(_GRIDS)}. "
            "What has a file is imported: castanea import FILE",
            code="grid.unknown",
        )
    fillers, withdrawn = _GRIDS[table]
    declared = TABLES[table]
    return Grid(declared, tuple(c for c in declared.sent if c.name != "updated_at"), fillers, withdrawn)


def tables() -> tuple[str, ...]:
    return tuple(_GRIDS)


@cache
def _names(table: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for column in TABLES[table].sent:
        for spelling in (column.name, column.name.replace("_id", ""), LABELS.get(column.name, column.name)):
            found.setdefault(plain_name(spelling), column.name)
    return found


def _joined(*names: str) -> Callable[[Row, Moment], str]:
    """A number made of other cells: the same ones typed again are the same row, and correct it."""
    return lambda row, _: "grid:" + "|".join(str(row.get(name) or "") for name in names)


def _first(*names: str) -> Callable[[Row, Moment], Any]:
    return lambda row, _: next((row[name] for name in names if row.get(name)), None)


def _now(_: Row, moment: Moment) -> datetime:
    return moment.now.replace(microsecond=0)  # to the second, as it is shown: a row that is corrected is found again


def _constant(value: str) -> Callable[[Row, Moment], str]:
    return lambda *_: value


_MAIN = _constant("main")
_GRIDS: dict[str, tuple[dict[str, Callable[[Row, Moment], Any]], Callable[[Row], Row] | None]] = {
    "cost": (
        {"cost_id": _joined("kind", "shop_id", "product_id", "channel_id")},
        lambda row: row | {"valid_until": row["valid_from"] - timedelta(days=1)},
    ),
    "competitor_price": ({"item_id": _first("link", "product_id"), "time": _now}, None),
    "purchase_order": (
        {"ordered": _now, "status": _constant("ordered")},
        lambda row: row | {"status": "cancelled"},
    ),
    "receipt": (
        {"warehouse_id": _MAIN, "time": _now, "receipt_id": _joined("purchase_order_id", "product_id", "time")},
        lambda row: row | {"quantity": 0},
    ),
    "stock_level": ({"warehouse_id": _MAIN, "time": _now}, None),
    "bundle_part": ({}, lambda row: row | {"quantity": 0}),
    "supplier": ({}, None),
    "promotion": ({"promotion_id": _first("name")}, lambda row: row | {"ends": row["starts"]}),
    "fx_rate": ({"into": lambda _, moment: moment.currency}, None),
}
