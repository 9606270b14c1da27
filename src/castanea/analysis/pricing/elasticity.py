"""How units answer to price, product by product, and what products tell of one another.

ln units = slope · ln price + promotions + (trend, season, weekday) + store. Everything but the price is taken out of both sides first (Frisch and
Waugh), so that one slope is left. Where some rows sold nothing the same is fitted by Poisson pseudo-likelihood, which takes zeros as they
are (Santos Silva and Tenreyro, Review of Economics and Statistics 88, 2006). Errors: robust to stores and to times that go together
(Cameron, Gelbach and Miller, 2011; over time with Bartlett's weights, lag 1.3·√T, Lazarus et al., 2018), the wider of the two and of both."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy import stats

from castanea.analysis.pricing.panel import Floats, Ints, Panel, panel_of

FEW_ZEROS = 0.01  # share of rows without sales below which they are left out
YEAR, WEEK, HARMONICS = 365.25, 7, 2
CLUSTERS = 10  # fewer stores or times say little of how they go together
SPREAD = 0.25  # products are never taken for more alike than this (standard deviation of slopes)
FLAT = 1e-8  # share of the price's variation below which the rest explains it all
ROUNDS = 100


@dataclass(frozen=True)
class Slope:
    """The elasticity of a product by its own rows; `se` robust, `df` degrees of freedom; `promotion`: what a promotion adds to ln units."""

    slope: float
    se: float
    df: float
    promotion: Floats
    rows: int

    @property
    def variance(self) -> float:
        """Of the slope, Student's tails counted in."""
        return float(self.se**2 * (self.df / (self.df - 2) if self.df > 2 else 9.0))


def elasticities(
    table: pl.DataFrame, *, product: str, price: str, units: str, time: str = "", store: str = "", promotion: tuple[str, ...] = (),
) -> pl.DataFrame:  # fmt: skip
    """product, elasticity, se, df, rows: by each product's own rows with store effects and promotions, without time effects and before
    products are held against each other; null where it cannot be told. `time` only serves the errors. Raises InputError."""
    panel, _ = panel_of(table, product, price, units, time, store, promotion, "", "")
    found = [slope_of(panel.of(n), timed=False) for n in range(len(panel.products))]
    return pl.DataFrame(
        {
            "product": list(panel.products),
            "elasticity": [s.slope if s else None for s in found],
            "se": [s.se if s else None for s in found],
            "df": [s.df if s else None for s in found],
            "rows": [int((panel.product == n).sum()) for n in range(len(panel.products))],
        },
        schema={"product": pl.String, "elasticity": pl.Float64, "se": pl.Float64, "df": pl.Float64, "rows": pl.Int64},
    )


def slope_of(rows: Panel, *, timed: bool, other: Floats | None = None) -> Slope | None:
    """The slope of a product's rows; None where they cannot tell it (too few, or the price moves only with the rest). `timed`: with trend,
    season of the year and weekday as far as the times allow. `other`: the slope of this instead, the own price held (cross effects)."""
    some = rows.units > 0
    if not some.any():
        return None
    poisson = float(1 - some.mean()) > FEW_ZEROS
    at = np.flatnonzero(np.isin(rows.store, np.unique(rows.store[some]))) if poisson else np.flatnonzero(some)
    rest = [rows.promotion[at]]
    if timed and rows.place is not None:
        rest.append(_times(rows.place[at], counted=rows.counted))
    x = np.log(rows.price[at])
    if other is not None:
        rest.append(x[:, None])
        x = other[at]
    store = np.unique(rows.store[at], return_inverse=True)[1]
    place = None if rows.place is None else rows.place[at]
    rest_ = np.column_stack(rest)
    if poisson:
        return _by_poisson(rows.units[at], x, rest_, store, place, rows.promotion.shape[1])
    return _by_squares(np.log(rows.units[at]), x, rest_, store, place, np.ones(len(at)), rows.promotion.shape[1])


def _by_squares(
    y: Floats, x: Floats, rest: Floats, store: Ints, place: Ints | None, weight: Floats, promotions: int
) -> Slope | None:
    around = _within(np.column_stack([y, x, rest]), store, weight)
    y, x, rest = around[:, 0], around[:, 1], around[:, 2:]
    spread = float(weight @ x**2)
    if spread <= FLAT * float(weight.sum()):
        return None
    root = np.sqrt(weight)
    scale = np.sqrt((weight[:, None] * rest**2).sum(axis=0))
    kept = scale > FLAT * np.sqrt(weight.sum())
    z = rest[:, kept] / scale[kept]
    own = x - z @ np.linalg.lstsq(z * root[:, None], x * root, rcond=1e-9)[0] if z.shape[1] else x
    bread = float(weight @ own**2)
    used = int(store.max()) + 1 + (int(np.linalg.matrix_rank(z * root[:, None], tol=1e-8)) if z.shape[1] else 0) + 1
    if bread <= 1e-4 * spread or len(y) - used < 3:
        return None
    slope = float(weight @ (own * y)) / bread
    left = y - slope * x
    others = np.zeros(rest.shape[1])
    if z.shape[1]:
        others[kept] = np.linalg.lstsq(z * root[:, None], left * root, rcond=1e-9)[0] / scale[kept]
        left = left - rest @ others
    variance, df = _variance(weight * own * left, bread, store, place, used)
    return Slope(slope, max(variance, 1e-16) ** 0.5, df, others[:promotions], len(y))


