"""Sales = base + channels: every parameter drawn, so that what cannot be told apart stays open.

y(t) = Z(t)·θ + Σ β_c·f_c(t) + u(t): Z holds level, trend (with bends where they pay, by BIC), season and controls, θ flat; f_c one of a grid
of curves (`response_curves`), β_c ≥ 0 half-normal on the scale of y's sum, or the channel does nothing (`NOTHING`); u an AR(1) of
persistence ρ. A sweep draws for each channel curve and β together, given the others (collapsed over β, exact on the grid), then σ².
Flat θ are projected out and ρ is whitened beforehand, so a sweep costs the same however many times there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import log_ndtr, ndtri_exp

from castanea.analysis.pricing.media_series import Floats, Media
from castanea.analysis.pricing.response_curves import Curves, curves_of, features

Ints = npt.NDArray[np.int64]
CHAINS, WARM, SWEEPS, THIN = 16, 150, 375, 6
NOTHING = 0.15  # chance beforehand that a channel does nothing
REACH = 0.4  # standard deviation beforehand of a channel's share of the sum of y
BENDS = (0, 1, 3, 6)
WAVES = (0, 1, 2, 3, 5)
MOST_RHO = 0.9
TIES = 1e-9


@dataclass(frozen=True)
class Base:
    """The columns of level, trend, season and controls that were chosen, for all times; and the persistence of the noise."""

    columns: Floats
    rho: float
    bends: int
    waves: int


@dataclass(frozen=True)
class Drawn:
    """draws × channels: `curve` (a place in `curves[c]`; −1 = nothing) and `size` (β, in y's unit). `doubt`: the largest split R-hat."""

    media: Media
    base: Base
    curves: Sequence[Curves]
    curve: Ints
    size: Floats
    doubt: float

    def contributions(self) -> Floats:
        """draws × channels: what each brought over all times, in y's unit."""
        return self._summed(1.0)

    def _summed(self, scale: float) -> Floats:
        return np.column_stack(
            [
                self.size[:, c]
                * np.append(features(self.media.spend[:, c], self.curves[c], scale).sum(axis=0), 0.0)[self.curve[:, c]]
                for c in range(len(self.curves))
            ]
        )

    def marginal(self, step: float = 0.05) -> Floats:
        """draws × channels: what a further unit brings when all of a channel's spending grows in proportion."""
        more = (self._summed(1 + step) - self._summed(1.0)) / step
        return np.asarray(more / self.media.spend.sum(axis=0))

    def course(self) -> Floats:
        """times × channels: the mean contribution at each time, in y's unit."""
        found = []
        for c, curves in enumerate(self.curves):
            weight = np.bincount(
                np.where(self.curve[:, c] < 0, len(curves), self.curve[:, c]), self.size[:, c], len(curves) + 1
            )
            found.append(features(self.media.spend[:, c], curves) @ weight[:-1] / len(self.size))
        return np.column_stack(found)

    def level(self) -> tuple[Floats, float]:
        """The base at each time, and the last time's deviation from the fit."""
        left = self.media.y - self.course().sum(axis=1)
        rows = _whitened(np.column_stack([left, self.base.columns]), self.media, self.base.rho)
        theta = np.linalg.lstsq(rows[:, 1:], rows[:, 0], rcond=1e-10)[0]
        fitted = self.base.columns @ theta
        last = np.flatnonzero(self.media.seen)[-1]
        return fitted, float(left[last] - fitted[last])


def drawn(media: Media, seed: int, *, chains: int = CHAINS, sweeps: int = SWEEPS) -> Drawn:
    """The posterior of the channels' curves and sizes. Every channel must have been spent on."""
    curves = [curves_of(media.spend[:, c], len(media.channels)) for c in range(len(media.channels))]
    parts = [features(media.spend[:, c], curve) for c, curve in enumerate(curves)]
    base = _base(media, _rough(media))
    first = _sampled(media, base, curves, parts, np.random.default_rng(seed), 8, 120, 60)
    base = Base(base.columns, _persistence(media, base, first.course()), base.bends, base.waves)
    rng = np.random.default_rng(seed + 1)
    found = _sampled(media, base, curves, parts, rng, chains, WARM + sweeps, WARM)
    if found.doubt > 1.1 and chains == CHAINS:
        found = _sampled(media, base, curves, parts, rng, chains, WARM + 4 * sweeps, WARM + sweeps)
    return found


def base_columns(media: Media, bends: int, waves: int) -> Floats:
    """Level, trend, season and controls for all times."""
    t = np.arange(len(media), dtype=np.float64)
    along = t / max(1.0, t[-1])
    columns = [np.ones(len(t)), along - 0.5]
    columns += [np.maximum(0.0, along - (k + 1) / (bends + 1)) for k in range(bends)]
    for cycle in media.cycles:
        most = max(cycle / 2 - 0.01, 0)
        count = min(waves, int(most)) if cycle > 13 else min(3, int(most)) if waves else 0
        for k in range(1, count + 1):
            columns += [np.sin(2 * np.pi * k * t / cycle), np.cos(2 * np.pi * k * t / cycle)]
    spread = media.controls.std(axis=0)
    useful = spread > 0
    return np.column_stack(
        [*columns, (media.controls[:, useful] - media.controls[:, useful].mean(axis=0)) / spread[useful]]
    )


def _rough(media: Media) -> Floats:
    """One middling curve for each channel, to choose the base beside."""
    return np.column_stack(
        [features(x, c)[:, [int(np.argmin(np.abs(c.carry - 0.3) + np.abs(np.log(c.half / x[x > 0].mean())) + 9.0 * (c.shape > 0)))]]
         for x, c in ((media.spend[:, n], curves_of(media.spend[:, n], 1)) for n in range(media.spend.shape[1]))]
    )  # fmt: skip


def _base(media: Media, rough: Floats) -> Base:
    """Bends of the trend and waves of the season by BIC, with middling channels beside."""
    best: tuple[float, Base] | None = None
    size = int(media.seen.sum())
    for bends in BENDS:
        for waves in WAVES if media.cycles else (0,):
            columns = base_columns(media, bends, waves)
            beside = np.column_stack([columns, rough])[media.seen]
            if beside.shape[1] > size / 3 and (bends or waves):
                continue
            left = media.y[media.seen] - beside @ np.linalg.lstsq(beside, media.y[media.seen], rcond=1e-10)[0]
            score = size * np.log(float(left @ left) / size + 1e-12) + beside.shape[1] * np.log(size)
            if best is None or score < best[0] - TIES * abs(best[0]):
                lag = _correlation(left)
                best = score, Base(columns, lag, bends, waves)
    if best is None:
        raise AssertionError("the plainest base is always tried")
    return best[1]


def _correlation(left: Floats) -> float:
    found = float(left[1:] @ left[:-1]) / (float(left @ left) or 1.0)
    return min(max(found, 0.0), MOST_RHO)


def _persistence(media: Media, base: Base, course: Floats) -> float:
    left = (media.y - course.sum(axis=1))[media.seen]
    columns = base.columns[media.seen]
    return _correlation(left - columns @ np.linalg.lstsq(columns, left, rcond=1e-10)[0])


def _whitened(rows: Floats, media: Media, rho: float) -> Floats:
    """Rows seen, each less ρ times the one before (Prais and Winsten); after a gap scaled alone."""
    before = np.concatenate([[False], media.seen[:-1]])
    alone = (1 - rho**2) ** 0.5 * rows
    moved = rows - rho * np.vstack([rows[:1], rows[:-1]])
    return np.asarray(np.where(before[:, None], moved, alone)[media.seen])


def _sampled(
    media: Media, base: Base, curves: Sequence[Curves], parts: Sequence[Floats], rng: np.random.Generator, chains: int, sweeps: int, warm: int,
) -> Drawn:  # fmt: skip
    unit = float(media.y[media.seen].std()) or 1.0
    rows = _whitened(np.column_stack([media.y / unit, *parts]), media, base.rho)
    left, kept, _ = np.linalg.svd(_whitened(base.columns, media, base.rho), full_matrices=False)
    q = left[:, kept > kept[0] * 1e-10]
    rows -= q @ (q.T @ rows)
    y, free = rows[:, 0], len(rows) - q.shape[1]
    cross, gram, yy = rows[:, 1:].T @ y, rows[:, 1:].T @ rows[:, 1:], float(y @ y)
    begins = np.concatenate([[0], np.cumsum([len(c) for c in curves])])
    total = float(np.abs(media.y[media.seen]).sum()) / unit
    wide = np.concatenate([REACH * total / np.maximum(part[media.seen].sum(axis=0), 1e-12) for part in parts])
    prior = np.concatenate([np.log(curve.weight * (1 - NOTHING)) for curve in curves])
    diagonal, count = np.diag(gram), len(curves)
    chain = np.arange(chains)
    at = np.array([rng.integers(begins[c], begins[c + 1], chains) for c in range(count)]).T
    size = np.zeros((chains, count))
    noise = np.full(chains, yy / free)
    curve_, size_ = [], []
    for sweep in range(sweeps):
        for c in rng.permutation(count):
            block = slice(begins[c], begins[c + 1])
            size[:, c] = 0.0
            slope = cross[None, block] - sum(size[:, [o]] * gram[at[:, o], block] for o in range(count) if o != c)
            sharp = diagonal[None, block] / noise[:, None] + 1 / wide[None, block] ** 2
            height = slope / noise[:, None] / np.sqrt(sharp)
            worth = (
                0.5 * height**2
                - 0.5 * np.log(sharp * wide[None, block] ** 2)
                + log_ndtr(height)
                + np.log(2)
                + prior[None, block]
            )
            worth = np.column_stack([worth, np.full(chains, np.log(NOTHING))])
            pick = (worth + rng.gumbel(size=worth.shape)).argmax(axis=1)
            some = pick < len(curves[c])
            chosen = np.where(some, pick, 0)
            h, root = height[chain, chosen], np.sqrt(sharp[chain, chosen])
            z = -ndtri_exp(np.log(rng.uniform(1e-12, 1, chains)) + log_ndtr(h))
            size[:, c] = np.where(some, np.maximum((h + z) / root, 0.0), 0.0)
            at[:, c] = begins[c] + chosen
        pairs = gram[at[:, :, None], at[:, None, :]]
        rest = yy - 2 * (size * cross[at]).sum(axis=1) + np.einsum("ij,ijk,ik->i", size, pairs, size)
        noise = (np.maximum(rest, 1e-9 * yy) / 2 + 1e-4) / rng.gamma(free / 2 + 1, size=chains)
        if sweep >= warm:
            curve_.append(np.where(size > 0, at - begins[None, :-1], -1))
            size_.append(size.copy())
    curve, sizes = np.array(curve_), np.array(size_) * unit
    sums = np.stack(
        [np.append(part.sum(axis=0), 0.0)[curve[:, :, c]] * sizes[:, :, c] for c, part in enumerate(parts)], axis=2
    )
    every = slice(None, None, THIN if len(curve) >= 20 * THIN else 1)
    return Drawn(media, base, curves, curve[every].reshape(-1, count), sizes[every].reshape(-1, count), _doubt(sums))


def _doubt(sums: Floats) -> float:
    """The largest split R-hat of the channels' contributions (sweeps × chains × channels)."""
    half = len(sums) // 2
    if half < 2:
        return float("inf")
    parts = np.concatenate([sums[:half], sums[half : 2 * half]], axis=1)
    inside = parts.var(axis=0, ddof=1).mean(axis=0)
    between = parts.mean(axis=0).var(axis=0, ddof=1)
    return float(np.sqrt((half - 1) / half + between / np.maximum(inside, 1e-300)).max()) if inside.max() > 0 else 1.0
