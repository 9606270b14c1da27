"""Ways through a shop: funnels in a given order, and what people do before or after an event."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from castanea.analysis.common import Answer, Warned, present, texts, times
from castanea.analysis.common.columns import span
from castanea.kit.errors import InputError
from castanea.kit.nearest import nearest

STEPS_SHOWN = 5


def funnel(
    table: pl.DataFrame, *, user: str, event: str, time: str, steps: Sequence[str], session: str = "", within: str = ""
) -> Answer:
    """How many users (sessions, where given) did the steps in this order, each with or after the one before: reached, share_of_first,
    share_of_previous, median_seconds from the step before. Other events may lie between. `within`: from the first step on; any of a
    user's first steps may begin the way, and the furthest way counts."""
    if len(steps) < 2:
        raise InputError(
            "a funnel needs two steps or more; write --steps view,cart,purchase", code="analysis.bad_steps"
        )
    events, warnings = _events(table, user, session, event, time)
    known = events["event"].unique().to_list()
    for step in steps:
        if step not in known:
            raise InputError(
                f"there is no event {step!r}{nearest(step, known).hint}; there are {', '.join(sorted(known)[:30])}",
                code="analysis.no_event",
            )
    limit = span(within, "--within") if within else None
    ways = (
        events.filter(pl.col("event") == steps[0]).select("unit", pl.col("at").alias("t0")).unique().sort("t0", "unit")
    )
    for number, step in enumerate(steps[1:], start=1):
        following = events.filter(pl.col("event") == step).select("unit", pl.col("at")).unique().sort("at", "unit")
        before = ways.sort(f"t{number - 1}", nulls_last=True)
        open_ = before.filter(pl.col(f"t{number - 1}").is_not_null())
        found = open_.join_asof(
            following.with_columns(pl.col("at").alias(f"t{number}")), left_on=f"t{number - 1}", right_on="at", by="unit", strategy="forward",
            allow_exact_matches=step != steps[number - 1], check_sortedness=False,
        )  # fmt: skip
        if limit is not None:
            late = pl.col(f"t{number}") - pl.col("t0") > limit
            found = found.with_columns(pl.when(late).then(None).otherwise(pl.col(f"t{number}")).alias(f"t{number}"))
        found = found.select(*(f"t{n}" for n in range(number + 1)), "unit")
        closed = before.filter(pl.col(f"t{number - 1}").is_null()).with_columns(
            pl.lit(None, pl.Datetime("us")).alias(f"t{number}")
        )
        ways = pl.concat([found, closed.select(found.columns)])
    depth = pl.sum_horizontal(pl.col(f"t{n}").is_not_null().cast(pl.Int64) for n in range(len(steps)))
    best = (
        ways.with_columns(depth.alias("depth"))
        .sort("unit", "depth", "t0", descending=[False, True, False])
        .unique("unit", keep="first")
    )
    rows = _counted(best, steps)
    units = events["unit"].n_unique()
    summary = {
        "units": units,
        "of": session or user,
        "conversion": rows["share_of_first"][-1],
        "first_of_all": float(rows["reached"][0] / units),
    }
    return Answer("funnel", rows, summary, warnings, _funnel_words(rows))


