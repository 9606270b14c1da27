"""The files of a reorder as what they are: demand by item and period, lead times in periods, and where the stock stands."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Warned, numbers, present, texts, times
from castanea.kit.errors import InputError

Floats = npt.NDArray[np.float64]
MONTH_DAYS = 365.25 / 12
RECEIPTS = 8


@dataclass(frozen=True)
class Demand:
    """`history`: of each item, demand of the periods that are known, oldest first. `days`: of a period; None where times are counted."""

    history: Mapping[str, Floats]
    days: float | None
    units: Mapping[str, bool]


def demand_of(
    table: pl.DataFrame, item: str, time: str, quantity: str, stockout: str, warnings: list[Warned]
) -> Demand:
    """A period without a row is one without demand, from an item's first row to the file's last period; one of a stock-out is unknown."""
    present(table, item, time, quantity, stockout)
    at, days = _periods(table, time)
    out = numbers(table, stockout).fill_null(0) > 0 if stockout else pl.Series([False]).new_from_index(0, table.height)
    amount = numbers(table, quantity)
    frame = pl.DataFrame({"item": texts(table, item), "at": at, "q": amount, "unknown": out | amount.is_null()})
    if nameless := frame["item"].null_count():
        warnings.append(Warned("gaps", f"{nameless:,} rows name no item and are left out"))
    if empty := amount.null_count():
        warnings.append(
            Warned("unknown", f"{empty:,} rows have no quantity; their periods are taken as unknown, not as zero")
        )
    frame = (
        frame.drop_nulls("item")
        .group_by("item", "at")
        .agg(pl.col("q").sort().sum(), pl.col("unknown").any())
        .sort("item", "at")
    )
    if (frame["q"] < 0).any():
        warnings.append(Warned("returns", "periods whose returns exceed sales are taken as without demand"))
    last = int(at.max())  # type: ignore[arg-type]
    history: dict[str, Floats] = {}
    for part in frame.partition_by("item", maintain_order=True):
        first = int(part["at"][0])
        series = np.zeros(last - first + 1)
        places = part["at"].to_numpy() - first
        series[places] = np.maximum(part["q"].to_numpy(), 0)
        known = np.ones(len(series), dtype=bool)
        known[places] = ~part["unknown"].to_numpy()
        history[part["item"][0]] = series[known]
    return Demand(history, days, {name: bool(np.all(x == np.floor(x))) for name, x in history.items()})


def _periods(table: pl.DataFrame, time: str) -> tuple[pl.Series, float | None]:
    """Number of each row's period, and the days of one: the greatest step that all times share; a month where all are of one day of it."""
    at = times(table, time)
    if at.counted:
        counts = at.values - int(at.values.min())  # type: ignore[arg-type]
        return counts // _step(counts), None
    dates = at.values.dt.date()
    since = (dates.cast(pl.Int32).cast(pl.Int64) - int(dates.cast(pl.Int32).min())).alias("at")  # type: ignore[arg-type]
    step = _step(since)
    if dates.dt.day().n_unique() == 1 and dates.n_unique() > 1 and step % 7:
        months = dates.dt.year().cast(pl.Int64) * 12 + dates.dt.month()
        months = months - int(months.min())  # type: ignore[arg-type]
        return months // _step(months), MONTH_DAYS * _step(months)
    return since // step, float(step)


def _step(values: pl.Series) -> int:
    return math.gcd(*values.unique().to_list()) or 1


def leads_of(
    given: pl.DataFrame | None, fixed: str, demand: Demand, suppliers: Mapping[str, str | None], item: str, values: Mapping[str, float],
    warnings: list[Warned],
) -> Mapping[str, Floats]:  # fmt: skip
    """Lead times of each item, in periods: its own receipts where there are RECEIPTS, else its supplier's, else all."""
    if given is None:
        if not fixed:
            raise InputError(
                "there is no lead time; say --lead-time N (periods) or --lead-times FILE",
                code="analysis.missing_option",
            )
        return {name: np.array([values[name]]) for name in demand.history}
    frame = _receipts(given, item, demand.days)
    own = {part["item"][0]: part["lead"].sort().to_numpy() for part in frame.partition_by("item")}
    every = frame["lead"].sort().to_numpy()
    by_supplier: dict[str, list[Floats]] = {}
    for name in sorted(own):
        if supplier := suppliers.get(name):
            by_supplier.setdefault(supplier, []).append(own[name])
    of = {name: np.sort(np.concatenate(parts)) for name, parts in by_supplier.items()}
    found, pooled = {}, 0
    for name in demand.history:
        lead = own.get(name, every[:0])
        if len(lead) < RECEIPTS:
            pooled += 1
            lead = of.get(suppliers.get(name) or "", every)
            lead = lead if len(lead) >= RECEIPTS else every
        found[name] = lead
    if pooled:
        warnings.append(Warned("pooled_lead_times", f"{pooled:,} items have fewer than {RECEIPTS} receipts; "
            "their lead times are those of the supplier, or of all items"))  # fmt: skip
    if len(every) < RECEIPTS:
        warnings.append(
            Warned(
                "few_receipts",
                f"there are {len(every):,} receipts in all; {RECEIPTS} are needed to know how lead times vary",
            )
        )
    return found


