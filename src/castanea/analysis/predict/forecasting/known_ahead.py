"""Drivers in the file and for the times to come, as factors (or amounts) that are taken out of the history and put on the forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Warned, numbers, present, texts, times
from castanea.analysis.predict.forecasting.drivers import WORTH, effect, shared
from castanea.analysis.predict.forecasting.history import Histories, History
from castanea.kit.errors import InputError

if TYPE_CHECKING:
    from castanea.analysis.predict.forecasting.one_by_one import Path

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class KnownAhead:
    """`past` and `coming`: what the drivers do to each series, by time: a factor where `factors`, else an amount. `told`: each driver's
    effect of one unit, in per cent or in the value's unit."""

    past: dict[str, Floats]
    coming: dict[str, Floats]
    factors: bool
    used: bool
    told: dict[str, float]
    warnings: list[Warned]

    def without(self, history: History, values: Floats) -> Floats:
        moved = self.past.get(history.name)
        if moved is None or not self.used:
            return values
        return values / moved if self.factors else values - moved

    def with_again(self, history: History, path: Path) -> Path:
        moved = self.coming.get(history.name)
        if moved is None or not self.used:
            return path
        if self.factors:
            return replace(
                path,
                forecast=path.forecast * moved,
                low={r: v * moved for r, v in path.low.items()},
                high={r: v * moved for r, v in path.high.items()},
            )
        return replace(
            path,
            forecast=path.forecast + moved,
            low={r: v + moved for r, v in path.low.items()},
            high={r: v + moved for r, v in path.high.items()},
        )


def known_ahead(
    table: pl.DataFrame, future: pl.DataFrame | None, known: Histories, drivers: Sequence[str], *, name: str, time: str, horizon: int, cycle: int
) -> KnownAhead:  # fmt: skip
    """Raises InputError where drivers come without a future or the other way round, and for a time to come without its drivers."""
    if future is None or not drivers:
        raise InputError(
            "--drivers and --future go together: --drivers names columns of both files, --future holds their values for the times to come",
            code="analysis.bad_drivers",
        )
    present(table, *drivers)
    present(future, name or None, time, *drivers)
    before = _placed(table, known, drivers, name, time)
    after = _placed(future, known, drivers, name, time)
    past: dict[str, Floats] = {}
    coming: dict[str, Floats] = {}
    for history in known.series:
        rows = before[history.name]
        past[history.name] = _filled(rows, history.first, len(history.raw), len(drivers))
        wanted = range(history.last + 1, history.last + horizon + 1)
        rows = after.get(history.name, {})
        gone = [p for p in wanted if p not in rows]
        if gone:
            raise InputError(
                f"--future lacks {len(gone):,} of {horizon:,} times of series {history.name!r}, the first at {known.axis.time(gone[0])}; "
                "it needs each time of the horizon with all drivers",
                code="analysis.bad_future",
            )
        coming[history.name] = np.array([rows[p] for p in wanted])
    return _effects(known, list(drivers), past, coming, cycle)


def _effects(
    known: Histories, drivers: list[str], past: dict[str, Floats], coming: dict[str, Floats], cycle: int
) -> KnownAhead:
    values = {h.name: h.values(cycle) for h in known.series}
    factors = all(v.min() > 0 for v in values.values())
    scale = {n: 1.0 if factors else max(float(np.abs(v).mean()), 1e-12) for n, v in values.items()}
    centre = np.concatenate(list(past.values())).mean(axis=0)
    effects = [
        effect(np.log(values[h.name]) if factors else values[h.name] / scale[h.name], past[h.name] - centre, cycle)
        for h in known.series
    ]
    gain = sum(e.gain for e in effects)
    used = gain > WORTH
    coefficients = shared(effects)
    warnings = []
    if not used:
        warnings.append(
            Warned(
                "drivers_unused",
                "the drivers tell nothing about the past beyond level and season; the forecast leaves them out",
            )
        )
    mean = np.mean(coefficients, axis=0)
    told = {
        d: float(np.expm1(np.clip(mean[k], -5, 5)) * 100 if factors else mean[k] * np.mean(list(scale.values())))
        for k, d in enumerate(drivers)
    }
    moved_past, moved_coming = {}, {}
    for history, b in zip(known.series, coefficients, strict=True):
        n = history.name
        low, high = past[n].min(axis=0), past[n].max(axis=0)
        if ((coming[n] < low - 0.25 * (high - low)) | (coming[n] > high + 0.25 * (high - low))).any() and not any(
            w.code == "beyond_the_past" for w in warnings
        ):
            warnings.append(
                Warned(
                    "beyond_the_past",
                    "some drivers to come lie outside what the past has seen; their effect is carried on",
                )
            )
        p, c = (past[n] - centre) @ b, (coming[n] - centre) @ b
        moved_past[n] = np.exp(np.clip(p, -3, 3)) if factors else p * scale[n]
        moved_coming[n] = np.exp(np.clip(c, -3, 3)) if factors else c * scale[n]
    return KnownAhead(moved_past, moved_coming, factors, used, told if used else {}, warnings)


def _placed(
    table: pl.DataFrame, known: Histories, drivers: Sequence[str], name: str, time: str
) -> dict[str, dict[int, Floats]]:
    """Drivers by series and place on the axis."""
    at = times(table, time)
    if at.counted != (known.axis.kind == "whole"):
        raise InputError(
            f"column {time!r} of --future is not written as in the file; write both alike", code="analysis.bad_future"
        )
    places = known.axis.places(at.values)
    keys = texts(table, name).fill_null("") if name else pl.Series(["all"]).new_from_index(0, table.height)
    columns = np.stack([numbers(table, d, gaps=False).to_numpy() for d in drivers], axis=1)
    found: dict[str, dict[int, Floats]] = {h.name: {} for h in known.series}
    for key, place, row in zip(keys.to_list(), places.tolist(), columns, strict=True):
        if key in found:
            found[key][place if place >= 0 else -1 - place] = row
    return found


def _filled(rows: dict[int, Floats], first: int, length: int, many: int) -> Floats:
    """Drivers by time; where a row is missing, the last known ones."""
    found = np.zeros((length, many))
    last = rows[min(rows)] if rows else np.zeros(many)
    for n in range(length):
        last = rows.get(first + n, last)
        found[n] = last
    return found
