"""Times as exports write them. The order of day and month is decided over the column, never cell by cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from castanea.cleaning.cells import NOTHING, Parsed, narrow, unguarded

FIRST_YEAR, LAST_YEAR = 1971, 2100  # systems that know no date write one of 1900 or 1970
_PARTS = (
    r"^(?P<a>\d{1,4})\s*[-/.年]\s*(?P<b>\d{1,2})\s*[-/.月]\s*(?P<c>\d{1,4})日?"
    r"(?:[T\s]*(?P<h>\d{1,2})[:时点](?P<m>\d{1,2})分?(?::?(?P<s>\d{1,2})秒?(?:[.,](?P<f>\d{1,9}))?)?\s*(?P<p>[AaPp][Mm]|上午|下午)?)?"
    r"\s*(?P<o>Z|UTC|GMT|[+-]\d{2}:?\d{2})?$"
)
_COMPACT = r"^(?P<a>\d{4})(?P<b>\d{2})(?P<c>\d{2})(?:[T\s]?(?P<h>\d{2})(?P<m>\d{2})(?P<s>\d{2})?)?$"
_QUICK = (
    "%Y-%m-%d %H:%M:%S", "%Y/%m/%d %H:%M:%S", "%Y/%m/%d %H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d", "%Y/%m/%d",
)  # fmt: skip
_QUICK_BY_ORDER = {
    "dmy": (
        "%d/%m/%Y",
        "%d/%m/%Y %H:%M",
        "%d/%m/%Y %H:%M:%S",
        "%d-%m-%Y",
        "%d.%m.%Y",
        "%d-%m-%Y %H:%M",
        "%d.%m.%Y %H:%M",
    ),
    "mdy": ("%m/%d/%Y", "%m/%d/%Y %H:%M", "%m/%d/%Y %H:%M:%S", "%m-%d-%Y", "%m-%d-%Y %H:%M"),
}
US = 1_000_000
_NAIVE = pl.Datetime("us")


@dataclass(frozen=True)
class TimeStyle:
    """`order` of the parts where the year does not come first: dmy or mdy. `quick`: the pattern that fits most cells.

    `evidence`: seen (a part above 12 decides), span (the narrower span of time), tie (both spans are equal), given, none (no such
    date in the sample).
    """

    order: str = "dmy"
    quick: str = ""
    evidence: str = "none"


def time_style(sample: pl.Series, *, given: str = "", dmy_likely: bool = True) -> TimeStyle:
    """Decide how a column's times are written."""
    text = _tidy(sample.drop_nulls().cast(pl.String)).drop_nulls()
    order, evidence = _order(text, given, dmy_likely=dmy_likely)
    quick, best = "", 0
    for pattern in (*_QUICK, *_QUICK_BY_ORDER[order]):
        fits = int(_in_range(text.str.to_datetime(pattern, strict=False, time_unit="us")).count())
        if fits > best:
            quick, best = pattern, fits
    return TimeStyle(order, quick, evidence)


def _order(text: pl.Series, given: str, *, dmy_likely: bool) -> tuple[str, str]:
    parts = text.str.extract_groups(r"^(?P<a>\d{1,2})[-/.](?P<b>\d{1,2})[-/.](?P<c>\d{4}|\d{2})\b").struct.unnest()
    a, b = parts["a"].cast(pl.Int32, strict=False), parts["b"].cast(pl.Int32, strict=False)
    if a.drop_nulls().is_empty():
        return given if given in ("dmy", "mdy") else "dmy", "none"
    if given in ("dmy", "mdy") and not ((a if given == "mdy" else b) > 12).any():
        return given, "given"
    over_a, over_b = int((a > 12).sum()), int((b > 12).sum())
    if over_a != over_b:
        return ("dmy" if over_a > over_b else "mdy"), "seen"
    spans = {order: _span(text, TimeStyle(order)) for order in ("dmy", "mdy")}
    if spans["dmy"] != spans["mdy"]:
        return min(spans, key=lambda order: spans[order]), "span"
    if (a == b).all():
        return "dmy", "seen"
    return ("dmy" if dmy_likely else "mdy"), "tie"


