"""Which product in which position, from clicks, where higher positions are looked at more.

A click needs a look (by position) and a liking (by item): rate = examination × attraction. Items seen in several positions tell the two apart:
the examination is fitted from how the same item's clicks differ between positions (Joachims, Swaminathan and Schnabel 2017; Agarwal et al. 2019).
Attractions are drawn to their mean as far as their views are few (gamma prior, by its marginal likelihood)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
from scipy import optimize, special, stats
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from castanea.analysis.common import Answer, Warned, not_enough, numbers, present, texts
from castanea.kit.errors import InputError

Floats = npt.NDArray[np.float64]
CLICKS = 30  # below which no rate is known
STEPS = 2000


@dataclass(frozen=True)
class Cells:
    """Views and clicks by item (row) and position (column), and the items and positions by name. With propensities, `shown` and `clicked`
    are those of a page that shows all alike: each row weighs 1 / its chance (self-normalised, Swaminathan and Joachims 2015), as many views
    as the weighted ones are worth (Kish). `views`, `clicks`: of each item, as counted."""

    items: list[str]
    positions: list[int]
    shown: Floats
    clicked: Floats
    views: Floats
    clicks: Floats


def slots(
    table: pl.DataFrame,
    *,
    item: str,
    position: str,
    shown: str,
    clicked: str,
    propensity: str = "",
    level: float = 95,
    seed: int = 0,
) -> Answer:
    """Per item: position (the best; null where there are more items than positions), item, attraction (clicks a view in the first position),
    lo, hi. Summary: examination (position → looks, the first 1), expected_clicks (a view of the whole page, in the best order),
    off_policy_value, lo, hi (the same from the clicks seen where that order was shown, the model standing in where it was not).

    `shown`, `clicked` are counts; `propensity`: the chance that the row's item had of that position; rows of one item and position with
    other chances (visitors, times) are weighted by it. `seed` changes nothing: nothing is drawn. Raises InputError."""
    del seed
    if not 0 < level < 100:
        raise InputError(f"--level is {level:g}; write a number between 0 and 100", code="analysis.bad_number")
    warnings: list[Warned] = []
    cells = _cells(table, item, position, shown, clicked, propensity, warnings)
    total = float(cells.clicks.sum())
    if total < CLICKS or total >= cells.views.sum():
        return not_enough("slots", f"there are {total:,.0f} clicks in {cells.views.sum():,.0f} views", f"{CLICKS} clicks, and views without any",
            "none: the order stays as it is", f"数据不足：{total:,.0f} 次点击，至少需要 {CLICKS} 次，且要有未点击的展示；请保持现有排序。",
            f"Not enough data: {total:,.0f} clicks; at least {CLICKS} are needed, and views without any. Keep the present order.")  # fmt: skip
    looks = _examination(cells, warnings)
    answer, summary = _placed(cells, looks, level)
    return Answer("slots", answer, summary, warnings, _words(answer, summary, level))


def _cells(
    table: pl.DataFrame, item: str, position: str, shown: str, clicked: str, propensity: str, warnings: list[Warned]
) -> Cells:
    present(table, item, position, shown, clicked, propensity)
    chance = (
        numbers(table, propensity)
        if propensity
        else pl.Series([None], dtype=pl.Float64).new_from_index(0, table.height)
    )
    frame = pl.DataFrame(
        {
            "i": texts(table, item),
            "p": numbers(table, position),
            "n": numbers(table, shown),
            "c": numbers(table, clicked),
            "x": chance,
        }
    )
    bad = (
        (frame["n"] < 0)
        | (frame["c"] < 0)
        | (frame["c"] > frame["n"])
        | (frame["p"] != frame["p"].round())
        | (frame["p"] < 0)
    )
    if rows := bad.fill_null(value=False).arg_true().to_list():
        raise InputError(f"row {rows[0] + 1:,}: clicks are from 0 to what was shown, positions whole numbers from 0 on; mend it or leave it out",
            code="analysis.bad_value")  # fmt: skip
    if rows := ((frame["x"] <= 0) | (frame["x"] > 1)).fill_null(value=False).arg_true().to_list():
        raise InputError(
            f"column {propensity!r}, row {rows[0] + 1:,}: a chance is above 0 and at most 1", code="analysis.bad_value"
        )
    whole = frame.drop_nulls(["i", "p", "n", "c", *(["x"] if propensity else [])])
    if whole.height < frame.height:
        warnings.append(
            Warned("gaps", f"{frame.height - whole.height:,} of {frame.height:,} rows lack something and are left out")
        )
    chance_of = pl.col("x") if propensity else pl.lit(1.0)
    weights = {"wn": pl.col("n") / chance_of, "wc": pl.col("c") / chance_of, "wn2": pl.col("n") / chance_of**2}
    rows_ = (
        whole.group_by("i", "p")
        .agg(
            pl.col("n").sort().sum(),
            pl.col("c").sort().sum(),
            *(weight.sort().sum().alias(name) for name, weight in weights.items()),
        )
        .filter(pl.col("n") > 0)
        .with_columns(worth=pl.col("wn") ** 2 / pl.col("wn2"))
        .with_columns(liked=pl.col("wc") / pl.col("wn") * pl.col("worth"))
        .sort("i", "p")
    )
    items, positions = rows_["i"].unique().sort().to_list(), rows_["p"].unique().sort().to_list()
    if not items:
        nothing = np.zeros((0, 0))
        return Cells([], [], nothing, nothing, np.zeros(0), np.zeros(0))
    rows_at, columns_at = (
        np.searchsorted(np.array(items), rows_["i"].to_numpy().astype(str)),
        np.searchsorted(positions, rows_["p"]),
    )
    grids = {name: np.zeros((len(items), len(positions))) for name in ("worth", "liked", "n", "c")}
    for name, grid in grids.items():
        grid[rows_at, columns_at] = rows_[name].to_numpy()
    counted = grids["n"].sum(axis=1), grids["c"].sum(axis=1)
    return Cells(items, [int(p) for p in positions], grids["worth"], grids["liked"], *counted)


def _examination(cells: Cells, warnings: list[Warned]) -> Floats:
    """Looks of each position, the first 1."""
    n, c = cells.shown, cells.clicked
    count = len(cells.positions)
    row, column = np.nonzero(n)
    graph = coo_matrix((np.ones(len(row)), (row, column + len(n))), shape=(len(n) + count,) * 2)
    parts, _ = connected_components(graph, directed=False)
    if count > 1 and parts > 1:
        warnings.append(Warned("no_swaps", "not all positions share items, so looks and liking cannot be told apart; looks are taken from all "
            "clicks of a position, as if its items were alike. Swap items between positions for some views"))  # fmt: skip
        looks = (c.sum(axis=0) + 0.5) / (n.sum(axis=0) + 1)
        return np.asarray(looks / looks[0])
    clicks, looks = c.sum(axis=0) + 0.5, np.ones(count)
    for _ in range(STEPS):
        liked = c.sum(axis=1) / (n @ looks)
        held = looks
        looks = clicks / np.maximum(liked @ n, 1e-12)
        looks = looks / looks[0]
        if np.abs(looks - held).max() < 1e-12 * looks.max():
            break
    return np.asarray(looks)


def _prior(clicks: Floats, views: Floats) -> tuple[float, float]:
    """Shape and rate of the gamma that the items' attractions come from."""
    mean = clicks.sum() / views.sum()

    def loss(log_shape: float) -> float:
        a = float(np.exp(log_shape))
        b = a / mean
        return -float(
            np.sum(special.gammaln(clicks + a) - special.gammaln(a) + a * np.log(b) - (clicks + a) * np.log(b + views))
        )

    a = float(np.exp(optimize.minimize_scalar(loss, bounds=(-4, 8), method="bounded").x))
    return a, a / float(mean)


