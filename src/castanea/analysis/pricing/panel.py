"""Sales at prices, ready to be looked at: one row per product, store and time, nothing guessed away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Times, Warned, numbers, present, texts, times
from castanea.kit.errors import InputError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
DAY = 86_400_000_000  # microseconds
SPARSE = 0.7  # share of the days with a sale below which order lines are added up by week


@dataclass(frozen=True)
class Panel:
    """Row by row: the product (a place in `products`), the store, price and units (> 0, ≥ 0), promotions (rows × promotions), the cost of a
    unit where it is given. `place`: the day, or the number of the period (`counted`); None where the file has no time."""

    products: Sequence[str]
    product: Ints
    store: Ints
    place: Ints | None
    counted: bool
    price: Floats
    units: Floats
    promotion: Floats
    cost: Floats | None
    rival: Floats | None

    def parts(self) -> list[Panel]:
        """The rows of each product."""
        order = np.argsort(self.product, kind="stable")
        ends = np.searchsorted(self.product[order], np.arange(1, len(self.products)))
        return [self.of(at) for at in np.split(order, ends)]

    def of(self, at: Ints) -> Panel:
        """These rows alone."""
        return Panel(
            self.products, self.product[at], self.store[at], None if self.place is None else self.place[at], self.counted, self.price[at],
            self.units[at], self.promotion[at], None if self.cost is None else self.cost[at], None if self.rival is None else self.rival[at],
        )  # fmt: skip


def panel_of(
    table: pl.DataFrame, product: str, price: str, units: str, time: str, store: str, promotion: Sequence[str], cost: str, rival: str,
) -> tuple[Panel, list[Warned]]:  # fmt: skip
    """The rows that can be used, and what was left out or joined. Raises InputError."""
    asked = [product, price, units, *promotion, *(n for n in (time, store, cost, rival) if n)]
    if len(set(asked)) < len(asked):
        raise InputError(f"a column is named twice among {', '.join(asked)}; name each once", code="analysis.bad_names")
    present(table, *asked)
    given: dict[str, pl.Series] = {
        "product": texts(table, product),
        "price": numbers(table, price),
        "units": numbers(table, units),
    }
    given["store"] = texts(table, store) if store else pl.Series(["-"]).new_from_index(0, table.height)
    given |= {f"promotion{n}": numbers(table, name) for n, name in enumerate(promotion)}
    given |= {"cost": numbers(table, cost)} if cost else {}
    given |= {"rival": numbers(table, rival)} if rival else {}
    at = times(table, time) if time else None
    given |= {"place": _places(at)} if at else {}
    rows, warnings = _usable(pl.DataFrame([values.alias(name) for name, values in given.items()]))
    rows, joined = _joined(rows, dated=at is not None and not at.counted)
    if joined:
        warnings.append(joined)
    names = _ordered(rows["product"])
    numbered = rows["product"].replace_strict(names, range(len(names)), return_dtype=pl.Int64).to_numpy()
    places = rows["place"].to_numpy() if at else None
    promotions = (
        rows.select(pl.col(r"^promotion\d+$")).to_numpy().reshape(rows.height, len(promotion)).astype(np.float64)
    )
    return Panel(
        names, numbered, rows["store"].rank("dense").cast(pl.Int64).to_numpy(), places, at is not None and at.counted, rows["price"].to_numpy(),
        rows["units"].to_numpy(), promotions, rows["cost"].to_numpy() if cost else None, rows["rival"].to_numpy() if rival else None,
    ), warnings  # fmt: skip


def _places(at: Times) -> pl.Series:
    return at.values if at.counted else at.values.cast(pl.Int64) // DAY


def _usable(rows: pl.DataFrame) -> tuple[pl.DataFrame, list[Warned]]:
    warnings: list[Warned] = []
    for code, keep, why in (
        ("gaps", ~pl.any_horizontal(pl.all().is_null()), "lack a value"),
        ("no_price", pl.col("price") > 0, "have a price of 0 or below"),
        ("returns", pl.col("units") >= 0, "have units below 0 (returns)"),
    ):
        kept = rows.filter(keep)
        if kept.height < rows.height:
            warnings.append(Warned(code, f"{rows.height - kept.height:,} rows {why} and are left out"))
        rows = kept
    return rows.sort(rows.columns), warnings


def _joined(rows: pl.DataFrame, *, dated: bool) -> tuple[pl.DataFrame, Warned | None]:
    """Rows of one product, store and time added up, at their mean price; order lines on few of the days by week."""
    key = [name for name in ("product", "store", "place") if name in rows.columns]
    if "place" not in key or not rows.select(pl.struct(key).is_duplicated().any()).item():
        return rows, None
    by = "day" if dated else "time"
    if dated:
        length = pl.col("place").max() - pl.col("place").min() + 1
        days = rows.group_by("product", "store").agg(pl.col("place").n_unique().alias("n"), length.alias("span"))
        if int(days["n"].sum()) < SPARSE * int(days["span"].sum()):
            rows, by = rows.with_columns((pl.col("place") + 3) // 7 * 7 - 3), "week"
    weight = pl.col("units").clip(lower_bound=1e-9)
    means = [name for name in rows.columns if name not in (*key, "units")]
    joined = (
        rows.group_by(key)
        .agg(pl.col("units").sum(), *((pl.col(n) * weight).sum() / weight.sum() for n in means))
        .sort(key)
    )
    return joined.select(rows.columns), Warned("rows_joined", f"{rows.height:,} rows were added up to "
        f"{joined.height:,}, one per product, store and {by}, at their mean price")  # fmt: skip


def _ordered(values: pl.Series) -> list[str]:
    """Names in the order of their numbers where all are numbers."""
    names = values.unique().sort()
    numbered = names.cast(pl.Float64, strict=False)
    return (names.gather(numbered.arg_sort()) if numbered.null_count() == 0 else names).to_list()