def paths(
    table: pl.DataFrame,
    *,
    user: str,
    event: str,
    time: str,
    session: str = "",
    start: str = "",
    end: str = "",
    length: int = STEPS_SHOWN,
) -> Answer:
    """The ways that begin with the first `start` (or lead to the first `end`) of each user or session, up to `length` further events,
    most frequent first: path (events joined by ` > `), count, share."""
    if bool(start) == bool(end):
        raise InputError("give one of --from EVENT and --to EVENT", code="analysis.bad_paths")
    events, warnings = _events(table, user, session, event, time)
    anchor = start or end
    if anchor not in events["event"].unique().to_list():
        known = sorted(events["event"].unique().to_list())
        raise InputError(
            f"there is no event {anchor!r}{nearest(anchor, known).hint}; there are {', '.join(known[:30])}",
            code="analysis.no_event",
        )
    ordered = events.sort("unit", "at", "event").with_columns(pl.int_range(pl.len()).over("unit").alias("place"))
    anchors = ordered.filter(pl.col("event") == anchor).group_by("unit").agg(pl.col("place").min().alias("anchor"))
    offset = pl.col("place").cast(pl.Int64) - pl.col("anchor").cast(pl.Int64)
    inside = offset.is_between(0, length) if start else offset.is_between(-length, 0)
    ways = (
        ordered.join(anchors, on="unit")
        .filter(inside)
        .sort("unit", "place")
        .group_by("unit", maintain_order=True)
        .agg(pl.col("event").str.join(" > ").alias("path"))
    )
    rows = (
        ways.group_by("path")
        .agg(pl.len().cast(pl.Int64).alias("count"))
        .sort(["count", "path"], descending=[True, False])
    )
    rows = rows.with_columns((pl.col("count") / ways.height).alias("share"))
    summary = {"ways": ways.height, "different": rows.height, "of": session or user}
    top, share = rows["path"][0], rows["share"][0]
    words = {
        "zh": f"最常见的路径是 {top}，占 {share:.1%}；共 {rows.height:,} 种。",
        "en": f"The most frequent way is {top}, {share:.1%} of them; there are {rows.height:,} different ones.",
    }
    return Answer("paths", rows, summary, warnings, words)


def _events(table: pl.DataFrame, user: str, session: str, event: str, time: str) -> tuple[pl.DataFrame, list[Warned]]:
    """unit, event, at; rows that lack one are left out and told. A session is a user's: its number alone may repeat."""
    present(table, user, session, event, time)
    at = times(table, time).values
    moments = pl.from_epoch(at, "s").cast(pl.Datetime("us")) if at.dtype == pl.Int64 else at
    unit = (
        pl.concat_str([texts(table, user), texts(table, session)], separator="\x1f") if session else texts(table, user)
    )
    frame = pl.select(
        unit.alias("unit") if isinstance(unit, pl.Expr) else pl.lit(unit).alias("unit"),
        pl.lit(texts(table, event)).alias("event"),
        pl.lit(moments).alias("at"),
    )
    whole = frame.drop_nulls()
    lost = frame.height - whole.height
    if not whole.height:
        raise InputError("no row names a user and an event", code="analysis.empty")
    return whole, [
        Warned("gaps", f"{lost:,} of {frame.height:,} rows lack the user or the event and are left out")
    ] if lost else []


def _counted(best: pl.DataFrame, steps: Sequence[str]) -> pl.DataFrame:
    reached = [int(best[f"t{n}"].is_not_null().sum()) for n in range(len(steps))]
    seconds: list[float | None] = [None]
    for n in range(1, len(steps)):
        took = (best[f"t{n}"] - best[f"t{n - 1}"]).drop_nulls().dt.total_microseconds()
        seconds.append(float(took.median()) / 1e6 if len(took) else None)  # type: ignore[arg-type]
    first = reached[0]
    before = [first, *reached[:-1]]
    return pl.DataFrame({
        "step": list(steps), "reached": reached, "share_of_first": [n / first for n in reached],
        "share_of_previous": [n / b if b else None for n, b in zip(reached, before, strict=True)], "median_seconds": seconds,
    })  # fmt: skip


def _funnel_words(rows: pl.DataFrame) -> dict[str, str]:
    lost = (
        rows.with_row_index("at")
        .filter(pl.col("share_of_previous").is_not_null() & (pl.col("at") > 0))
        .sort("share_of_previous")
    )
    zh = f"从“{rows['step'][0]}”到“{rows['step'][-1]}”的转化率为 {rows['share_of_first'][-1]:.1%}。"
    en = f"{rows['share_of_first'][-1]:.1%} of those with “{rows['step'][0]}” reach “{rows['step'][-1]}”."
    if lost.height:
        zh += f"流失最多的一步是“{lost['step'][0]}”，只有 {lost['share_of_previous'][0]:.1%} 走到这一步。"
        en += f" Most are lost before “{lost['step'][0]}”: {lost['share_of_previous'][0]:.1%} go on to it."
    return {"zh": zh, "en": en}