def _receipts(given: pl.DataFrame, item: str, days: float | None) -> pl.DataFrame:
    name = keyed(given, item)
    if "lead_time" in given.columns:
        lead = numbers(given, "lead_time", gaps=False)
    else:
        present(given, "ordered", "received")
        if days is None:
            raise InputError("lead times are dates, but the times of demand are whole numbers; give a column lead_time in periods",
                code="analysis.bad_value")  # fmt: skip
        lead = (times(given, "received").values - times(given, "ordered").values).dt.total_seconds() / 86_400 / days
    if (lead < 0).any():
        raise InputError(
            f"the lead times: row {(lead < 0).arg_true()[0] + 1} is below zero; mend it or leave it out",
            code="analysis.bad_value",
        )
    return pl.DataFrame({"item": texts(given, name), "lead": lead}).drop_nulls().sort("item", "lead")


def keyed(given: pl.DataFrame, item: str) -> str:
    """The column of items of a further file: under demand's name or as `item`."""
    name = item if item in given.columns else "item"
    present(given, name)
    return name


def stock_of(
    given: pl.DataFrame | None, item: str, warnings: list[Warned]
) -> tuple[dict[str, float], dict[str, str | None]]:
    """The stock position (on hand + in transit − committed) and the supplier of each item; nothing where there is no file."""
    if given is None:
        return {}, {}
    present(given, "on_hand")
    name = keyed(given, item)
    position = numbers(given, "on_hand").fill_null(0)
    for column, sign in (("in_transit", 1), ("committed", -1), ("presold", -1)):
        if column in given.columns:
            position = position + sign * numbers(given, column).fill_null(0)
    supplier = (
        texts(given, "supplier")
        if "supplier" in given.columns
        else pl.Series([None], dtype=pl.String).new_from_index(0, given.height)
    )
    frame = pl.DataFrame({"item": texts(given, name), "p": position, "s": supplier}).drop_nulls("item")
    rows = frame.group_by("item").agg(pl.col("p").sort().sum(), pl.col("s").min()).sort("item")
    if rows.height < frame.height:
        warnings.append(
            Warned("repeated", f"{frame.height - rows.height:,} rows of the stock repeat an item; they are added up")
        )
    return dict(zip(rows["item"], rows["p"], strict=True)), dict(zip(rows["item"], rows["s"], strict=True))


def by_item(
    given: str,
    what: str,
    table: pl.DataFrame,
    stock: pl.DataFrame | None,
    item: str,
    known: list[str],
    *,
    zero: bool = False,
) -> dict[str, float]:
    """A number for all, or a column of the stock or the demand: the item's median. Raises InputError for what is no number above 0."""
    try:
        plain = float(given)
    except ValueError:
        plain = math.nan
    if not math.isnan(plain):
        found = dict.fromkeys(known, plain)
    else:
        source = stock if stock is not None and given in stock.columns else table
        present(source, given)
        frame = pl.DataFrame({"item": texts(source, keyed(source, item)), "v": numbers(source, given)}).drop_nulls()
        rows = frame.group_by("item").agg(pl.col("v").median())
        had = dict(zip(rows["item"], rows["v"], strict=True))
        lacking = [name for name in known if name not in had]
        if lacking:
            raise InputError(f"--{what}: column {given!r} has no number for item {lacking[0]!r} (and {len(lacking) - 1:,} more); fill it in",
                code="analysis.bad_value")  # fmt: skip
        found = {name: had[name] for name in known}
    bad = next((name for name, v in found.items() if not math.isfinite(v) or v < 0 or (v == 0 and not zero)), None)
    if bad is not None:
        raise InputError(
            f"--{what} of item {bad!r} is {found[bad]:g}; write a number above 0", code="analysis.bad_number"
        )
    return found
