"""The members of a forecast: smoothing, theta and autoregression, on the values and on their logarithms, with the season in the model
or taken out before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from castanea.analysis.predict.forecasting.autoregression import autoregress
from castanea.analysis.predict.forecasting.seasonality import indices, seasonal
from castanea.analysis.predict.forecasting.smoothing import smooth

Floats = npt.NDArray[np.float64]

LONGEST_STATE = 24  # a season longer than this is taken out beforehand
NAMES = (
    "naive", "seasonal_naive", "smoothing", "smoothing_log", "smoothing_adjusted", "smoothing_adjusted_log", "damped_adjusted", "theta", "theta_log",
    "autoregression", "autoregression_log", "autoregression_adjusted", "autoregression_adjusted_log",
)  # fmt: skip
NAIVES = ("naive", "seasonal_naive")
LOGS = tuple(name.endswith("_log") for name in NAMES)


def members(values: Floats, season: int, horizon: int, origins: Sequence[int]) -> tuple[Floats, Floats]:
    """Forecasts (member, origin, series, step) of series of one length (time, series), and standard errors of one step (origin, series).

    A member that cannot be used for a series (logarithms of what is not positive) is NaN."""
    count = values.shape[1]
    positive = np.asarray((values > 0).all(axis=0))
    found = np.full((len(NAMES), len(origins), count, horizon), np.nan)
    size = np.maximum(np.abs(values).mean(axis=0), 1e-12)
    scaled = values / size
    logs = np.log(np.where(positive, scaled, 1.0))
    inside = season if 1 < season <= LONGEST_STATE else 1
    plain = _whole(scaled, inside, horizon, origins, found, "smoothing")
    _whole(logs, inside, horizon, origins, found, "smoothing_log")
    for number, origin in enumerate(origins):
        _at_origin(scaled[:origin], logs[:origin], positive, season, horizon, found[:, number])
    for place, is_log in enumerate(LOGS):
        if is_log:
            low, high = logs.min(axis=0), logs.max(axis=0)
            reach = (high - low + 0.5)[:, None]
            found[place] = np.exp(np.clip(found[place], low[:, None] - 2 * reach, high[:, None] + reach))
            found[place][:, ~positive] = np.nan
    return found * size[:, None], plain * size


def _whole(values: Floats, season: int, horizon: int, origins: Sequence[int], found: Floats, name: str) -> Floats:
    sigma = np.zeros((len(origins), values.shape[1]))
    for state in (season, 1):
        fit = [n for n, origin in enumerate(origins) if (origin >= 2 * season + 4) == (state > 1) or season == 1]
        if fit:
            told = smooth(values[: max(origins[n] for n in fit)], state, horizon, [origins[n] for n in fit])
            found[NAMES.index(name), fit] = told.forecast
            sigma[fit] = told.sigma
        if season == 1:
            break
    return sigma


def _at_origin(
    values: Floats, logs: Floats, positive: npt.NDArray[np.bool_], season: int, horizon: int, found: Floats
) -> None:
    """Fill in the members that are fitted anew at each origin. found: member, series, step."""
    length, count = values.shape
    put = {name: found[place] for place, name in enumerate(NAMES)}
    ahead = np.arange(length, length + horizon)
    put["naive"][:] = values[-1][:, None]
    put["seasonal_naive"][:] = (
        values[length - season + (ahead - length) % season].T if length >= season else values[-1][:, None]
    )
    there = seasonal(values, season)
    factor, added = np.ones((season, count)), np.zeros((season, count))
    for choice, multiplied in ((there & positive, True), (there & ~positive, False)):
        if choice.any():
            (factor if multiplied else added)[:, choice] = indices(values[:, choice], season, multiplied=multiplied)
    places = np.arange(length) % season
    adjusted = (values - added[places]) / factor[places]
    later, lift = factor[ahead % season].T, added[ahead % season].T
    adjusted_logs = logs - np.log(factor[places])
    log_later = np.log(later)
    put["smoothing_adjusted"][:] = smooth(adjusted, 1, horizon, [length]).forecast[0] * later + lift
    put["damped_adjusted"][:] = smooth(adjusted, 1, horizon, [length], trends=(0, 3)).forecast[0] * later + lift
    put["smoothing_adjusted_log"][:] = smooth(adjusted_logs, 1, horizon, [length]).forecast[0] + log_later
    put["theta"][:] = theta(adjusted, horizon) * later + lift
    put["theta_log"][:] = theta(adjusted_logs, horizon) + log_later
    for column in range(count):
        put["autoregression"][column] = _bounded(values[:, column], season, horizon)
        put["autoregression_adjusted"][column] = (
            _bounded(adjusted[:, column], season, horizon) * later[column] + lift[column]
        )
        if positive[column]:
            put["autoregression_log"][column] = _bounded(logs[:, column], season, horizon)
            put["autoregression_adjusted_log"][column] = (
                _bounded(adjusted_logs[:, column], season, horizon) + log_later[column]
            )


def theta(values: Floats, horizon: int) -> Floats:
    """Simple smoothing with half the slope of the regression on time (Assimakopoulos and Nikolopoulos, IJF 16, 2000; Hyndman and
    Billah, IJF 19, 2003): (series, step)."""
    length = len(values)
    time = np.arange(length) - (length - 1) / 2
    slope = 0.5 * (time @ values) / max(float(time @ time), 1e-12)
    flat = smooth(values - np.outer(np.arange(length), slope), 1, horizon, [length], trends=(0,)).forecast[0]
    return np.asarray(flat + np.outer(slope, np.arange(length, length + horizon)))


def _bounded(values: Floats, season: int, horizon: int) -> Floats:
    path, _ = autoregress(values, season, horizon)
    reach = values.max() - values.min()
    return np.clip(path, values.min() - reach, values.max() + reach)