def order_of(samples: Sequence[pl.Series]) -> str:
    """The order that some column of a file shows beyond doubt, and none denies; else empty."""
    seen = set()
    for sample in samples:
        order, evidence = _order(_tidy(sample.drop_nulls().cast(pl.String)).drop_nulls(), "", dmy_likely=True)
        if evidence == "seen":
            seen.add(order)
    return seen.pop() if len(seen) == 1 else ""


def _span(text: pl.Series, style: TimeStyle) -> int:
    days = _read(text, style).drop_nulls().dt.date().unique()
    if days.is_empty():
        return 1 << 30
    return int(days.to_physical().max() or 0) - int(days.to_physical().min() or 0)  # type: ignore[arg-type]


def parse_time(text: pl.Series, style: TimeStyle, zone: str) -> Parsed:
    """Moments in UTC (microseconds). Times without an offset are in `zone`. Faults: not_a_time."""
    local, utc, faults = _local_and_utc(text, style)
    return Parsed(_merge(to_utc(local, zone), utc), faults)


def parse_day(text: pl.Series, style: TimeStyle, zone: str) -> Parsed:
    """Calendar days; a time with an offset gives its day in `zone`. Faults: not_a_day."""
    local, utc, faults = _local_and_utc(text, style)
    days = local.dt.date()
    if utc is not None:
        days = _merge(days, utc.dt.convert_time_zone(zone).dt.date())
    if faults is not None:
        faults = faults.str.replace("not_a_time", "not_a_day", literal=True)
    return Parsed(days, faults)


def to_utc(local: pl.Series, zone: str) -> pl.Series:
    """Local clock times to UTC: of two possible moments the earlier; a time skipped by the change to summer time counts on."""
    aware = local.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")
    skipped = aware.is_null() & local.is_not_null()
    if skipped.any():
        before = local.dt.offset_by("-1h")
        later = before.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null").dt.offset_by("1h")
        aware = _merge(aware, later)
    return aware.dt.convert_time_zone("UTC")


def _local_and_utc(text: pl.Series, style: TimeStyle) -> tuple[pl.Series, pl.Series | None, pl.Series | None]:
    """Naive local times, moments of the cells that carry an offset, and faults."""
    local = _in_range(text.str.to_datetime(style.quick or _QUICK[0], strict=False, time_unit="us"))
    rest = local.is_null() & text.is_not_null() & (text != "")
    if not rest.any():
        return local, None, None
    spellings = text.filter(rest).unique()
    tidy = _tidy(spellings)
    frame = pl.DataFrame({
        "text": spellings, "local": _read(tidy, style), "utc": _read_moments(tidy, style),
        "nothing": tidy.is_null() | tidy.str.to_lowercase().is_in(list(NOTHING)),
    })  # fmt: skip
    joined = pl.DataFrame({"text": text, "quick": local}).join(frame, on="text", how="left", maintain_order="left")
    merged = joined.select(
        local=pl.coalesce("quick", pl.when(pl.col("utc").is_null()).then(pl.col("local"))), utc="utc", nothing="nothing"
    )
    bad = rest & merged["local"].is_null() & merged["utc"].is_null() & ~merged["nothing"].fill_null(value=False)
    faults = pl.select(pl.when(bad).then(pl.lit("not_a_time")).otherwise(None)).to_series() if bad.any() else None
    return merged["local"], merged["utc"] if merged["utc"].null_count() < len(merged) else None, faults


def _read(text: pl.Series, style: TimeStyle) -> pl.Series:
    """Naive times from any of the written forms, from Excel's day numbers and from compact digits."""
    frame = pl.DataFrame({"t": text})
    parts = frame.select(pl.col("t").str.extract_groups(_PARTS)).unnest("t")
    compact = frame.select(pl.col("t").str.extract_groups(_COMPACT)).unnest("t")
    serial = frame.select(pl.col("t").str.extract(r"^(\d{5}(?:\.\d+)?)$").cast(pl.Float64, strict=False).alias("n"))[
        "n"
    ]
    named = _assemble(parts, style)
    days = pl.select(pl.when(serial.is_between(20_000, 80_000)).then(serial).otherwise(None)).to_series()
    excel = (((days - 25_569) * 86_400).round() * US).cast(pl.Int64).cast(_NAIVE)
    return _in_range(_merge(_merge(named, _assemble(compact, replace(style, order="ymd"))), excel))


