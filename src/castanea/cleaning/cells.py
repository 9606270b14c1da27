"""Cells as programs write them: guards against Excel, full-width digits, words that mean nothing."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

NOTHING = (
    "",
    "null",
    "none",
    "nan",
    "n/a",
    "na",
    "nil",
    "-",
    "--",
    "—",
    "\\n",
    "#n/a",
    "无",
    "空",
    "（空）",
    "(空)",
    "暂无",
)
_BEFORE = r"^[\s='\"`\x{feff}\x{3000}]"
_AFTER = (" ", "\t", '"', "\u3000", "\xa0", "\r", "\n")
_WORDS = [*NOTHING, *(word.upper() for word in NOTHING), *(word.title() for word in NOTHING)]
LOST = r"^[+-]?\d(?:\.\d+)?[Ee]\+\d{2,}$"


@dataclass(frozen=True)
class Parsed:
    """`values` in their type, null where there is nothing. `faults`: per row the reason code, null where the cell is fine; or None."""

    values: pl.Series
    faults: pl.Series | None = None


def unguarded(text: pl.Series) -> pl.Series:
    """Text without `="…"`, a leading apostrophe or backtick, tabs and spaces around it; blank = null."""
    guarded = text.str.contains(_BEFORE)  # anchored at the beginning: decided by one character
    for mark in _AFTER:
        ends = text.str.ends_with(mark)
        if ends.any():
            guarded = guarded | ends
    if guarded.any():
        inner = (
            text.str.strip_chars(" \t\r\n\u3000\ufeff\xa0")
            .str.replace(r"^=\"([\s\S]*)\"$", "${1}")
            .str.replace(r"^'(\d)", "${1}")
            .str.replace(r"^`", "")
            .str.strip_chars(" \t\r\n\u3000\xa0")
        )
        text = pl.select(pl.when(guarded).then(inner).otherwise(text)).to_series().alias(text.name)
    return text.set(text == "", None) if (text == "").any() else text


def narrow(text: pl.Series) -> pl.Series:
    """Full-width letters and digits as ordinary ones."""
    return text.str.normalize("NFKC")


def parse_text(text: pl.Series) -> Parsed:
    return Parsed(unguarded(text))


def parse_id(text: pl.Series) -> Parsed:
    """Numbers of orders, customers, products: as text, 17850.0 as 17850. A number like 1.23E+17 has lost digits: a fault."""
    values = unguarded(text)
    if values.str.len_bytes().sum() != values.str.len_chars().sum():
        values = narrow(values)
    whole = values.str.ends_with(".0")
    if whole.any():
        whole = values.str.contains(r"^\d+\.0+$")
        values = pl.select(pl.when(whole).then(values.str.replace(r"\.0+$", "")).otherwise(values)).to_series()
    nothing = values.is_in(_WORDS)
    if nothing.any():
        values = values.set(nothing, None)
    if not values.str.contains_any(["E+", "e+"]).any():
        return Parsed(values)
    return Parsed(values, _fault(values.str.contains(LOST), "precision_lost"))


def parse_flag(text: pl.Series) -> Parsed:
    """是/否, yes/no, true/false, 1/0."""
    words = unguarded(text).str.to_lowercase()
    yes = words.is_in(["true", "yes", "y", "1", "是", "有", "t"])
    no = words.is_in(["false", "no", "n", "0", "否", "无", "f"])
    values = pl.select(pl.when(yes).then(True).when(no).then(False).otherwise(None)).to_series()
    return Parsed(values, _fault(values.is_null() & words.is_not_null() & ~words.is_in(list(NOTHING)), "not_a_flag"))


def _fault(bad: pl.Series, reason: str) -> pl.Series | None:
    bad = bad.fill_null(value=False)
    if not bad.any():
        return None
    return pl.select(pl.when(bad).then(pl.lit(reason)).otherwise(None)).to_series()
