"""castanea reconcile: our figures against a platform's day table or settlement."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import typer

from castanea.cli.program import folder, told, workspace_option
from castanea.cli.wiring import Wiring
from castanea.kit.errors import InputError

WIDE = 10_000
# what each cause says, completed by how many orders and how much
CAUSES = {
    "cancelled": "cancelled orders, paid before",
    "unpaid": "orders not paid with us",
    "test": "test orders, left out by us",
    "paid_by_status": "orders whose pay time is not known",
    "freight": "freight",
    "coupon": "platform coupons",
    "tax": "taxes",
    "missing_order": "orders missing with us",
    "deposit": "deposits, counted when paid",
    "gifts": "gifts at no price",
    "refund_without_date": "refunds without a date",
    "refund_date": "refunds on the day they were asked for",
    "price_protection": "price protection",
    "day_boundary": "another day boundary",
    "one_order": "this order alone",
    "not_settled": "orders not settled yet",
    "refund": "refunds not in the settlement",
    "fees": "fees taken off",
    "other_amount": "another amount",
}


def register(app: typer.Typer, wiring: Wiring) -> None:
    @app.command()
    def reconcile(
        shop: str = typer.Option("", help="Only this shop."),
        since: str = typer.Option("", "--from", help="First day; else the other side's first."),
        until: str = typer.Option("", help="Last day; else the other side's last."),
        against: str = typer.Option("platform_daily", help="platform_daily or settlement."),
        most: int = typer.Option(5, "--orders", min=0, max=1000, help="Orders listed per cause."),
        workspace: Path | None = workspace_option(),
        as_json: bool = typer.Option(False, "--json", help="Print as JSON."),
    ) -> None:
        """Compare our figures with a platform's own, down to the orders that differ."""
        from castanea.runs.reconcile import ReconcileRequest

        request = ReconcileRequest(against, shop, _day(since, "--from"), _day(until, "--until"), most)  # type: ignore[arg-type]
        place = wiring.workspace(folder(workspace, wiring))
        with wiring.asking(place, "castanea reconcile") as ask:
            answer = ask.reconcile(request)
        if as_json:
            typer.echo(answer.decode())
        else:
            _print(answer)


def _print(answer: bytes) -> None:
    import json

    from rich.console import Console
    from rich.table import Table

    told_by = json.loads(answer)
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in ("shop", "day", "figure", "ours", "theirs", "difference"):
        table.add_column(name, justify="right" if name in ("ours", "theirs", "difference") else "left", no_wrap=True)
    table.add_column("why", no_wrap=True)
    for row in told_by["differences"]:
        numbers = (_plain(row[name]) for name in ("ours", "theirs", "difference"))
        table.add_row(row["shop"], row["day"], row["figure"], *numbers, "; ".join(_why(row)))
    if told_by["differences"]:
        Console(width=WIDE, soft_wrap=True).print(table)  # a row is a line, however long its reason
    told(
        f"{told_by['compared']:,} figures compared with {told_by['against']}, {told_by['equal']:,} equal; "
        f"ours {_plain(told_by['ours'])}, theirs {_plain(told_by['theirs'])}"
    )


def _why(row: dict[str, Any]) -> list[str]:
    found = []
    for cause in row["causes"]:
        orders = ", ".join(item["order_id"] for item in cause["orders"])
        more = cause["count"] - len(cause["orders"])
        listed = f": {orders}{f' and {more:,} more' if more > 0 else ''}" if orders else ""
        found.append(f"{CAUSES[cause['cause']]} {_plain(cause['amount'])} ({cause['count']:,}{listed})")
    if abs(Decimal(row["unexplained"])) >= Decimal("0.005") and not any(
        c["cause"] == "other_amount" for c in row["causes"]
    ):
        found.append(f"not explained {_plain(row['unexplained'])}")
    return found


def _plain(amount: str) -> str:
    value = Decimal(amount)
    return f"{value:,.2f}" if value != value.to_integral_value() else f"{value:,.0f}"


def _day(text: str, option: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise InputError(f"{option} {text!r} is no day; write 2026-11-20.", code="reconcile.days") from wrong