def _placed(cells: Cells, looks: Floats, level: float) -> tuple[pl.DataFrame, dict[str, Any]]:
    clicks, views = cells.clicked.sum(axis=1), cells.shown @ looks
    a, b = _prior(clicks, views)
    liked = (clicks + a) / (views + b)
    low, high = (stats.gamma.ppf(q, clicks + a, scale=1 / (views + b)) for q in (0.5 - level / 200, 0.5 + level / 200))
    order = sorted(range(len(liked)), key=lambda i: (-round(float(liked[i]), 12), cells.items[i]))
    ranked = np.argsort(-np.round(looks, 12), kind="stable")
    best = list(zip(order, ranked, strict=False))
    place = {i: cells.positions[int(p)] for i, p in best}
    shown_first = sorted(order[: len(best)], key=lambda i: place[i]) + order[len(best) :]
    rows = pl.DataFrame(
        {"position": [place.get(i) for i in shown_first], "item": [cells.items[i] for i in shown_first], "attraction": liked[shown_first],
         "lo": low[shown_first], "hi": high[shown_first], "shown": cells.views[shown_first], "clicked": cells.clicks[shown_first]},
        schema_overrides={"position": pl.Int64},
    )  # fmt: skip
    expected = [float(np.minimum(liked[i] * looks[p], 1.0)) for i, p in best]
    value, spread, seen = 0.0, 0.0, 0
    for (i, p), rate in zip(best, expected, strict=True):
        n, c = cells.shown[i, p], cells.clicked[i, p]
        unknown = (high[i] - low[i]) * looks[p] / 2 / stats.norm.ppf(0.5 + level / 200)
        if n >= CLICKS:
            value, spread, seen = value + c / n, spread + (c + 1) / (n + 2) * (n - c + 1) / (n + 2) / n, seen + 1
        else:
            value, spread = value + rate, spread + unknown**2
    half = float(stats.norm.ppf(0.5 + level / 200)) * float(np.sqrt(spread))
    summary = {
        "examination": {str(p): float(e) for p, e in zip(cells.positions, looks, strict=True)}, "expected_clicks": float(np.sum(expected)),
        "off_policy_value": float(value), "lo": max(0.0, float(value) - half), "hi": float(value) + half, "positions_seen": seen,
        "clicks_now": float((cells.clicked.sum(axis=0) / cells.shown.sum(axis=0)).sum()),
    }  # fmt: skip
    return rows, summary


def _words(rows: pl.DataFrame, summary: dict[str, Any], level: float) -> dict[str, str]:
    first = rows.row(0, named=True)
    now, value, lo, hi = (summary[k] for k in ("clicks_now", "off_policy_value", "lo", "hi"))
    zh = (f"第 {first['position']} 位最适合“{first['item']}”（每次被看到的点击率约 {first['attraction']:.2%}，"
        f"{level:g}% 区间 {first['lo']:.2%} 到 {first['hi']:.2%}）。"
        f"按此排序，每次整页展示约 {value:.3g} 次点击（{lo:.3g} 到 {hi:.3g}），现在约 {now:.3g} 次。")  # fmt: skip
    en = (f"Position {first['position']} goes best to “{first['item']}” (about {first['attraction']:.2%} clicks a look, "
        f"{first['lo']:.2%} to {first['hi']:.2%} at {level:g} %). "
        f"In this order a view of the whole page brings about {value:.3g} clicks ({lo:.3g} to {hi:.3g}); now about {now:.3g}.")  # fmt: skip
    if lo <= now <= hi:
        zh += "这与现状的差别还无法与偶然波动区分，建议先小范围测试。"
        en += " We cannot tell this apart from the present order yet; test it on some of the views first."
    return {"zh": zh, "en": en}
