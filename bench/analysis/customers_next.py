"""What customers take next: Amazon Beauty in full ranking, Ta-Feng baskets with repeats. Nothing of the test part is looked at before."""

from __future__ import annotations

import numpy as np
import polars as pl

from bench.analysis.frame import SHOWN, Figure, Line, at_least, data
from castanea.analysis.customers.recommend import recommend

BEAUTY, TAFENG = "amazon_beauty", "tafeng"
EARLY = 0.6  # of every history, known in the earlier cut


def beauty() -> list[Line]:
    """The last item of each customer; and, cut earlier so that nothing later is known of anyone, the next item after the cut."""
    rows = pl.read_parquet(data("recommend", "amazon_beauty", "sequences.parquet")).rename({"user": "who", "item": "what", "pos": "turn"})  # fmt: skip
    last = pl.col("turn").max().over("who")
    lines = _leave_one(rows.filter(pl.col("turn") < last), rows.filter(pl.col("turn") == last), "last item", 0.0327, 0.0647)  # fmt: skip
    at = (last * EARLY).floor()
    early = _leave_one(rows.filter(pl.col("turn") <= at), rows.filter(pl.col("turn") == at + 1), "cut at 60 %", None, None)  # fmt: skip
    return [*lines, *early]


def _leave_one(
    known: pl.DataFrame, wanted: pl.DataFrame, name: str, ndcg: float | None, hit: float | None
) -> list[Line]:
    told = recommend(known, user="who", item="what", order="turn", k=10, repeat="no")
    found = told.table.join(wanted, left_on=["user", "item"], right_on=["who", "what"])["rank"].to_numpy()
    best = known["what"].value_counts().sort(["count", "what"], descending=[True, False])["what"].head(10)
    naive = wanted.filter(pl.col("what").is_in(best.to_list())).height / wanted.height
    figures = (at_least(0.05), at_least(0.085)) if ndcg else (SHOWN, SHOWN)
    return [
        Line(BEAUTY, f"NDCG@10, {name}", float(np.sum(1 / np.log2(found + 1)) / wanted.height), None, ndcg, figures[0]),
        Line(BEAUTY, f"HR@10, {name}", len(found) / wanted.height, naive, hit, figures[1]),
    ]


def tafeng() -> list[Line]:
    """The next basket of each customer, what they had before included."""
    known = pl.read_parquet(data("recommend", "tafeng", "history.parquet"))
    wanted = pl.read_parquet(data("recommend", "tafeng", "future.parquet"))
    sizes = wanted.group_by("user").len("size")
    lines: list[Line] = []
    for k, naive, figure in ((10, 0.1352, at_least(0.15)), (20, 0.1843, Figure())):
        told = recommend(known, user="user", item="item", order="basket", k=k, repeat="yes")
        hits = told.table.join(wanted, on=["user", "item"]).group_by("user").len("hits")
        both = sizes.join(hits, on="user", how="left").with_columns(pl.col("hits").fill_null(0))
        recall = float((both["hits"] / both["size"]).to_numpy().mean())
        lines.append(Line(TAFENG, f"recall@{k}, with repeats", recall, naive, naive, figure))
        if k == 10:
            lines.append(Line(TAFENG, "customers with a hit@10", float((both["hits"] > 0).to_numpy().mean()), 0.4145, None, SHOWN))  # fmt: skip
    return lines


CASES = {"beauty": beauty, "tafeng": tafeng}
