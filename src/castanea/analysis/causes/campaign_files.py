"""Past and planned campaigns as they stand in files."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Warned, numbers, present, texts, times
from castanea.kit.errors import InputError

F64 = npt.NDArray[np.float64]
NEEDED = ("start", "end", "kind")
YEAR = 365.25 * 86_400_000_000


@dataclass(frozen=True)
class Campaigns:
    """`table`: name, kind, scope, start, days, discount, spend, and of past ones units, paid_amount, and, where known, cost (of a unit).
    `used`: the numbers that the file tells."""

    table: pl.DataFrame
    used: tuple[str, ...]

    def numbers(self, used: tuple[str, ...]) -> F64:
        """The model's numbers: discount, log of spend a day, log of days, years."""
        days = self.table["days"].to_numpy()
        columns = {
            "discount": self.table["discount"].to_numpy(), "spend": np.log1p(self.table["spend"].to_numpy() / days),
        }  # fmt: skip
        years = self.table["start"].to_numpy() / YEAR
        return np.column_stack([*(columns[name] for name in used), np.log(days), years]).astype(np.float64)


def read_campaigns(table: pl.DataFrame, *, past: bool, warnings: list[Warned]) -> Campaigns:
    """Raises InputError for a missing or unreadable column, an end before its start, negative numbers."""
    results = ("units", "paid_amount") if past else ()
    present(table, *NEEDED, *results)
    start, end = times(table, "start"), times(table, "end")
    if start.counted != end.counted:
        raise InputError(
            "columns 'start' and 'end' are of different kinds (dates, whole numbers); write both alike",
            code="analysis.bad_value",
        )
    day = 1 if start.counted else 86_400_000_000
    first, last = (t.values.to_physical().cast(pl.Int64) for t in (start, end))
    _refused(table, "end", last < first, "is before the start; swap them")
    used = tuple(name for name in ("discount", "spend") if name in table.columns)
    kinds = texts(table, "kind")
    _refused(table, "kind", kinds.is_null(), "is empty; name the kind, such as discount or gift")
    names = next((texts(table, n) for n in ("campaign", "plan", "name", "id") if n in table.columns), None)
    shown = texts(table, "start") if names is None else names.fill_null(texts(table, "start"))
    columns = {
        "name": shown, "kind": kinds, "scope": texts(table, "scope").fill_null("") if "scope" in table.columns else pl.Series([""] * table.height),
        "start": first * (86_400_000_000 // day), "days": (last - first) / day + 1.0,
        "discount": _shares(table, warnings) if "discount" in used else pl.Series([0.0] * table.height),
        "spend": _amounts(table, "spend").fill_null(0.0) if "spend" in used else pl.Series([0.0] * table.height),
    }  # fmt: skip
    frame = pl.DataFrame(columns)
    for name in results:
        frame = frame.with_columns(_amounts(table, name).alias(name))
    cost = _costs(table, frame) if past else (_amounts(table, "cost") if "cost" in table.columns else None)
    frame = frame.with_columns((pl.lit(None, dtype=pl.Float64) if cost is None else pl.Series(cost)).alias("cost"))
    return Campaigns(_whole(table, frame, warnings) if past else frame, used)


def _costs(table: pl.DataFrame, frame: pl.DataFrame) -> pl.Series | None:
    """What a unit cost: told, or what is missing between takings, spend and profit."""
    if "cost" in table.columns:
        return _amounts(table, "cost")
    if "profit" in table.columns:
        gone = frame["paid_amount"] - frame["spend"] - numbers(table, "profit")
        return pl.Series(pl.select(pl.when(frame["units"] > 0).then(gone / frame["units"])).to_series())
    return None


def _whole(table: pl.DataFrame, frame: pl.DataFrame, warnings: list[Warned]) -> pl.DataFrame:
    """Without campaigns whose result is unknown, or that sold out: what they could have sold nobody knows."""
    known = frame["units"].is_not_null() & frame["paid_amount"].is_not_null()
    if "sold_out" in table.columns:
        out = numbers(table, "sold_out").fill_null(0.0) > 0
        if out.any():
            warnings.append(
                Warned(
                    "sold_out", f"{out.sum()} campaigns sold out and are left out: what they could have sold is unknown"
                )
            )
        known &= ~out
    if known.sum() < frame.height:
        warnings.append(
            Warned("campaigns_left_out", f"{frame.height - known.sum()} of {frame.height} campaigns are left out")
        )
    return frame.filter(known)


def _shares(table: pl.DataFrame, warnings: list[Warned]) -> pl.Series:
    found = _amounts(table, "discount").fill_null(0.0)
    largest = float(found.max() or 0.0)  # type: ignore[arg-type]
    if largest > 100:
        _refused(table, "discount", found > 100, "is no discount; write .2 or 20 for twenty per cent")
    if largest > 1:
        warnings.append(Warned("discount_in_percent", "discounts above one: they are read as per cent"))
        return found / 100
    return found


def _amounts(table: pl.DataFrame, name: str) -> pl.Series:
    found = numbers(table, name)
    _refused(table, name, (found < 0).fill_null(value=False), "is negative; write what was sold, spent or taken off")
    return found


def _refused(table: pl.DataFrame, name: str, wrong: pl.Series, said: str) -> None:
    rows = wrong.arg_true().to_list()
    if rows:
        raise InputError(
            f"column {name!r}, row {rows[0] + 1:,}: {str(table[name][rows[0]])!r:.60} {said}", code="analysis.bad_value",
            values={"column": name, "row": rows[0] + 1},
        )  # fmt: skip
