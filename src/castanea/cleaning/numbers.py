"""Numbers as people write them, exactly: decimal point or comma, thousands marks, currency signs, 万, brackets, full-width digits."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from castanea.cleaning.cells import NOTHING, Parsed, narrow, unguarded

DECIMAL = pl.Decimal(38, 8)
LARGEST = 10**13  # decimal(18,4) holds 14 digits before the point

_SIGNS = r"(?i)人民币|rmb|cny|usd|gbp|eur|hk\$|us\$|[¥￥$£€元]|块"
_UNITS = r"(?:件|个|单|人付款|人收货|人|次|笔|份|条|台|kg|pcs|units?)\+?$"
_PLAIN_COMMA = r"^[+-]?\d+(?:,\d+)?$"
_POINT = r"^[+-]?(?:\d+|\d{1,3}(?:[, '’_]\d{3})+)?(?:\.\d*)?(?:[eE][+-]?\d{1,2})?$"
_COMMA = r"^[+-]?(?:\d+|\d{1,3}(?:[. '’_]\d{3})+)?(?:,\d*)?(?:[eE][+-]?\d{1,2})?$"
_UNTOLD = r"^[+-]?[1-9]\d{0,2}\.\d{3}$"  # 12.000: twelve, or twelve thousand
_WHOLE = r"^[+-]?\d{1,3}(?:,\d{3})+$"


@dataclass(frozen=True)
class NumberStyle:
    """`comma`: the decimal mark is a comma. `guessed`: nothing in the sample decided it. `untold`: nor can anybody: cells like 12.000."""

    comma: bool = False
    guessed: bool = False
    untold: bool = False


def mark_of(sample: pl.Series) -> str:
    """The decimal mark that a column's cells show: a comma, a point, or empty where they show none."""
    comma, point, _ = _evidence(sample)
    return "" if comma == point else "," if comma > point else "."


def number_style(sample: pl.Series, *, comma_likely: bool = False) -> NumberStyle:
    """Decide the decimal mark from a column's sample: `1.234,5` and `0,5` speak for the comma, `1,234.5` and `0.5` for the point.

    `comma_likely`: the file's other columns have a decimal comma, so that `1.234` is a thousand.
    """
    comma, point, text = _evidence(sample)
    if comma == point:
        return NumberStyle(comma_likely, bool(text.str.contains(_WHOLE).any()), bool(text.str.contains(_UNTOLD).any()))
    return NumberStyle(comma=comma > point)


def _evidence(sample: pl.Series) -> tuple[int, int, pl.Series]:
    """How many cells speak for the comma, how many for the point, and the cells without signs and units."""
    text = unguarded(sample.drop_nulls().cast(pl.String)).drop_nulls()
    text = narrow(text).str.replace_all(_SIGNS, "").str.replace_all(r"[\s%()万亿]", "").str.strip_chars("-+")
    comma = int(
        (
            text.str.contains(r",\d{1,2}$|,\d{4,}$|^[+-]?0,\d")
            | text.str.contains(r"\.\d{3},\d|^\d{1,3}(?:\.\d{3}){2,}$")
        ).sum()
        or 0
    )
    point = int(
        (
            text.str.contains(r"\.\d{1,2}$|\.\d{4,}$|^[+-]?0\.\d")
            | text.str.contains(r",\d{3}\.\d|^\d{1,3}(?:,\d{3}){2,}$")
        ).sum()
        or 0
    )
    return comma, point, text


def parse_number(text: pl.Series, style: NumberStyle) -> Parsed:
    """Decimals with 8 places, exact. Faults: not_a_number, too_large."""
    plain = text
    if style.comma:
        simple = text.str.contains(_PLAIN_COMMA)
        plain = pl.select(pl.when(simple).then(text.str.replace(",", ".", literal=True)).otherwise(None)).to_series()
    values = plain.cast(DECIMAL, strict=False)
    missing = values.is_null() & text.is_not_null() & (text != "")
    faults: pl.Series | None = None
    if missing.any():
        values, faults = _with_the_rest(text, values, missing, style)
    big = (values.abs() >= LARGEST).fill_null(value=False)
    if big.any():
        faults = pl.select(
            pl.when(big).then(pl.lit("too_large")).otherwise(faults if faults is not None else None)
        ).to_series()
    return Parsed(values, faults)


def _with_the_rest(
    text: pl.Series, values: pl.Series, missing: pl.Series, style: NumberStyle
) -> tuple[pl.Series, pl.Series | None]:
    """The cells that are no plain numbers, each spelling once."""
    spellings = text.filter(missing).unique()
    read, wrong = _spelled(spellings, style)
    frame = pl.DataFrame({"text": spellings, "read": read, "wrong": wrong})
    joined = pl.DataFrame({"text": text, "value": values, "missing": missing}).join(
        frame, on="text", how="left", maintain_order="left"
    )
    filled = joined.select(pl.when("missing").then(pl.col("read")).otherwise(pl.col("value")).alias("v"))["v"]
    faults = joined.select(
        pl.when(pl.col("missing") & pl.col("wrong")).then(pl.lit("not_a_number")).otherwise(None).alias("f")
    )["f"]
    return filled, faults if faults.null_count() < len(faults) else None


def _spelled(spellings: pl.Series, style: NumberStyle) -> tuple[pl.Series, pl.Series]:
    """Values and, where a spelling is no number, true."""
    frame = pl.DataFrame({"t": narrow(unguarded(spellings)).str.strip_chars()})
    t = pl.col("t")
    mark = _COMMA if style.comma else _POINT
    thousands = r"[. '’_]" if style.comma else r"[, '’_]"
    frame = frame.with_columns(nothing=t.is_null() | t.str.to_lowercase().is_in(list(NOTHING)))
    frame = frame.with_columns(negative=t.str.contains(r"^\(.*\)$|^[^\d]*-|-$"), t=t.str.replace_all(r"[()]", ""))
    frame = frame.with_columns(
        t=t.str.replace_all(_SIGNS, "").str.replace_all(r"[\s\x{a0}]+", " ").str.strip_chars(" +-")
    )
    frame = frame.with_columns(t=t.str.replace(_UNITS, "").str.strip_chars(" +"))
    frame = frame.with_columns(
        scale=pl.when(t.str.ends_with("万"))
        .then(pl.lit(10_000))
        .when(t.str.ends_with("亿"))
        .then(pl.lit(100_000_000))
        .otherwise(1)
        .cast(DECIMAL),
        percent=t.str.ends_with("%"),
        t=t.str.strip_chars("万亿% "),
    )
    digits = t.str.replace_all(thousands, "")
    digits = digits.str.replace(",", ".", literal=True) if style.comma else digits
    number = (
        pl.when(t.str.contains(mark) & t.str.contains(r"\d")).then(digits).otherwise(None).cast(DECIMAL, strict=False)
    )
    number = number * pl.col("scale") * pl.when("negative").then(-1).otherwise(1).cast(DECIMAL)
    number = pl.when("percent").then(number / pl.lit(100).cast(DECIMAL)).otherwise(number)
    result = frame.select(value=number, nothing="nothing")
    return result["value"], result["value"].is_null() & ~result["nothing"]
