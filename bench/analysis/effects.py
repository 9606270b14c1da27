"""Effects of campaigns: 200 worlds, and the given series with R's answer."""

from __future__ import annotations

import numpy as np
import polars as pl

from bench.analysis.frame import Line, at_least, at_most, between, data
from bench.analysis.worlds import begins, campaign
from castanea.analysis.predict.impact import impact

WORLDS = 100


def worlds() -> list[Line]:
    """90 days before and 28 of it: half of them placebos, half with a tenth more."""
    covered: dict[float, list[bool]] = {0.0: [], 0.1: []}
    told: dict[float, list[bool]] = {0.0: [], 0.1: []}
    plain: dict[float, list[bool]] = {0.0: [], 0.1: []}
    for lift, inside in covered.items():
        for seed in range(WORLDS):
            table, effect = campaign(seed, lift)
            found = impact(table, time="day", value="sales", controls=("market",), begin=begins()).summary
            inside.append(found["effect_mean_lo"] <= effect <= found["effect_mean_hi"])
            told[lift].append(found["verdict"] != "cannot_tell")
            plain[lift].append(_welch(table))
    share = {lift: 100 * float(np.mean(inside)) for lift, inside in covered.items()}
    return [
        Line("placebo worlds", "95 % intervals hold %", share[0.0], None, 94, between(92, 98)),
        Line("ten-percent worlds", "95 % intervals hold %", share[0.1], None, 94, between(92, 98)),
        Line(
            "placebo worlds",
            "false alarms %",
            100 * float(np.mean(told[0.0])),
            100 * float(np.mean(plain[0.0])),
            None,
            at_most(8),
        ),
        Line(
            "ten-percent worlds",
            "power %",
            100 * float(np.mean(told[0.1])),
            100 * float(np.mean(plain[0.1])),
            None,
            at_least(60),
        ),
    ]


def _welch(table: pl.DataFrame) -> bool:
    """The lazy way: before against after, days taken for independent."""
    y = table["sales"].to_numpy()
    before, after = y[:90], y[90:]
    noise = before.var(ddof=1) / len(before) + after.var(ddof=1) / len(after)
    return bool(abs(after.mean() - before.mean()) > 1.96 * noise**0.5)


def hit_controls() -> list[Line]:
    """Worlds in which the control was hit by the same campaign."""
    found = [
        impact(
            campaign(seed, 0.1, control_lift=0.15)[0], time="day", value="sales", controls=("market",), begin=begins()
        )
        for seed in range(30)
    ]
    seen = 100 * float(np.mean([told.summary["controls_hit"] == ["market"] for told in found]))
    return [Line("control hit as well", "recognised %", seen, 0, None, at_least(80))]


def given() -> list[Line]:
    table = pl.read_csv(data("causal", "impact_comparison", "series.csv"), infer_schema=False)
    told = impact(
        table,
        time="DATE",
        value="CHANGED",
        controls=tuple(c for c in table.columns if c.startswith("NOT")),
        begin=table["DATE"][-18],
    ).summary
    return [
        Line("impact_comparison", "effect a day", told["effect_mean"], None, -657, between(-2076, 832)),
        Line(
            "impact_comparison", "verdict is cannot_tell", float(told["verdict"] == "cannot_tell"), None, 1, at_least(1)
        ),
    ]


CASES = {"worlds": worlds, "hit-controls": hit_controls, "given-series": given}
