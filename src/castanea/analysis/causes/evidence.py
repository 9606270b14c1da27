"""Evidence for why a number changed: which series and events moved when and where it did, and more than they move at other times.

Each class of cause is weighed by Bayes' rule: the chance of what was seen were it the cause, against the chance of the same had it not been
(`shift`: placebo dates and like series outside the scope). A class is carried by one of its series, whichever; naming one of many has its
price. "Unknown" has a weight of its own, which something must outweigh. A series that coincides is evidence, no proof: the grade says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time
from math import exp

import numpy as np
import polars as pl

from castanea.analysis.causes import CLASSES, Deviation, Evidence, NotEnough, RankedCause, Why
from castanea.analysis.causes.asked_deviation import asked
from castanea.analysis.causes.evidence_words import paragraph, told_event, told_series
from castanea.analysis.causes.happenings import happenings, read_events
from castanea.analysis.causes.kinds import family, kind_of
from castanea.analysis.causes.scopes import Axis, Candidate, candidates, raw, read_series
from castanea.analysis.causes.shift import F64, LEAST, Shift, Window, shift
from castanea.analysis.common import Answer, Warned, not_enough
from castanea.kit.errors import InputError

UNKNOWN_WEIGHT = 6.0  # against one class of which nothing is known
MOST_ODDS, MOST_OF_A_SYMPTOM, MOST_OF_A_LEVEL = 8.0, 6.0, 3.5
SELDOM = 0.25  # weight of a class that seldom moves the number asked about
SPEAKS = 1.0  # log odds from which a series is shown as evidence
SHORT_OF = 0.15  # of its usual level: a stock below it is running out
SHOWN = 45  # places before the deviation that a small chart shows


def evidence(table: pl.DataFrame, *, deviation: pl.DataFrame, events: pl.DataFrame | None = None) -> Answer:
    """Per class of cause: cause_class, probability (they sum to one), grade (tested, likely, coincides), evidence (in words), score (log odds).

    `table`: time, kind, value, and scope columns; `deviation`: one row with from, until, deviation and where or scope columns; `events`:
    time, kind, text, scope columns. Not enough data: less than 8 times before the deviation. Raises InputError."""
    wanted, warnings = asked(deviation, table, events)
    try:
        found = ranked(table, wanted, events)
    except NotEnough as short:
        known = int(short.args[0])
        return not_enough(
            "evidence", f"the longest series has {known} times before the deviation", f"{LEAST} times before it", "none",
            f"数据不足：偏差开始之前最多只有 {known} 个时点；至少需要 {LEAST} 个，才知道平常是什么样。",
            f"Too little: at most {known} times before the deviation. It takes {LEAST} to know what is usual.",
        )  # fmt: skip
    if found.unread:
        warnings.append(Warned("unread_kinds", f"nobody can tell what {', '.join(found.unread)} is evidence of; it is not "
                               f"used. Names that are read are such as {', '.join(EXAMPLES)}"))  # fmt: skip
    if found.without:
        warnings.append(Warned("nothing_to_look_at", f"there is no series or event about {', '.join(found.without)}: these "
                               f"causes can neither be found nor ruled out"))  # fmt: skip
    rows = [
        {"cause_class": c.cause_class, "probability": c.probability, "grade": c.grade,
         "evidence": "; ".join(e.text["en"] for e in c.evidence), "score": c.evidence[0].score if c.evidence else None}
        for c in found.causes
    ]  # fmt: skip
    first = found.causes[0]
    kinds = {
        "cause_class": pl.String,
        "probability": pl.Float64,
        "grade": pl.String,
        "evidence": pl.String,
        "score": pl.Float64,
    }
    summary = {
        "cause_class": first.cause_class, "probability": first.probability, "grade": first.grade, "unread": list(found.unread),
        "without": list(found.without),
    }  # fmt: skip
    return Answer("evidence", pl.DataFrame(rows, schema=kinds), summary, warnings, found.words)


EXAMPLES = (
    "reviews_negative",
    "return_rate",
    "ad_spend",
    "price_gap",
    "stock",
    "lead_time",
    "checkout_errors",
    "rows_received",
)


def ranked(series: pl.DataFrame, deviation: Deviation, events: pl.DataFrame | None) -> Why:
    """See `castanea.analysis.causes.why`."""
    frame, axis = read_series(series)
    begin, end = _span(axis, deviation)
    unread = [n for n in frame["kind"].unique().sort().to_list() if kind_of(n) is None]
    if events is not None and events.height:
        happened = read_events(events, axis)
        unread += [n for n in happened["kind"].unique().sort().to_list() if kind_of(n) is None and n not in unread]
    else:
        happened = None
    if begin < LEAST and happened is None:
        raise NotEnough(max(begin, 0))
    looked: dict[str, list[Evidence]] = {c: [] for c in CLASSES}
    if begin >= LEAST:
        for candidate in candidates(frame, axis, deviation.where):
            seen = _looked(candidate, axis, deviation, begin, end)
            if seen is not None:
                looked[seen.cause_class].append(seen)
    if happened is not None:
        for event in happenings(happened, axis, deviation.where, begin):
            kind = event.read.kind
            text = told_event(event, axis.time(event.place), dated=axis.dated)
            looked[kind.cause_class].append(Evidence(
                event.name, kind.cause_class, event.scope, min(event.odds, MOST_ODDS), None, None, axis.time(event.place), 0, text,
                tried=event.read.tried,
            ))  # fmt: skip
    causes = _weighed(looked, deviation)
    without = [c for c in CLASSES[:-1] if not looked[c]]
    return Why(causes, paragraph(causes, deviation, without), unread, without)


def _span(axis: Axis, deviation: Deviation) -> tuple[int, int]:
    """First and last place of the deviation. Raises InputError."""
    if isinstance(deviation.begin, int) != axis.counted:
        raise _wrong(
            f"the deviation's from ({deviation.begin}) and the times of the series are of different kinds (dates, whole numbers); write both alike"
        )
    if raw(deviation.end) < raw(deviation.begin):
        raise _wrong(f"the deviation ends ({deviation.end}) before it begins ({deviation.begin}); swap from and until")
    begin, end = axis.place(deviation.begin), axis.place(deviation.end)
    if not isinstance(deviation.end, int) and deviation.end.time() == time() and axis.days > 1:
        end += round(axis.days) - 1
    if begin >= axis.length or end < 0:
        held = f"the series hold {axis.time(0)} to {axis.time(axis.length - 1)}"
        raise _wrong(
            f"{held}, the deviation is {deviation.begin} to {deviation.end}; give series that cover it and some weeks before"
        )
    return begin, min(end, axis.length - 1)


def _wrong(message: str) -> InputError:
    return InputError(message, code="analysis.bad_date")


def _looked(candidate: Candidate, axis: Axis, deviation: Deviation, begin: int, end: int) -> Evidence | None:
    kind = candidate.read.kind
    _, harm, sign_of_quality = family(deviation.metric)
    worse = 1.0 if (deviation.deviation < 0) != harm else -1.0
    way = {"up": worse, "down": -worse, "either": 0.0, "along": 1.0 if deviation.deviation > 0 else -1.0}[kind.worse]
    if kind.cause_class == "data" and kind.worse == "up":
        way = 1.0
    end_seen = end
    if sign_of_quality and kind.cause_class == "quality":
        end_seen = min(axis.length - 1, end + 3)  # returns and complaints have one cause, neither comes first
    window = Window(begin, end_seen, axis.week, max(0, round(kind.lead * axis.days)))
    values, others, odds_most, counts, aim = candidate.values, candidate.others, MOST_ODDS, kind.adds, int(way)
    short = _running_out(values, begin, end) if kind.level else None
    if kind.level and (short is None or way > 0):
        odds_most = MOST_OF_A_LEVEL
    elif short is not None:
        values, others, aim, counts = short, [s for o in others if (s := _running_out(o, begin, end, always=True)) is not None], 1, False  # fmt: skip
    if kind.symptom:
        odds_most = MOST_OF_A_SYMPTOM
    told = shift(values, window, aim, counts=counts, others=others, price=candidate.price)
    if told is None:
        return None
    odds = told.odds if told.odds <= 0 else _bounded(told, kind.symptom, deviation) * told.odds
    odds = min(odds, odds_most)
    if odds > 0:
        odds -= candidate.price
    level = candidate.values[max(0, begin - 28) : begin]
    level = level[np.isfinite(level)]
    inside = candidate.values[max(told.onset, begin - window.lead) : end + 1]
    inside = inside[np.isfinite(inside)]
    before = float(np.median(level)) if len(level) else None
    during = float(inside.mean()) if len(inside) else None
    text = told_series(kind, candidate.scope, before, during, axis.time(told.onset), len(others), dated=axis.dated)
    first = max(0, begin - SHOWN)
    shown = range(first, min(axis.length, end + 8))
    return Evidence(
        candidate.name, kind.cause_class, candidate.scope, odds, before, during, axis.time(told.onset), len(others), text,
        [axis.time(p) for p in shown], [float(v) if np.isfinite(v) else None for v in candidate.values[first : shown.stop]], candidate.read.tried,
    )  # fmt: skip


def _bounded(told: Shift, symptom: bool, deviation: Deviation) -> float:
    """A tenth less of what brings the buyers cannot halve the sales: how much of its odds a series keeps."""
    if not symptom or deviation.relative is None or not told.before:
        return 1.0
    moved, needed = abs(told.step / told.before), abs(deviation.relative)
    return float(np.clip(2 * moved / needed, 0.1, 1.0)) if needed > 0.05 else 1.0


def _running_out(values: F64, begin: int, end: int, *, always: bool = False) -> F64 | None:
    """How far a stock is run out, 0 … 1; None where it never is in the time asked about."""
    past = values[:begin]
    past = past[np.isfinite(past) & (past > 0)]
    if len(past) < LEAST:
        return None
    edge = SHORT_OF * float(np.median(past))
    known = np.where(np.isfinite(values), values, np.nan)
    short: F64 = np.clip((edge - known) / edge, 0.0, 1.0)
    inside = short[begin : end + 1]
    inside = inside[np.isfinite(inside)]
    return short if always or (len(inside) and inside.mean() > 0.2) else None


def _weighed(looked: dict[str, list[Evidence]], deviation: Deviation) -> list[RankedCause]:
    seldom, _, _ = family(deviation.metric)
    weights = {"unknown": UNKNOWN_WEIGHT}
    for name in CLASSES[:-1]:
        weights[name] = _weight([e.score for e in looked[name]]) * (SELDOM if name in seldom else 1.0)
    total = sum(weights.values())
    causes = []
    for name in CLASSES:
        speaks = sorted(
            (e for e in looked[name] if e.score >= SPEAKS), key=lambda e: (-e.score, e.kind, sorted(e.scope.items()))
        )
        causes.append(RankedCause(name, weights[name] / total, _grade(speaks), tuple(speaks[:5])))
    return sorted(causes, key=lambda c: (-c.probability, CLASSES.index(c.cause_class)))


def _weight(scores: Sequence[float]) -> float:
    """One of the series carries the class, whichever; others that moved as well confirm it a little."""
    if not scores:
        return 0.5
    best = sorted(scores, reverse=True)
    some = [s for s in best if s > QUIET_SCORE] or best[:1]
    mixed = sum(exp(s) for s in some) / (1.0 + 0.5 * (min(len(best), 8) - 1))
    return mixed * exp(0.3 * min(max(best[1], 0.0), 3.0)) if len(best) > 1 else mixed


QUIET_SCORE = -1.99


def _grade(speaks: Sequence[Evidence]) -> str:
    if not speaks:
        return ""
    if any(e.tried for e in speaks):
        return "tested"
    return "likely" if speaks[0].compared else "coincides"


__all__ = ["evidence", "ranked"]
