"""A workspace that is told what happened as events, and asked for figures: log, vault, warehouse and planner are the real ones."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from castanea.app import Castanea, Settings
from castanea.contracts.workspace import WorkspaceSettings
from castanea.intake.events import EventIntake
from castanea.intake.landing import Landing
from castanea.kit.clock import FixedClock
from castanea.runs.workspace import init_workspace
from castanea.semantics import query_from_arguments

NOW = datetime(2026, 3, 31, 4, 0, tzinfo=UTC)
Row = dict[str, Any]


def day(number: int, hour: int = 12) -> str:
    """A time on a day of March 2026, Shanghai."""
    return f"2026-03-{number:02d}T{hour:02d}:00:00+08:00"


class MoneyShop:
    """`shop` names the shop of all that is told next, so that tests do not see each other."""

    def __init__(self, folder: Path) -> None:
        castanea = Castanea(Settings())
        castanea.clock = FixedClock(NOW)  # type: ignore[assignment]
        self.workspace = init_workspace(folder / "w", WorkspaceSettings("test"))
        self.desk = castanea.desk(self.workspace)
        self._landing = castanea.landing(self.workspace)
        self.landing: Landing = self._landing.__enter__()[0]
        self._events = EventIntake(self.landing, clock=castanea.clock)
        self.shop = "main"

    def tell(self, *events: Row) -> None:
        """Land the events of this shop, in one transaction."""
        told = [{"shop_id": self.shop, **e} if e["table"] not in _SHOPLESS else e for e in events]
        receipt = asyncio.run(self._events.submit(json.dumps(told).encode(), "application/json", "", "test"))
        assert receipt.quarantined == 0, receipt.errors
        self.desk.warehouse.catch_up()

    def order(self, number: str, *lines: Row, at: str = day(10), **more: Any) -> Row:
        """An order event, paid at once unless `pay_time` or `status` says otherwise."""
        paid = {"pay_time": at} if not {"pay_time", "status", "cash_on_delivery"} & more.keys() else {}
        return {
            "table": "order", "order_id": f"{self.shop}-{number}", "order_time": at, "customer_id": f"c{number}", "channel_id": self.shop,
            "lines": list(lines), "shop_id": self.shop, **paid, **more,
        }  # fmt: skip

    def refund(self, number: str, of: str, amount: str, **more: Any) -> Row:
        return {
            "table": "refund", "refund_id": number, "order_id": f"{self.shop}-{of}", "amount": amount, "status": "succeeded",
            "refund_time": day(20), "shop_id": self.shop, **more,
        }  # fmt: skip

    def ask(self, metrics: str, by: str = "", since: date = date(2026, 3, 1), until: date = date(2026, 3, 31)) -> Any:
        """The figures of this shop: one number, a row, or (cut by something) rows."""
        query = query_from_arguments(metrics, by, since=str(since), until=str(until), where=[f"shop={self.shop}"])
        rows = json.loads(self.desk.query(query))["rows"]
        names = metrics.split(",")
        plain = [{k: _number(v) if k in names else v for k, v in row.items()} for row in rows]
        if by:
            return {row[by]: row[metrics] if len(names) == 1 else row for row in plain}
        return plain[0][metrics] if len(names) == 1 else plain[0]

    def on(self, metric: str, number: int) -> Any:
        """A figure on a day of March."""
        return self.ask(metric, since=date(2026, 3, number), until=date(2026, 3, number))

    def sums(self, table: str, *columns: str, where: str = "true") -> list[Decimal | None]:
        """Sums of derived columns over this shop's rows that count."""
        sql = f'SELECT {", ".join(f"sum({c}) AS {c}" for c in columns)} FROM fact."{table}" WHERE shop_id = ? AND excluded IS NOT TRUE AND {where}'
        return list(self.desk.reader().fetch(sql, [self.shop]).to_pylist()[0].values())

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row.values()) for row in self.desk.reader().fetch(sql, [self.shop]).to_pylist()]

    def close(self) -> None:
        self._events.close()
        self._landing.__exit__(None, None, None)
        self.desk.close()


_SHOPLESS = {"product", "bundle_part", "cost", "purchase_order", "receipt", "stock_level", "stock_movement", "fx_rate"}


def _number(value: Any) -> Any:
    return Decimal(value) if isinstance(value, str) else value


def product(number: str = "1", amount: str = "100", goods: str = "tea", quantity: int = 1, **more: Any) -> Row:
    return {"kind": "product", "line_id": number, "product_id": goods, "quantity": quantity, "amount": amount, **more}


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MoneyShop]:
    made = MoneyShop(tmp_path_factory.mktemp("money"))
    yield made
    made.close()


@pytest.fixture
def shop(workspace: MoneyShop, request: pytest.FixtureRequest) -> MoneyShop:
    """The module's workspace, with a shop of the test's own."""
    workspace.shop = request.node.name
    return workspace
