"""Why it changed: planted worlds of evidence, and the simulated shop's incidents from its own tables."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import numpy as np
import polars as pl

from bench.analysis.cause_worlds import cause_world
from bench.analysis.frame import Line, at_least
from bench.analysis.incident_tables import Asked, ShopTables, counted, leaves, shop, thinned
from castanea.analysis.causes import Deviation, Why, why
from castanea.analysis.causes.evidence import evidence
from castanea.analysis.causes.place import place
from castanea.analysis.diagnose.localise import diagnose
from castanea.demo.incidents import Incident

WORLDS, FIRST_SEED = 150, 5_000


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
    "faulty_batch": ("refunds", ("product", "channel")), "checkout_broken": ("completion", ("channel", "device")),
    "source_silent": ("visitors", ("channel", "device")),
}  # fmt: skip


def located(tables: ShopTables, asked: Asked) -> tuple[dict[str, str], float] | None:
    """The first place of `diagnose`, of thin counts that of `place`, and by how much it deviates; None where nothing stands out."""
    if asked.metric in ("units", "refunds"):
        counts, first, last = counted(tables, asked)
        standing = place(counts, asked.dims, first, last, way=-1 if asked.metric == "units" else 1)
        return (standing.where, standing.deviation) if standing else None
    table = leaves(tables, asked)
    columns = [c[4:] for c in table.columns if c.startswith("was_")]
    ratio = {"derived": "/".join(columns)} if len(columns) > 1 else {}
    found = diagnose(
        table, dims=asked.dims, actual=[f"is_{c}" for c in columns], expected=[f"was_{c}" for c in columns], **ratio
    ).tree["all"]  # type: ignore[arg-type]
    return (dict(found[0]["where"]), float(found[0]["deviation"])) if found else None


def explained(tables: ShopTables, asked: Asked, where: dict[str, str], deviation: float) -> Why:
    names = {"units": "units", "refunds": "asked_refunds", "visitors": "visitors", "completion": "checkout_completion"}
    begin, end = (datetime.combine(d, time()) for d in (asked.first, asked.last))
    return why(tables.series, Deviation(where, begin, end, deviation, metric=names[asked.metric]))


def incidents() -> list[Line]:
    """Each planted incident of thirty worlds, and in each world sales of a product that fall to a third for no reason told anywhere."""
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
        honest += unexplained(tables, seed)
    name, worlds_ = "the simulated shop's incidents", "sales gone without a reason"
    return [
        Line(name, "place right", places / cases, naive / cases, None, at_least(0.90)),
        Line(name, "place and class of cause right", classes / cases, None, None, at_least(0.90)),
        Line(worlds_, "said to be unknown", honest / len(SEEDS), 0.0, None, at_least(0.90)),
    ]


def unexplained(tables: ShopTables, seed: int) -> bool:
    """A product that no incident hit loses two thirds of its sales for five days: whether the cause is said to be unknown."""
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
    return explained(poorer, told, where, -1.0).causes[0].cause_class == "unknown"


def largest(tables: ShopTables, asked: Asked) -> dict[str, str] | None:
    """The naive way: the value of any dimension with the largest difference."""
    if asked.metric in ("units", "refunds"):
        counts, first, last = counted(tables, asked)
        days = last - first + 1
        parts = [(d, counts.group_by(d).agg(
            pl.col("n").filter(pl.col("t").is_between(first, last)).sum() - pl.col("n").filter(pl.col("t").is_between(first - 28, first - 1)).sum() * days / 28,
        )) for d in asked.dims]  # fmt: skip
    else:
        table = leaves(tables, asked)
        columns = [c[4:] for c in table.columns if c.startswith("was_")]
        parts = [
            (
                d,
                table.group_by(d).agg(
                    (pl.col(f"is_{columns[0]}").sum() - pl.col(f"was_{columns[0]}").sum()).alias("n")
                ),
            )
            for d in asked.dims
        ]
    found = [(abs(float(n)), d, str(v)) for d, part in parts for v, n in part.iter_rows()]
    _, dim, value = max(found)
    return {dim: value}


def asked_about(tables: ShopTables, incident: Incident) -> Asked:
    metric, dims = SHOWS_IN[incident.name]
    later = REFUNDS_LATER if metric == "refunds" else 0
    return Asked(metric, tables.last + timedelta(incident.first), tables.last + timedelta(incident.last + later), dims)


def place_of(tables: ShopTables, incident: Incident) -> dict[str, str]:
    if incident.product is not None:
        return {"product": tables.ids[incident.product]}
    return {"channel": str(incident.channel)} if incident.channel else {"device": str(incident.device)}


CASES = {"planted-causes": worlds, "incidents": incidents}
