"""What each customer bought, basket after basket."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Warned, numbers, present, texts, times
from castanea.kit.errors import InputError

Ints = npt.NDArray[np.int64]
MOST_ITEMS = 300  # latest rows of a customer that are looked at
MIXED = 0.2  # share of cells that are no numbers, up to which a column holds numbers


@dataclass(frozen=True)
class Histories:
    """One row per customer, basket and item, sorted by customer and time. `basket` numbers the baskets over all customers.

    `items` are in the order of their buyers, most first, so that the smaller number wins a tie. `at`: when, in the unit of the order.

    `clock`: times are those of one clock for all customers, not each one's own count."""

    user: Ints
    basket: Ints
    item: Ints
    at: Ints
    users: tuple[object, ...]
    items: tuple[object, ...]
    clock: bool

    def part(self, rows: npt.NDArray[np.bool_]) -> Histories:
        return Histories(self.user[rows], self.basket[rows], self.item[rows], self.at[rows], self.users, self.items, self.clock)  # fmt: skip

    @property
    def last(self) -> Ints:
        """Of each customer, the number of the last basket; -1 for one without any."""
        found = np.full(len(self.users), -1, dtype=np.int64)
        np.maximum.at(found, self.user, self.basket)
        return found

    @property
    def first(self) -> Ints:
        """Of each customer, the number of the first basket; beyond all for one without any."""
        found = np.full(len(self.users), np.iinfo(np.int64).max, dtype=np.int64)
        np.minimum.at(found, self.user, self.basket)
        return found


def histories(table: pl.DataFrame, user: str, item: str, order: str, basket: str, warnings: list[Warned]) -> Histories:
    """Raises InputError for columns that are not there or hold no times."""
    present(table, user, item, order, basket or None)
    if len({user, item, order, *([basket] if basket else [])}) < 3 + bool(basket and basket != order):
        raise InputError("--user, --item and --order name one column twice; each is a column of its own", code="analysis.bad_names")  # fmt: skip
    at, clock = _when(table, order)
    frame = pl.DataFrame({
        "user": texts(table, user), "item": texts(table, item), "at": at,
        "basket": texts(table, basket) if basket else at.cast(pl.String),
    })  # fmt: skip
    whole = frame.drop_nulls()
    if whole.height < frame.height:
        warnings.append(Warned("gaps", f"{frame.height - whole.height:,} rows lack the customer, the item or the basket and are left out"))  # fmt: skip
    kept = (
        whole.with_columns(pl.col("at").min().over("user", "basket"))
        .unique(["user", "basket", "item"])
        .sort("user", "at", "basket", "item")
    )
    recent = kept.filter(pl.int_range(pl.len(), dtype=pl.Int64).reverse().over("user") < MOST_ITEMS)
    if recent.height < kept.height:
        warnings.append(Warned("long_histories", f"of customers with more than {MOST_ITEMS} rows the latest {MOST_ITEMS} are looked at"))  # fmt: skip
    bought = recent.group_by("item").agg(pl.col("user").n_unique().alias("n")).sort(["n", "item"], descending=[True, False])  # fmt: skip
    items = bought["item"].to_list()
    users = recent["user"].unique().sort()
    return Histories(
        recent["user"].replace_strict(users, pl.int_range(len(users), eager=True), return_dtype=pl.Int64).to_numpy(),
        recent.select(pl.struct("user", "basket").rle_id().cast(pl.Int64)).to_series().to_numpy(),
        recent["item"].replace_strict(items, list(range(len(items))), return_dtype=pl.Int64).to_numpy(),
        recent["at"].to_numpy(), tuple(users.to_list()), tuple(items), clock or _started_apart(recent),
    )  # fmt: skip


def _when(table: pl.DataFrame, order: str) -> tuple[pl.Series, bool]:
    """Whether it holds dates, beside. A column that is mostly numbers is one of numbers, whatever else is in it."""
    words = texts(table, order).drop_nulls()
    parsed = words.cast(pl.Float64, strict=False)
    dates = table[order].dtype.is_temporal() or words.str.contains(r"^(19|20)\d{6}$").mean() == 1
    if dates or parsed.null_count() > MIXED * len(words):
        return times(table, order).values.cast(pl.Int64), True
    return numbers(table, order, gaps=False).rank("dense").cast(pl.Int64), False


def _started_apart(rows: pl.DataFrame) -> bool:
    """Whether most customers begin at different times, as they do by a clock and not by a count of their own."""
    begun = rows.group_by("user").agg(pl.col("at").min())["at"]
    return begun.is_empty() or int((begun == begun.min()).sum()) < len(begun) / 2


def held_out(all_: Histories) -> tuple[Histories, dict[int, set[int]], str]:
    """What is known, and what is to be foretold: with times of one clock, each customer's first basket after the moment before which four fifths of the
    baskets lie; with baskets counted for each, the last basket of each customer with two or more."""
    if all_.clock:
        _, where = np.unique(all_.basket, return_index=True)
        cut = np.quantile(all_.at[where], 0.8, method="higher")
        later = all_.part(all_.at >= cut)
        known, wanted, how = all_.part(all_.at < cut), later.part(later.basket == later.first[later.user]), "later in time"  # fmt: skip
    else:
        last = all_.basket == all_.last[all_.user]
        known, wanted, how = all_.part(~last), all_.part(last), "last basket of each customer"
    tested: dict[int, set[int]] = {}
    having = np.zeros(len(all_.users), dtype=bool)
    having[known.user] = True
    for who, what in zip(wanted.user.tolist(), wanted.item.tolist(), strict=True):
        if having[who]:
            tested.setdefault(who, set()).add(what)
    return known, tested, how
