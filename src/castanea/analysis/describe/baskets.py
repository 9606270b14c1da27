"""What is bought together: association rules over baskets, by intersecting bit sets (Eclat; Zaki, IEEE TKDE 12, 2000)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Answer, Warned, present, texts
from castanea.kit.errors import InputError

MOST_ITEMS = 3_000  # frequent items; with more, the support asked is too small to say anything
MOST_SETS = 500_000
Bits = npt.NDArray[np.uint8]


def baskets(table: pl.DataFrame, *, basket: str, item: str, support: float = 0.006, confidence: float = 0.25) -> Answer:
    """Rules antecedent → consequent (one item) with at least the support (share of all baskets that hold both) and the confidence
    (share of the baskets with the antecedent that hold the consequent, too); lift = confidence ÷ the consequent's own share; count of
    baskets. The same item twice in a basket is once."""
    for name, share in (("--support", support), ("--confidence", confidence)):
        if not 0 < share <= 1:
            raise InputError(f"{name} is {share}; it is a share above 0 up to 1", code="analysis.bad_share")
    present(table, basket, item)
    frame = pl.DataFrame({"basket": texts(table, basket), "item": texts(table, item)})
    whole = frame.drop_nulls().unique().sort("basket", "item")
    lost = frame.height - frame.drop_nulls().height
    warnings = (
        [Warned("gaps", f"{lost:,} of {frame.height:,} rows lack the basket or the item and are left out")]
        if lost
        else []
    )
    if not whole.height:
        raise InputError("no row names a basket and an item", code="analysis.empty")
    total = whole["basket"].n_unique()
    least = max(1, int(np.ceil(support * total - 1e-9)))
    items, bits = _frequent_items(whole, least)
    found = dict(_sets(bits, least))
    rows = _rules(found, items, total, confidence)
    summary = {"baskets": total, "items": whole["item"].n_unique(), "frequent_sets": len(found), "rules": rows.height}
    return Answer("baskets", rows, summary, warnings, _words(rows, total))


def _frequent_items(whole: pl.DataFrame, least: int) -> tuple[list[str], Bits]:
    """Items in at least so many baskets, sorted, and which baskets hold each: one bit a basket."""
    counts = whole.group_by("item").len().filter(pl.col("len") >= least).sort("item")
    if counts.height > MOST_ITEMS:
        raise InputError(
            f"{counts.height:,} items reach the support; that many rules say nothing: ask for a greater --support",
            code="analysis.too_many",
        )
    items = counts["item"].to_list()
    kept = whole.join(counts.select("item", pl.int_range(pl.len()).alias("row")), on="item")
    place = kept["basket"].rank("dense").to_numpy() - 1
    held = np.zeros((len(items), whole["basket"].n_unique()), dtype=bool)
    held[kept["row"].to_numpy(), place] = True
    return items, np.packbits(held, axis=1)


def _sets(bits: Bits, least: int) -> Iterator[tuple[tuple[int, ...], int]]:
    """Every frequent set of items, as sorted numbers, with its count."""
    singles = np.bitwise_count(bits).sum(axis=1, dtype=np.int64)
    waiting: list[tuple[tuple[int, ...], list[int], Bits]] = []
    given = 0
    for number, count in enumerate(singles.tolist()):
        yield (number,), count
    waiting.append(((), list(range(len(bits))), bits))
    while waiting:
        prefix, members, rows = waiting.pop()
        for place, member in enumerate(members[:-1]):
            both = rows[place] & rows[place + 1 :]
            counts = np.bitwise_count(both).sum(axis=1, dtype=np.int64)
            kept = np.flatnonzero(counts >= least)
            head = (*prefix, member)
            further = [members[place + 1 + k] for k in kept.tolist()]
            for other, count in zip(further, counts[kept].tolist(), strict=True):
                yield (*head, other), count
            given += len(further)
            if given > MOST_SETS:
                raise InputError(
                    "too many sets reach the support; ask for a greater --support", code="analysis.too_many"
                )
            if len(further) > 1:
                waiting.append((head, further, both[kept]))


def _rules(found: dict[tuple[int, ...], int], items: list[str], total: int, confidence: float) -> pl.DataFrame:
    rows = []
    for members, count in found.items():
        if len(members) < 2:
            continue
        for consequent in members:
            antecedent = tuple(m for m in members if m != consequent)
            sure = count / found[antecedent]
            if sure >= confidence - 1e-12:
                left = ";".join(sorted(items[m] for m in antecedent))
                rows.append((left, items[consequent], count / total, sure, sure / (found[consequent,] / total), count))
    kinds = {
        "antecedent": pl.String,
        "consequent": pl.String,
        "support": pl.Float64,
        "confidence": pl.Float64,
        "lift": pl.Float64,
        "count": pl.Int64,
    }
    table = pl.DataFrame(rows, schema=kinds, orient="row")
    return table.sort(["lift", "count", "antecedent", "consequent"], descending=[True, True, False, False])


def _words(rows: pl.DataFrame, total: int) -> dict[str, str]:
    if not rows.height:
        return {
            "zh": f"{total:,} 个购物篮里没有达到要求的规律；可以降低支持度或置信度。",
            "en": f"No rule holds in {total:,} baskets; ask for less support or confidence.",
        }
    left, right, _, sure, lift, count = rows.row(0)
    zh = f"{total:,} 个购物篮里有 {rows.height:,} 条规律。最强的：买“{left}”的人中 {sure:.0%} 也买“{right}”，"
    en = f"{rows.height:,} rules in {total:,} baskets. The strongest: {sure:.0%} of those with “{left}” also buy “{right}”, "
    return {
        "zh": f"{zh}是平常的 {lift:.1f} 倍（{count:,} 次）。",
        "en": f"{en}{lift:.1f} times the usual ({count:,} baskets).",
    }
