"""How rare a value is among those before it, and when that is worth an alert.

The tail beyond a high quantile of the past is taken for exponential (peaks over threshold, shape 0; Siffer, Fouque, Termier, Largouët, KDD
2017), so that a value beyond all that was seen still has a probability; its scale is as uncertain as the values beyond the quantile are few (the
predictive distribution of an exponential variable, a Pareto)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

TAIL = 0.98
BLOCK = 25  # values after which the tail is learned anew
LEAST, LONGEST = 30, 6_000  # values a tail is learned from
SURE = 20  # exceedances that the exponential form counts for: what few exceedances tell of the tail is uncertain
TOGETHER = 0.3  # the weight of all features' evidence beside the strongest one's
SHARE, FEWEST, MOST = 0.08, 7, 300  # quiet time after an alert: of the values seen so far
ALARMING = 3.5  # a score that begins a quiet time
STRONGER = 1.5  # times the last alert: what is heard even then


def rarity(feature: Floats) -> Floats:
    """−log10 of the probability of so large a value, judged by earlier ones alone; 0 until there are enough."""
    length = len(feature)
    found = np.zeros(length)
    for begin in range(LEAST, length, BLOCK):
        past = np.sort(feature[max(0, begin - LONGEST) : begin])
        now = feature[begin : begin + BLOCK]
        edge = float(np.quantile(past, TAIL))
        over = past[np.searchsorted(past, edge, side="right") :] - edge
        if len(over) >= 2:
            scale, share = float(over.mean()), len(over) / len(past)
        else:
            edge, scale, share = float(past[-1]), float(past.std()) / 3, 1 / (len(past) + 1)
        scale = max(scale, 1e-9 * max(1.0, abs(edge)))
        sure = len(over) + SURE
        beyond = np.log10(share) - sure * np.log10(1 + np.maximum(now - edge, 0.0) / scale / sure)
        inside = np.log10(np.maximum(1 - np.searchsorted(past, now) / len(past), share))
        found[begin : begin + BLOCK] = -np.where(now > edge, beyond, inside)
    return np.minimum(found, 300.0)


def together(rarities: Mapping[str, Floats]) -> Floats:
    """The strongest evidence, and a part of all of it; a value and the run it is in, against the same season, are one piece of evidence."""
    found = dict(rarities)
    for side in ("up", "down"):
        run = found.pop(f"season_run_{side}", None)
        if run is not None:
            found[f"season_{side}"] = np.maximum(found[f"season_{side}"], run)
    stacked = np.stack(list(found.values()))
    return np.asarray((1 - TOGETHER) * stacked.max(axis=0) + TOGETHER * stacked.sum(axis=0))


def told_once(evidence: Floats) -> Floats:
    """Evidence with the quiet times after alerts: what goes on being strange is not said again, unless it grows much stranger."""
    found = np.minimum(evidence, ALARMING - 0.1) * 0.5
    last, height = -1, 0.0
    for place in np.flatnonzero(evidence >= 2.0):
        now = float(evidence[place])
        quiet = min(MOST, max(FEWEST, SHARE * place))
        if last < 0 or place - last > quiet or now > STRONGER * height:
            found[place] = now
            if now >= ALARMING:
                last, height = int(place), now
    return found