def _read_moments(text: pl.Series, style: TimeStyle) -> pl.Series:
    """Moments of cells with an offset, and of seconds, milliseconds or microseconds since 1970."""
    frame = pl.DataFrame({"t": text})
    parts = frame.select(pl.col("t").str.extract_groups(_PARTS)).unnest("t")
    local = _assemble(parts, style)
    sign = pl.when(pl.col("o").str.starts_with("-")).then(-1).otherwise(1)
    minutes = pl.col("o").str.extract(r"(\d{2}):?\d{2}$").cast(pl.Int64, strict=False) * 60 + pl.col("o").str.extract(
        r"(\d{2})$"
    ).cast(pl.Int64, strict=False)
    offset = parts.select(
        pl.when(pl.col("o").is_in(["Z", "UTC", "GMT"]))
        .then(0)
        .when(pl.col("o").is_null())
        .then(None)
        .otherwise(sign * minutes)
        .alias("o")
    )["o"]
    with_offset = (local.cast(pl.Int64) - offset.cast(pl.Int64) * 60 * US).cast(_NAIVE)
    digits = frame.select(pl.col("t").str.extract(r"^(\d{10}|\d{13}|\d{16})$").alias("n"))["n"]
    number, length = digits.cast(pl.Int64, strict=False), digits.str.len_chars()
    scaled = pl.select(
        pl.when(length == 10).then(number * US).when(length == 13).then(number * 1_000).otherwise(number)
    ).to_series()
    return _in_range(_merge(with_offset, scaled.cast(_NAIVE))).dt.replace_time_zone("UTC")


def _assemble(parts: pl.DataFrame, style: TimeStyle) -> pl.Series:
    def whole(name: str) -> pl.Expr:
        return pl.col(name).cast(pl.Int32, strict=False) if name in parts.columns else pl.lit(None, pl.Int32)

    a, b, c = whole("a"), whole("b"), whole("c")
    year_first = pl.col("a").str.len_chars() == 4
    short = pl.when(c < 70).then(c + 2000).when(c < 100).then(c + 1900).otherwise(c)
    day, month = (a, b) if style.order != "mdy" else (b, a)
    hour = whole("h").fill_null(0)
    if "p" in parts.columns:
        late = pl.col("p").str.to_lowercase().is_in(["pm", "下午"]).fill_null(value=False)
        early = pl.col("p").str.to_lowercase().is_in(["am", "上午"]).fill_null(value=False)
        hour = pl.when(late & (hour < 12)).then(hour + 12).when(early & (hour == 12)).then(0).otherwise(hour)
    fraction = (
        (pl.col("f").str.pad_end(6, "0").str.slice(0, 6)).cast(pl.Int32, strict=False).fill_null(0)
        if "f" in parts.columns
        else pl.lit(0)
    )
    filled = parts.with_columns(
        y=pl.when(year_first).then(a).otherwise(short), mo=pl.when(year_first).then(b).otherwise(month),
        d=pl.when(year_first).then(c).otherwise(day), hh=hour, mm=whole("m").fill_null(0), ss=whole("s").fill_null(0), us=fraction,
    )  # fmt: skip
    text = pl.format(
        "{}-{}-{} {}:{}:{}.{}",
        pl.col("y").cast(pl.String).str.zfill(4), *(pl.col(n).cast(pl.String).str.zfill(2) for n in ("mo", "d", "hh", "mm", "ss")),
        pl.col("us").cast(pl.String).str.zfill(6),
    )  # fmt: skip
    return filled.select(text.str.to_datetime("%Y-%m-%d %H:%M:%S%.6f", strict=False, time_unit="us").alias("t"))["t"]


def _tidy(text: pl.Series) -> pl.Series:
    return narrow(unguarded(text)).str.strip_chars()


def _in_range(times: pl.Series) -> pl.Series:
    good = times.dt.year().is_between(FIRST_YEAR, LAST_YEAR)
    if good.all():
        return times
    return pl.select(pl.when(good).then(times).otherwise(None)).to_series()


def _merge(first: pl.Series, second: pl.Series | None) -> pl.Series:
    return first if second is None else pl.select(pl.coalesce(first, second)).to_series()
