"""The next products of each customer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl
from scipy import stats

from castanea.analysis.common import Answer, Warned, not_enough, present, texts
from castanea.analysis.customers import next_items
from castanea.analysis.customers.histories import Histories, Ints, held_out, histories
from castanea.analysis.customers.next_items import Mix, Reached
from castanea.kit.errors import InputError

LEAST_TESTED, MOST_TESTED, MOST_K, OFTEN = 30, 1500, 1000, 0.1


@dataclass(frozen=True)
class Asked:
    """For whom (numbers of known customers, names of unknown ones), how many, and what may be offered."""

    known: Ints
    unknown: list[str]
    k: int
    barred: Any  # items never offered


def recommend(
    table: pl.DataFrame, *, user: str, item: str, order: str, basket: str = "", k: int = 10, repeat: str = "", users: pl.DataFrame | None = None,
    items: pl.DataFrame | None = None, level: float = 95, seed: int = 0,
) -> Answer:  # fmt: skip
    """Per customer the `k` items most likely to come next: user, rank, item, score (orders the items of one customer; no unit), chance (the
    share of customers whose next basket held the item of that rank, in the backtest).

    Transitions between baskets, co-occurrence, with `repeat` the customer's own items, and what all take, mixed (`next_items`). The mix is
    chosen on baskets held out (by a clock the latest fifth, learned from what came before; else each customer's last); a mix no
    better than the naive way is replaced by it. Rows of one customer and `order` (or `basket`) are one basket: nothing follows inside it.
    Without `repeat` the data decide: yes where a tenth of the items held out were taken before. `users`: for whom (a column named as `user`,
    or the first); unknown customers get what all take. `items`: what may be offered, by default all that was ever taken.
    Not enough data: under 30 customers with a basket to foretell, or under two items. Raises InputError for bad columns or options."""
    if repeat not in ("", "yes", "no"):
        raise InputError(f"--repeat is {repeat!r}; write yes or no", code="analysis.bad_choice")
    if not 1 <= k <= MOST_K:
        raise InputError(f"--k is {k}; write a whole number from 1 to {MOST_K:,}", code="analysis.bad_number")
    if not 50 <= level <= 99.9:
        raise InputError(f"--level is {level:g}; write a level from 50 to 99.9", code="analysis.bad_level")
    warnings: list[Warned] = []
    all_ = histories(table, user, item, order, basket, warnings)
    asked = _asked(all_, users, items, user, item, k, warnings)
    known, tested, how = held_out(all_)
    if len(tested) < LEAST_TESTED or len(all_.items) < 2:
        return _too_little(all_, tested)
    share = _taken_again(known, tested)
    again = repeat == "yes" or (not repeat and share >= OFTEN)
    if not again:
        tested = _new_only(known, tested)
        if len(tested) < LEAST_TESTED:
            return _too_little(all_, tested)
    mix, ours, naive = next_items.chosen(next_items.memory(known), tested, k, repeat=again, most=MOST_TESTED, seed=seed)
    if mix.alike == 0:
        warnings.append(
            Warned(
                "naive",
                "no mix foretold the baskets held out better than the best-selling (after what the customer took before); that is what is offered",
            )
        )
    if items is None:
        warnings.append(Warned("stock_unknown", "every item that was ever taken may be offered; name those on sale with --items"))  # fmt: skip
    answer = _table(all_, asked, mix, ours, again=again)
    summary = _summary(all_, tested, mix, ours, naive, answer, how, k, share, level, again=again)
    return Answer("recommend", answer, summary, warnings, _words(summary))


def _asked(
    all_: Histories,
    users: pl.DataFrame | None,
    items: pl.DataFrame | None,
    user: str,
    item: str,
    k: int,
    warnings: list[Warned],
) -> Asked:
    place = {name: n for n, name in enumerate(all_.users)}
    names = list(place) if users is None else _names(users, user)
    strange = [str(name) for name in names if name not in place]
    if strange:
        warnings.append(Warned("unknown_customers", f"{len(strange):,} customers have no history, such as {strange[0]!r}; they get what all "
        f"take"))  # fmt: skip
    barred: Any = np.zeros(len(all_.items), dtype=bool)
    if items is not None:
        offered = set(_names(items, item))
        barred = np.array([name not in offered for name in all_.items])
        if barred.all():
            raise InputError("--items names no item of the file; it lists those that may be offered", code="analysis.bad_names")  # fmt: skip
        if missing := len(offered - set(all_.items)):
            warnings.append(Warned("unknown_items", f"{missing:,} items of --items were never taken and cannot be ranked; they are not offered"))  # fmt: skip
    return Asked(np.array([place[n] for n in names if n in place], dtype=np.int64), strange, k, barred)


def _names(table: pl.DataFrame, column: str) -> list[str]:
    present(table)
    return texts(table, column if column in table.columns else table.columns[0]).drop_nulls().unique().sort().to_list()


def _taken_again(known: Histories, tested: dict[int, set[int]]) -> float:
    """The share of the items held out that the customer had taken before."""
    before = set(zip(known.user.tolist(), known.item.tolist(), strict=True))
    every = [(u, i) in before for u, items in sorted(tested.items()) for i in items]
    return float(np.mean(every)) if every else 0.0


def _new_only(known: Histories, tested: dict[int, set[int]]) -> dict[int, set[int]]:
    before: dict[int, set[int]] = {}
    for u, i in zip(known.user.tolist(), known.item.tolist(), strict=True):
        before.setdefault(u, set()).add(i)
    left = {u: items - before.get(u, set()) for u, items in tested.items()}
    return {u: items for u, items in left.items() if items}


def _table(all_: Histories, asked: Asked, mix: Mix, ours: Reached, *, again: bool) -> pl.DataFrame:
    held = next_items.memory(all_)
    who: list[str] = []
    what: list[int] = []
    rank: list[int] = []
    score: list[float] = []

    def add(name: str, top: list[int], scores: Any) -> None:
        good = [i for i in top if i >= 0]
        who.extend([name] * len(good))
        what.extend(good)
        rank.extend(range(1, len(good) + 1))
        score.extend(float(scores[i]) for i in good)

    for some in next_items.blocks(asked.known, len(all_.items)):
        scores = next_items.parts(held, some, mix.decay, mix.damp).mixed(mix)
        barred = asked.barred[None, :] if again else asked.barred[None, :] | next_items.taken(all_, some)
        for n, row in enumerate(next_items.best(scores, barred, asked.k).tolist()):
            add(str(all_.users[int(some[n])]), row, scores[n])
    if asked.unknown:
        plain = mix.all * held.counts / held.counts.max()
        top = next_items.best(plain[None, :], asked.barred[None, :], asked.k)[0].tolist()
        for name in asked.unknown:
            add(name, top, plain)
    chance = [ours.at_rank[r - 1] if r <= len(ours.at_rank) else 0.0 for r in rank]
    return pl.DataFrame(
        {"user": _typed(who), "rank": rank, "item": _typed([str(all_.items[i]) for i in what]), "score": score, "chance": chance},
        schema_overrides={"rank": pl.Int64, "score": pl.Float64, "chance": pl.Float64},
    ).sort("user", "rank")  # fmt: skip


def _typed(names: list[str]) -> pl.Series:
    """Whole numbers where all are."""
    given = pl.Series(names, dtype=pl.String)
    whole = given.cast(pl.Int64, strict=False)
    return whole if whole.null_count() == 0 and (whole.cast(pl.String) == given).all() else given


def _summary(
    all_: Histories, tested: dict[int, set[int]], mix: Mix, ours: Reached, naive: Reached, answer: pl.DataFrame, how: str, k: int, share: float, level: float,
    *, again: bool,
) -> dict[str, Any]:  # fmt: skip
    count = min(len(tested), MOST_TESTED)
    half = float(stats.norm.ppf(0.5 + level / 200)) * float(np.sqrt(max(ours.hit * (1 - ours.hit), 0.0) / count))
    return {
        "k": k, "repeat": "yes" if again else "no", "taken_again": share, "customers": len(all_.users), "items": len(all_.items), "tested": count,
        "test": how, "hit_rate": ours.hit, "hit_rate_lo": max(ours.hit - half, 0.0), "hit_rate_hi": min(ours.hit + half, 1.0), "recall": ours.recall,
        "ndcg": ours.ndcg, "naive_hit_rate": naive.hit, "naive_recall": naive.recall, "naive_ndcg": naive.ndcg, "items_offered": answer["item"].n_unique(),
        "mix": {"decay": mix.decay, "damp": mix.damp, "next": mix.next, "again": mix.again, "all": mix.all, "alike": mix.alike},
    }  # fmt: skip


def _words(told: dict[str, Any]) -> dict[str, str]:
    late = told["test"] == "later in time"
    new_zh, new_en = ("", "") if told["repeat"] == "yes" else ("（不含买过的）", " (what they had is left out)")
    return {
        "zh": f"为每位客户给出最可能买的 {told['k']} 件商品{new_zh}。用{'更晚的' if late else '每位客户最后一次'}购买检验 {told['tested']:,} 位客户："
        f"{told['hit_rate']:.1%} 的下一次购买里至少有一件在推荐之中（区间 {told['hit_rate_lo']:.1%}–{told['hit_rate_hi']:.1%}），"
        f"简单做法（{'先推买过的，再推' if told['repeat'] == 'yes' else '只推'}热销）为 {told['naive_hit_rate']:.1%}。共推荐到 "
        f"{told['items_offered']:,} / {told['items']:,} 件商品。"
        "这说明他们会买什么，不说明推荐带来了多少：请留一组客户不推荐，再比较。商品或季节变了请重算。",
        "en": f"For each customer the {told['k']} items most likely next{new_en}. Tested on the {'later' if late else 'last'} baskets of {told['tested']:,} "
        f"customers: {told['hit_rate']:.1%} held at least one of those offered (range {told['hit_rate_lo']:.1%} to {told['hit_rate_hi']:.1%}); "
        f"the simple way "
        f"({'what they had, then ' if told['repeat'] == 'yes' else ''}the best-selling) {told['naive_hit_rate']:.1%}. {told['items_offered']:,} of "
        f"{told['items']:,} items are offered to someone. This tells what they would buy, not what the offer adds: keep a group without it and compare. "
        "Ask again when the range or the season changes.",
    }  # fmt: skip


def _too_little(all_: Histories, tested: dict[int, set[int]]) -> Answer:
    return not_enough(
        "recommend", f"there are {len(all_.items):,} items and {len(tested):,} customers with a basket to foretell from earlier ones",
        f"two items, and {LEAST_TESTED} customers with two baskets (or one before and one after the last fifth of time) that hold something new",
        "none; `describe --by` the item tells the best-selling",
        f"数据不足：只有 {len(all_.items):,} 件商品、{len(tested):,} 位客户有可供检验的后续购买；至少需要两件商品、{LEAST_TESTED} 位这样的客户。"
        f"可先推荐热销商品。",
        f"Too little: {len(all_.items):,} items, and {len(tested):,} customers with a later basket to test on; two items and {LEAST_TESTED} such "
        f"customers are "
        "needed. Until then offer what sells best.",
    )  # fmt: skip