def _by_poisson(
    units: Floats, x: Floats, rest: Floats, store: Ints, place: Ints | None, promotions: int
) -> Slope | None:
    """Iterated weighted squares; the last round's weights and working values give slope and errors."""
    mean = float(units.mean())
    scaled = units / mean
    eta = np.log((scaled + 1) / 2)
    columns = np.column_stack([x, rest])
    columns = columns - columns.mean(axis=0)
    for _ in range(ROUNDS):
        weight = np.exp(np.clip(eta, -20, 20))
        working = eta + (scaled - weight) / weight
        around = _within(np.column_stack([working, columns]), store, weight)
        root = np.sqrt(weight)[:, None]
        found = np.linalg.lstsq(around[:, 1:] * root, around[:, 0] * root[:, 0], rcond=1e-9)[0]
        level = working - around[:, 0] - (columns - around[:, 1:]) @ found  # the store's own
        fresh = level + columns @ found
        step = float(np.abs(np.exp(np.clip(fresh, -20, 20)) - weight).max())
        eta = fresh
        if step < 1e-9 * (1 + float(weight.max())):
            break
    weight = np.exp(np.clip(eta, -20, 20))
    return _by_squares(eta + (scaled - weight) / weight, x, rest, store, place, weight, promotions)


def _within(values: Floats, store: Ints, weight: Floats) -> Floats:
    """Values less the weighted mean of their store."""
    total = np.bincount(store, weight)
    means = np.column_stack([np.bincount(store, weight * column) / total for column in values.T])
    return np.asarray(values - means[store])


def _times(place: Ints, *, counted: bool) -> Floats:
    """A trend; of days also the season of the year where there are two of them, and the weekday where the days hold several."""
    t = place.astype(np.float64)
    span = float(t.max() - t.min()) or 1.0
    columns = [(t - t.mean()) / span]
    if not counted:
        if span >= 2 * YEAR - 14:
            turns = 2 * np.pi * t[:, None] / YEAR * np.arange(1, HARMONICS + 1)
            columns += [*np.sin(turns).T, *np.cos(turns).T]
        weekdays = place % WEEK
        columns += [(weekdays == day).astype(np.float64) for day in np.unique(weekdays)[1:] if span >= 8 * WEEK - 1]
    return np.column_stack(columns)


def _variance(score: Floats, bread: float, store: Ints, place: Ints | None, used: int) -> tuple[float, float]:
    n = len(score)
    alone = float(score @ score)
    found, df = [alone], float(n - used)
    stores = int(store.max()) + 1
    by_store = None
    if stores >= CLUSTERS:
        by_store = float((np.bincount(store, score) ** 2).sum()) * stores / (stores - 1)
        found, df = [*found, by_store], min(df, stores - 1.0)
    if place is not None:
        numbered = np.unique(place, return_inverse=True)[1]
        count = int(numbered.max()) + 1
        if count >= CLUSTERS:
            sums = np.bincount(numbered, score)
            lags = min(int(np.ceil(1.3 * count**0.5)), count // 2)
            long = float(sums @ sums) + sum(
                2 * (1 - k / (lags + 1)) * float(sums[k:] @ sums[:-k]) for k in range(1, lags + 1)
            )
            by_time = max(long, float(sums @ sums)) * count / (count - 1)
            found, df = [*found, by_time], min(df, max(4.0, 1.5 * count / lags))
            if by_store is not None:
                found.append(by_store + by_time - alone)
    return max(found) * n / (n - used) / bread**2, df


@dataclass(frozen=True)
class Shrunk:
    """The products' common mean and spread, and each one's slope and standard error after being held against the others."""

    mean: float | None
    spread: float | None
    slope: Floats
    se: Floats


def shrunk(slopes: list[Slope | None]) -> Shrunk:
    """Each slope drawn towards the products' mean, the more the less is known of it: random effects, the spread by Paule and Mandel's
    equation (Journal of Research of the NBS 87, 1982), never below `SPREAD`. Products that cannot tell get the mean and the spread; of
    fewer than three that can, each stands alone (NaN for one that cannot)."""
    known = np.array([s is not None for s in slopes], dtype=bool)
    b = np.array([s.slope if s else np.nan for s in slopes], dtype=np.float64)
    v = np.array([s.variance if s else np.nan for s in slopes], dtype=np.float64)
    if known.sum() < 3:
        return Shrunk(None, None, b, np.sqrt(v))
    tau = max(_between(b[known], v[known]), SPREAD**2)
    weight = 1 / (v[known] + tau)
    mean, doubt = float(weight @ b[known] / weight.sum()), float(1 / weight.sum())
    slope, variance = np.full(len(b), mean), np.full(len(b), tau + doubt)
    pull = v[known] / (v[known] + tau)
    slope[known] = b[known] + pull * (mean - b[known])
    variance[known] = v[known] * (1 - pull) + pull**2 * doubt
    return Shrunk(mean, tau**0.5, slope, np.sqrt(variance))


def _between(b: Floats, v: Floats) -> float:
    """The variance between products at which their weighted scatter is what chance leaves."""
    low, high = 0.0, float(b.var() * 4 + 1)
    for _ in range(80):
        tau = (low + high) / 2
        weight = 1 / (v + tau)
        scatter = float(weight @ (b - weight @ b / weight.sum()) ** 2)
        low, high = (tau, high) if scatter > len(b) - 1 else (low, tau)
    return high


def quantiles(level: float) -> float:
    """Standard errors on each side of an interval of this level in per cent."""
    return float(stats.norm.ppf(0.5 + level / 200))
