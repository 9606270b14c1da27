"""Why it changed: planted worlds of evidence, and the simulated shop's incidents from its own tables."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import numpy as np
import polars as pl

from bench.analysis.cause_worlds import SERIES, CauseWorld, cause_world
from bench.analysis.frame import Line, at_least
from bench.analysis.incident_tables import Asked, ShopTables, counted, leaves, shop, thinned
from castanea.analysis.causes import Deviation, Why, why
from castanea.analysis.causes.evidence import evidence
from castanea.analysis.causes.place import place
from castanea.analysis.diagnose.localise import diagnose
from castanea.demo.incidents import Incident

WORLDS, FIRST_SEED = 150, 5_000


def naive_class(world: CauseWorld) -> str:
    """The naive way: the kind that differs most from its mean of before, in its own standard deviations, whatever its place."""
    begin, end = (date.fromisoformat(str(world.deviation[c][0])) for c in ("from", "until"))
    best, told = -1.0, "unknown"
    for (kind,), rows in world.series.partition_by("kind", as_dict=True).items():
        daily = rows.group_by("time").agg(pl.col("value").sum()).sort("time")
        before = daily.filter(pl.col("time") < begin)["value"].to_numpy()
        inside = daily.filter(pl.col("time").is_between(begin, end))["value"].to_numpy()
        moved = abs(float(inside.mean() - before.mean())) / (float(before.std()) or 1.0)
        if moved > best:
            best, told = moved, next(k[1] for k in SERIES if k[0] == kind)
    return told


def worlds() -> list[Line]:
    """Half of them with a planted cause, half with decoys alone."""
    first = among = quiet = naive = 0
    for seed in range(FIRST_SEED, FIRST_SEED + WORLDS):
        world = cause_world(seed, planted=True)
        told = evidence(world.series, deviation=world.deviation).table["cause_class"].to_list()
        first += told[0] == world.cause
        among += world.cause in [c for c in told if c != "unknown"][:3]
        naive += naive_class(world) == world.cause
        empty = cause_world(seed, planted=False)
        quiet += evidence(empty.series, deviation=empty.deviation).table["cause_class"][0] == "unknown"
    return [
        Line("planted causes", "right class first", first / WORLDS, naive / WORLDS, None, at_least(0.80)),
        Line("planted causes", "right class among three", among / WORLDS, None, None, at_least(0.95)),
        Line("worlds without a cause", "said to be unknown", quiet / WORLDS, 0.0, None, at_least(0.90)),
    ]


SEEDS = range(30)
REFUNDS_LATER = 4  # days from buying to asking for the money back
SHOWS_IN = {  # which number moves when it happens, and the dimensions of its leaves
    "stock_out": ("units", ("product", "channel")), "price_cut": ("units", ("product", "channel")), "ads_off": ("visitors", ("channel", "device")),
    "faulty_batch": ("faults", ("product", "channel")), "checkout_broken": ("left", ("channel", "device")),
    "source_silent": ("visitors", ("channel", "device")),
}  # fmt: skip


def located(tables: ShopTables, asked: Asked) -> tuple[dict[str, str], float] | None:
    """The first place of `diagnose`, of thin counts that of `place`, and by how much it deviates; None where nothing stands out."""
    if asked.metric != "visitors":
        counts, first, last = counted(tables, asked)
        standing = place(counts, asked.dims, first, last, way=-1 if asked.metric == "units" else 1)
        return (standing.where, standing.deviation) if standing else None
    found = diagnose(leaves(tables, asked), dims=asked.dims, actual=["is"], expected=["was"]).tree["all"]
    return (dict(found[0]["where"]), float(found[0]["deviation"])) if found else None


def explained(tables: ShopTables, asked: Asked, where: dict[str, str], deviation: float) -> Why:
    names = {"units": "units", "faults": "quality_refunds", "visitors": "visitors", "left": "checkouts_left"}
    fell = -1.0 if asked.metric == "left" else deviation  # what is left in checkouts is lost to sales
    begin, end = (datetime.combine(d, time()) for d in (asked.first, asked.last))
    return why(tables.series, Deviation(where, begin, end, fell, metric=names[asked.metric]))


def incidents() -> list[Line]:
    """Each planted incident of thirty worlds, and in each without them a product whose sales fall to a third for no reason told anywhere."""
    places = classes = cases = naive = honest = 0
    for seed in SEEDS:
        tables = shop(seed)
        for incident in tables.planted:
            told, true = asked_about(tables, incident), place_of(tables, incident)
            found = located(tables, told)
            cases += 1
            naive += largest(tables, told) == true
            if found is not None and found[0] == true:
                places += 1
                classes += explained(tables, told, *found).causes[0].cause_class == incident.cause
        honest += unexplained(shop(seed, frozenset(SHOWS_IN)), seed)
    name, worlds_ = "the simulated shop's incidents", "sales gone without a reason"
    return [
        Line(name, "place right", places / cases, naive / cases, None, at_least(0.90)),
        Line(name, "place and class of cause right", classes / cases, None, None, at_least(0.90)),
        Line(worlds_, "said to be unknown", honest / len(SEEDS), 0.0, None, at_least(0.90)),
    ]


def unexplained(tables: ShopTables, seed: int) -> bool:
    """In a world without incidents one of the fifteen best products loses two thirds of its sales for five days: whether the cause is said to be unknown."""
    rng = np.random.default_rng([seed, 78])
    counts = tables.sales.group_by("product").agg(pl.col("n").sum()).sort(["n", "product"], descending=[True, False])
    spared = [
        p
        for p in counts["product"].to_list()[:15]
        if p not in {tables.ids[i.product] for i in tables.planted if i.product is not None}
    ]
    where = {"product": str(rng.choice(spared))}
    first = tables.last - timedelta(int(rng.integers(12, 36)))
    told = Asked("units", first, first + timedelta(4), ("product", "channel"))
    poorer = thinned(tables, told, where, 1 / 3, seed)
    found = located(poorer, told)
    return explained(poorer, told, *(found or (where, -1.0))).causes[0].cause_class == "unknown"


def largest(tables: ShopTables, asked: Asked) -> dict[str, str] | None:
    """The naive way: the value of any dimension with the largest difference."""
    if asked.metric != "visitors":
        counts, first, last = counted(tables, asked)
        inside, before = pl.col("t").is_between(first, last), pl.col("t").is_between(first - 28, first - 1)
        more = pl.col("n").filter(inside).sum() - pl.col("n").filter(before).sum() * (last - first + 1) / 28
        parts = [(d, counts.group_by(d).agg(more)) for d in asked.dims]
    else:
        parts = [
            (d, leaves(tables, asked).group_by(d).agg(pl.col("is").sum() - pl.col("was").sum())) for d in asked.dims
        ]
    found = [(abs(float(n)), d, str(v)) for d, part in parts for v, n in part.iter_rows()]
    _, dim, value = max(found)
    return {dim: value}


def asked_about(tables: ShopTables, incident: Incident) -> Asked:
    metric, dims = SHOWS_IN[incident.name]
    later = REFUNDS_LATER if metric == "faults" else 0
    return Asked(metric, tables.last + timedelta(incident.first), tables.last + timedelta(incident.last + later), dims)


def place_of(tables: ShopTables, incident: Incident) -> dict[str, str]:
    if incident.product is not None:
        return {"product": tables.ids[incident.product]}
    return {"channel": str(incident.channel)} if incident.channel else {"device": str(incident.device)}


CASES = {"planted-causes": worlds, "incidents": incidents}
