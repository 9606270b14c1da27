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
from scipy.signal import lfilter

from castanea.analysis.pricing.panel import Floats, Ints, Panel, panel_of

FEW_ZEROS = 0.01  # share of rows without sales below which they are left out
YEAR, WEEK, HARMONICS = 365.25, 7, 2
CLUSTERS = 10  # fewer stores or times say little of how they go together
SPREADS = np.linspace(0.03, 3.0, 100)  # standard deviations of slopes between products that are weighed
USUAL_SPREAD = 0.5
FLAT = 1e-8  # share of the price's variation below which the rest explains it all
ROUNDS = 100
PERSISTENCE = tuple(k / 20 for k in range(20))  # tried, from none to nearly lasting


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
    found = [slope_of(rows, timed=False) for rows in panel.parts()]
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
    variance, df = _variance(own, left, weight, rest[:, kept], bread, store, place, used)
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


def _variance(
    own: Floats, left: Floats, weight: Floats, rest: Floats, bread: float, store: Ints, place: Ints | None, used: int
) -> tuple[float, float]:
    """Of the slope, with degrees of freedom: the widest of what rows alone, stores, times and both together say."""
    n, score = len(own), weight * own * left
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
            lags = min(int(np.ceil(1.3 * count**0.5)), count // 2)
            by_time = _over_time(np.bincount(numbered, score).astype(np.float64), lags)
            lasting = _lasting(own, left, weight, rest, numbered)
            found, df = [*found, by_time, lasting], min(df, max(4.0, 1.5 * count / lags))
            if by_store is not None:
                found.append(by_store + by_time - alone)
    return max(found) * n / (n - used) / bread**2, df


def _over_time(sums: Floats, lags: int) -> float:
    """The variance of a sum over times whose terms go together, near ones more."""
    short = float(sums @ sums)
    long = short + sum(2 * (1 - k / (lags + 1)) * float(sums[k:] @ sums[:-k]) for k in range(1, lags + 1))
    return max(long, short) * len(sums) / (len(sums) - 1)


def _lasting(own: Floats, left: Floats, weight: Floats, rest: Floats, numbered: Ints) -> float:
    """The same if what all stores share is an AR(1). Its persistence is that at which residuals, after as many columns were fitted as here,
    show the correlation that they show: columns that vary slowly hide much of it, which a plain estimate misses."""
    total = np.bincount(numbered, weight)
    shared = np.bincount(numbered, weight * left) / total
    columns = np.column_stack([np.ones(len(own)), own, rest])
    times = np.column_stack([np.bincount(numbered, weight * column) / total for column in columns.T])
    basis, kept, _ = np.linalg.svd(times / np.maximum(np.abs(times).max(axis=0), 1e-300), full_matrices=False)
    q = basis[:, kept > kept[0] * 1e-8]
    count = len(shared)
    if count - q.shape[1] < CLUSTERS // 2:
        return 0.0
    square = float(shared @ shared) or 1.0
    seen = float(shared[1:] @ shared[:-1]) / square
    rho, size = 0.0, square / (count - q.shape[1])
    turned = _next_to(q)
    for candidate in PERSISTENCE:
        spread = _related(q, candidate)
        inside = count - float((q * spread).sum())
        beside = (
            (count - 1) * candidate
            - float((turned * spread).sum())
            + 0.5 * float(((q.T @ turned) * (q.T @ spread).T).sum())
        )
        if beside / inside > seen and candidate > 0:
            break
        rho, size = candidate, square / inside
    lever = np.bincount(numbered, weight * own).astype(np.float64)
    around = weight * own * (left - shared[numbered])
    return float(size * (lever @ _related(lever[:, None], rho)[:, 0]) + around @ around)


def _related(columns: Floats, rho: float) -> Floats:
    """The correlations of an AR(1) times columns."""
    forward = lfilter([1.0], [1.0, -rho], columns, axis=0)
    backward = lfilter([1.0], [1.0, -rho], columns[::-1], axis=0)[::-1]
    return np.asarray(forward + backward - columns)


def _next_to(columns: Floats) -> Floats:
    """The sum of the rows before and after."""
    answer = np.zeros_like(columns)
    answer[1:] += columns[:-1]
    answer[:-1] += columns[1:]
    return answer


@dataclass(frozen=True)
class Shrunk:
    """The products' common mean and spread, and each one's slope and standard error after being held against the others."""

    mean: float | None
    spread: float | None
    slope: Floats
    se: Floats


def shrunk(slopes: list[Slope | None]) -> Shrunk:
    """Each slope drawn towards the products' mean, the more the less is known of it: normal around a common mean, flat, with a spread that is
    itself unknown (`SPREADS`, weighed by half-Cauchy and marginal likelihood; Gelman, Bayesian Analysis 1, 2006). Products that cannot tell
    get the mean and the spread; of fewer than three that can, each stands alone (NaN for one that cannot)."""
    known = np.array([s is not None for s in slopes], dtype=bool)
    b = np.array([s.slope if s else np.nan for s in slopes], dtype=np.float64)
    v = np.array([s.variance if s else np.nan for s in slopes], dtype=np.float64)
    if known.sum() < 3:
        return Shrunk(None, None, b, np.sqrt(v))
    around = v[known] + SPREADS[:, None] ** 2
    doubt = 1 / (1 / around).sum(axis=1)
    mean = doubt * (b[known] / around).sum(axis=1)
    height = -0.5 * (np.log(around) + (b[known] - mean[:, None]) ** 2 / around).sum(axis=1) + 0.5 * np.log(doubt)
    height -= np.log1p((SPREADS / USUAL_SPREAD) ** 2)
    weight = np.exp(height - height.max())
    weight /= weight.sum()
    slope = np.repeat(mean[:, None], len(b), axis=1)
    variance = np.repeat((SPREADS**2 + doubt)[:, None], len(b), axis=1)
    pull = v[known] / around
    slope[:, known] = b[known] + pull * (mean[:, None] - b[known])
    variance[:, known] = v[known] * (1 - pull) + pull**2 * doubt[:, None]
    middle = weight @ slope
    se = np.sqrt(weight @ (variance + (slope - middle) ** 2))
    return Shrunk(float(weight @ mean), float(weight @ SPREADS), middle, se)


def quantiles(level: float) -> float:
    """Standard errors on each side of an interval of this level in per cent."""
    return float(stats.norm.ppf(0.5 + level / 200))
