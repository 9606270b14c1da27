"""Drivers in the file and for the times to come, as factors (or amounts) that are taken out of the history and put on the forecast."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
import polars as pl

from castanea.analysis.common import Warned, numbers, present, texts, times
from castanea.analysis.predict.forecasting.combination import origins_of
from castanea.analysis.predict.forecasting.drivers import WORTH, effect, shared
from castanea.analysis.predict.forecasting.history import Histories, History
from castanea.kit.errors import InputError

if TYPE_CHECKING:
    from castanea.analysis.predict.forecasting.one_by_one import Path

Floats = npt.NDArray[np.float64]

MOST = 3.0  # of a logarithm: no driver moves a value further than twentyfold


@dataclass(frozen=True)
class KnownAhead:
    """`past` and `coming`: what the drivers do to each series, by time: a factor where `factors`, else an amount; `past_then`: by what was
    known at the first origin of the backtest. `told`: each driver's
    effect of one unit, in per cent or in the value's unit."""

    past: dict[str, Floats]
    past_then: dict[str, Floats]
    coming: dict[str, Floats]
    factors: bool
    used: bool
    told: dict[str, float]
    warnings: list[Warned]

    def without(self, history: History, values: Floats, *, then: bool = False) -> Floats:
        """The history as if the drivers had stood at their mean; `then`: by what was known at the first origin of the backtest."""
        moved = (self.past_then if then else self.past).get(history.name)
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
    return _effects(known, list(drivers), past, coming, cycle, horizon)


def _effects(
    known: Histories, drivers: list[str], past: dict[str, Floats], coming: dict[str, Floats], cycle: int, horizon: int
) -> KnownAhead:  # fmt: skip
    values = {h.name: h.values(cycle) for h in known.series}
    factors = all(v.min() > 0 for v in values.values())
    size = {n: 1.0 if factors else max(float(np.abs(v).mean()), 1e-12) for n, v in values.items()}
    scaled = {n: np.log(v) if factors else v / size[n] for n, v in values.items()}
    centre = np.concatenate(list(past.values())).mean(axis=0)
    effects = [effect(v, past[n] - centre, cycle) for n, v in scaled.items()]
    begun = {n: min(origins_of(len(v), horizon, cycle)) for n, v in scaled.items()}
    then = shared([effect(v[: begun[n]], past[n][: begun[n]] - centre, cycle) for n, v in scaled.items()])
    coefficients = shared(effects)
    used = sum(e.gain for e in effects) > WORTH
    warnings = []
    if not used:
        warnings.append(
            Warned(
                "drivers_unused",
                "the drivers tell nothing about the past beyond level and season; the forecast leaves them out",
            )
        )
    if any(_beyond(past[n], coming[n]) for n in scaled):
        warnings.append(
            Warned(
                "beyond_the_past", "some drivers to come lie outside what the past has seen; their effect is carried on"
            )
        )

    def moves(rows: dict[str, Floats], by: list[Floats]) -> dict[str, Floats]:
        amounts = {n: (rows[n] - centre) @ b for n, b in zip(scaled, by, strict=True)}
        return {n: np.exp(np.clip(a, -MOST, MOST)) if factors else a * size[n] for n, a in amounts.items()}

    mean = np.mean(coefficients, axis=0)
    told = np.expm1(np.clip(mean, -5, 5)) * 100 if factors else mean * np.mean(list(size.values()))
    return KnownAhead(
        moves(past, coefficients), moves(past, then), moves(coming, coefficients), factors, used,
        dict(zip(drivers, told.tolist(), strict=True)) if used else {}, warnings,
    )  # fmt: skip


def _beyond(past: Floats, coming: Floats) -> bool:
    low, high = past.min(axis=0), past.max(axis=0)
    room = 0.25 * (high - low)
    return bool(((coming < low - room) | (coming > high + room)).any())


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
