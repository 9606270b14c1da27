"""Reads a raw column (text, numbers, times, mixed) into a canonical type, and says which values cannot be read and why.

Good values are read by vectorised kernels. Only when a kernel refuses a column are its values looked at one by one, and then by rules
that accept whatever the kernels accept, with the same result: what a value means never depends on its neighbours.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation, localcontext
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

UTC_MICROS = pa.timestamp("us", tz="UTC")
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST_YEAR, LAST_YEAR = 1900, 2199
_DAYS = ((date(FIRST_YEAR, 1, 1) - date(1970, 1, 1)).days, (date(LAST_YEAR, 12, 31) - date(1970, 1, 1)).days)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_INTEGER = r"^[+-]?[0-9]{1,18}$"
_TIME = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2})(?::?(\d{2})(?::?(\d{2})(?:[.,](\d{1,9}))?)?)?\s?([Zz]|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_FLAGS = {"true": True, "false": False, "1": True, "0": False, "yes": True, "no": False}
_FLOAT_DIGITS = 15


@dataclass(frozen=True)
class Fault:
    """Values of one column that cannot be used: their positions, the reason code and the rule they break."""

    rows: npt.NDArray[np.int64]
    reason: str
    rule: str


Read = tuple[pa.Array, list[Fault]]
NONE = np.zeros(0, dtype=np.int64)


def read_text(raw: pa.Array) -> Read:
    """Text as it is; numbers, flags and times as text. Objects and lists are faults."""
    kind = raw.type
    if kind == pa.string():
        return raw, []
    if pa.types.is_nested(kind):
        return pa.nulls(len(raw), pa.string()), _all(raw, "not_text", "text, not an object or a list")
    if pa.types.is_floating(kind):
        whole = pc.and_(pc.equal(raw, pc.floor(raw)), pc.less(pc.abs(raw), 2.0**53))
        ints = pc.cast(pc.if_else(pc.fill_null(whole, False), raw, None), pa.int64())
        return pc.coalesce(pc.cast(ints, pa.string()), pc.cast(raw, pa.string())), []
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        try:
            return pc.cast(raw, pa.string()), []
        except pa.ArrowInvalid:
            return _one_by_one(raw, lambda v: v.decode("utf-8"), pa.string(), "not_text", "UTF-8")
    return pc.cast(raw, pa.string()), []


def read_decimal(raw: pa.Array, type_: pa.Decimal128Type) -> Read:
    """Exact: text is never read through a float. Floats (spreadsheets) are rounded to the scale, half to even."""
    rule = f"a number with at most {type_.precision - type_.scale} digits before and {type_.scale} after the point"
    if raw.type == type_:
        return raw, []
    if pa.types.is_nested(raw.type) or pa.types.is_boolean(raw.type) or pa.types.is_temporal(raw.type):
        return pa.nulls(len(raw), type_), _all(raw, "not_a_number", rule)
    if pa.types.is_floating(raw.type):
        return _floats(raw, type_, rule)
    if not _has_exponents(raw):  # the kernel reads 1e-20 as 0 without a word
        try:
            return pc.cast(raw, type_), []
        except pa.ArrowInvalid:
            pass
    texts = pc.cast(raw, pa.string())
    reasons: dict[str, str] = {}

    def read(text: str) -> Decimal:
        value, reason = _decimal(text, type_)
        if reason:
            reasons[text] = reason
            raise ValueError(reason)
        return value

    array, faults = _one_by_one(texts, read, type_, "not_a_number", rule)
    return array, _split(faults, texts, reasons, rule)


def _has_exponents(raw: pa.Array) -> bool:
    """Whether any text holds an e or E, by one look at its bytes."""
    if (
        not (pa.types.is_string(raw.type) or pa.types.is_large_string(raw.type))
        or len(raw) == 0
        or raw.buffers()[2] is None
    ):
        return False
    data = np.frombuffer(raw.buffers()[2], dtype=np.uint8)
    return bool(((data | 0x20) == ord("e")).any())


def _decimal(text: str, type_: pa.Decimal128Type) -> tuple[Decimal, str]:
    text = text.strip()
    if not _NUMBER.fullmatch(text):
        return Decimal(0), "not_a_number"
    try:
        value = Decimal(text)
    except InvalidOperation:
        return Decimal(0), "not_a_number"
    if value and value.adjusted() >= type_.precision - type_.scale:
        return Decimal(0), "too_large"
    with localcontext() as context:
        context.prec = 60
        exact = value.quantize(Decimal(1).scaleb(-type_.scale))
        if exact == value:
            return exact, ""
        if len(value.as_tuple().digits) > _FLOAT_DIGITS:  # 59.970000000000006: what a sender's float made of 59.97
            context.prec = _FLOAT_DIGITS
            near = +value
            context.prec = 60
            if near.quantize(exact) == near:
                return near.quantize(exact), ""
    return Decimal(0), "too_fine"


def _floats(raw: pa.Array, type_: pa.Decimal128Type, rule: str) -> Read:
    finite = pc.fill_null(pc.is_finite(raw), True)
    limit = 10.0 ** (type_.precision - type_.scale)
    fits = pc.fill_null(pc.less(pc.abs(raw), limit), True)
    faults = [
        *_where(pc.invert(finite), "not_a_number", rule),
        *_where(pc.and_(finite, pc.invert(fits)), "too_large", rule),
    ]
    good = pc.if_else(pc.and_(finite, fits), raw, None)
    wide = pa.decimal128(38, type_.scale)
    texts = [
        None if v is None else Decimal(repr(v)).quantize(Decimal(1).scaleb(-type_.scale)) for v in good.to_pylist()
    ]
    return pc.cast(pa.array(texts, wide), type_), faults


def read_integer(raw: pa.Array) -> Read:
    rule = "a whole number of at most 18 digits"
    if raw.type == pa.int64():
        return raw, []
    if pa.types.is_integer(raw.type):
        return pc.cast(raw, pa.int64()), []
    if pa.types.is_nested(raw.type) or pa.types.is_boolean(raw.type) or pa.types.is_temporal(raw.type):
        return pa.nulls(len(raw), pa.int64()), _all(raw, "not_a_whole_number", rule)
    if pa.types.is_floating(raw.type):
        whole = pc.fill_null(pc.and_(pc.equal(raw, pc.floor(raw)), pc.less(pc.abs(raw), 2.0**53)), raw.is_null())
        return pc.cast(pc.if_else(whole, raw, None), pa.int64()), _where(pc.invert(whole), "not_a_whole_number", rule)
    texts = pc.utf8_trim_whitespace(pc.cast(raw, pa.string()))
    plain = pc.fill_null(pc.match_substring_regex(texts, _INTEGER), True)
    array = pc.cast(pc.utf8_ltrim(pc.if_else(plain, texts, None), "+"), pa.int64())
    rest, faults = _rest(texts, plain, _whole, pa.int64(), "not_a_whole_number", rule)
    return (array if rest is None else pc.coalesce(array, rest)), faults


def _whole(text: str) -> int:
    if not _NUMBER.fullmatch(text):
        raise ValueError(text)
    value = Decimal(text)
    if value != value.to_integral_value() or abs(value) >= 10**18:
        raise ValueError(text)
    return int(value)


def read_flag(raw: pa.Array) -> Read:
    rule = "true or false"
    if pa.types.is_boolean(raw.type):
        return raw, []
    if pa.types.is_nested(raw.type) or pa.types.is_temporal(raw.type):
        return pa.nulls(len(raw), pa.bool_()), _all(raw, "not_a_flag", rule)
    texts, _ = read_text(raw)
    return _one_by_one(texts, lambda v: _FLAGS[v.strip().lower()], pa.bool_(), "not_a_flag", rule)


def read_date(raw: pa.Array) -> Read:
    rule = f"a day, YYYY-MM-DD, from {FIRST_YEAR} to {LAST_YEAR}"
    faults: list[Fault] = []
    if pa.types.is_timestamp(raw.type) and raw.type.tz is None:
        array = pc.cast(pc.floor_temporal(raw, unit="day"), pa.date32())
    elif raw.type == pa.date32():
        array = raw
    elif not (pa.types.is_string(raw.type) or pa.types.is_large_string(raw.type)):
        return pa.nulls(len(raw), pa.date32()), _all(raw, "not_a_day", rule)
    else:
        try:
            array = pc.cast(raw, pa.date32())
        except pa.ArrowInvalid:
            array, faults = _one_by_one(raw, _day, pa.date32(), "not_a_day", rule)
    return _within(array, pc.cast(array, pa.int32()), _DAYS, faults, rule)


def _day(text: str) -> date:
    text = text.strip()
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise ValueError(text)
    return date.fromisoformat(text)


def read_time(raw: pa.Array, zone: str) -> Read:
    """UTC microseconds of ISO 8601 times. `zone` (IANA) is that of times without an offset.

    A local time that comes twice when clocks go back is taken as the first; one that clocks skip is a fault, for a wrong zone makes such.
    """
    rule = f"an ISO 8601 time from {FIRST_YEAR} to {LAST_YEAR}, as 2026-11-20T14:36:00Z"
    faults: list[Fault] = []
    if pa.types.is_timestamp(raw.type):
        micros = pc.cast(raw, pa.timestamp("us", tz=raw.type.tz), safe=False)
        array, faults = (pc.cast(micros, UTC_MICROS), []) if raw.type.tz else _placed(micros, zone)
    elif pa.types.is_date(raw.type):
        array, faults = _placed(pc.cast(raw, pa.timestamp("us")), zone)
    elif not (pa.types.is_string(raw.type) or pa.types.is_large_string(raw.type) or pa.types.is_null(raw.type)):
        return pa.nulls(len(raw), UTC_MICROS), _all(raw, "not_a_time", rule)
    else:
        array, faults = _times(raw, zone, rule)
    day = 86_400_000_000
    return _within(array, pc.cast(array, pa.int64()), (_DAYS[0] * day, (_DAYS[1] + 1) * day - 1), faults, rule)


def _times(raw: pa.Array, zone: str, rule: str) -> Read:
    try:
        return pc.cast(raw, UTC_MICROS), []
    except pa.ArrowInvalid:
        pass
    try:
        return _placed(pc.cast(raw, pa.timestamp("us")), zone)
    except pa.ArrowInvalid:
        pass
    local: set[str] = set()

    def read(text: str) -> int:
        micros, has_offset = _instant(text)
        if not has_offset:
            local.add(text)
        return micros

    numbers, faults = _one_by_one(raw, read, pa.int64(), "not_a_time", rule)
    is_local = pc.is_in(raw, pa.array(sorted(local), raw.type)) if local else pa.array(np.zeros(len(raw), dtype=bool))
    fixed = pc.cast(pc.if_else(is_local, None, numbers), UTC_MICROS)
    if not local:
        return fixed, faults
    placed, gaps = _placed(pc.cast(pc.if_else(is_local, numbers, None), pa.timestamp("us")), zone)
    return pc.coalesce(fixed, placed), [*faults, *gaps]


def _instant(text: str) -> tuple[int, bool]:
    """Microseconds since 1970 of a time, and whether it named its offset (else they are local)."""
    match = _TIME.fullmatch(text.strip())
    if not match:
        raise ValueError(text)
    day, hour, minute, second, fraction, offset = match.groups()
    at = datetime.fromisoformat(f"{day}T{hour or '00'}:{minute or '00'}:{second or '00'}").replace(tzinfo=UTC)
    micros = (at - EPOCH) // timedelta(microseconds=1) + int(f"{fraction or '0':0<6}"[:6])
    if offset is None:
        return micros, False
    if offset not in "Zz":
        hours, minutes = int(offset[1:3]), int(offset[3:].lstrip(":") or 0)
        if hours > 23 or minutes > 59:
            raise ValueError(text)
        shift = (hours * 60 + minutes) * 60_000_000
        micros += shift if offset[0] == "-" else -shift
    return micros, True


def _placed(local: pa.Array, zone: str) -> Read:
    try:
        return pc.cast(pc.assume_timezone(local, zone, ambiguous="earliest", nonexistent="raise"), UTC_MICROS), []
    except pa.ArrowInvalid:
        before = pc.assume_timezone(local, zone, ambiguous="earliest", nonexistent="earliest")
        after = pc.assume_timezone(local, zone, ambiguous="earliest", nonexistent="latest")
        skipped = pc.fill_null(pc.not_equal(before, after), False)
        rule = f"a time that exists in {zone}: clocks skip this one"
        return pc.cast(pc.if_else(skipped, None, before), UTC_MICROS), _where(skipped, "skipped_time", rule)


def _within(array: pa.Array, numbers: pa.Array, bounds: tuple[int, int], faults: list[Fault], rule: str) -> Read:
    if len(numbers) == numbers.null_count:
        return array, faults
    span = pc.min_max(numbers)
    if span["min"].as_py() >= bounds[0] and span["max"].as_py() <= bounds[1]:
        return array, faults
    inside = pc.fill_null(pc.and_(pc.greater_equal(numbers, bounds[0]), pc.less_equal(numbers, bounds[1])), True)
    return pc.if_else(inside, array, None), [*faults, *_where(pc.invert(inside), "out_of_range", rule)]


def _all(raw: pa.Array, reason: str, rule: str) -> list[Fault]:
    return _where(raw.is_valid(), reason, rule)


def _where(mask: pa.Array, reason: str, rule: str) -> list[Fault]:
    rows = np.flatnonzero(np.asarray(mask.to_numpy(zero_copy_only=False), dtype=bool))
    return [Fault(rows, reason, rule)] if len(rows) else []


def _one_by_one(raw: pa.Array, read: Callable[[Any], Any], type_: pa.DataType, reason: str, rule: str) -> Read:
    """Each distinct value once, in Python."""
    encoded = raw.dictionary_encode()
    values: list[Any] = []
    bad: list[int] = []
    for position, value in enumerate(encoded.dictionary.to_pylist()):
        try:
            values.append(read(value))
        except (ValueError, KeyError, ArithmeticError):
            values.append(None)
            bad.append(position)
    array = pa.array(values, type_).take(encoded.indices)
    if not bad:
        return array, []
    return array, _where(
        pc.fill_null(pc.is_in(encoded.indices, pa.array(bad, encoded.indices.type)), False), reason, rule
    )


def _rest(
    texts: pa.Array, done: pa.Array, read: Callable[[Any], Any], type_: pa.DataType, reason: str, rule: str
) -> tuple[pa.Array | None, list[Fault]]:
    if pc.all(done).as_py() is not False:
        return None, []
    return _one_by_one(pc.if_else(done, None, texts), read, type_, reason, rule)


def _split(faults: list[Fault], texts: pa.Array, reasons: dict[str, str], rule: str) -> list[Fault]:
    """The faults of a column, one per reason."""
    split: dict[str, list[int]] = {}
    for fault in faults:
        for row in fault.rows.tolist():
            split.setdefault(reasons.get(texts[row].as_py(), fault.reason), []).append(row)
    return [Fault(np.array(rows, dtype=np.int64), reason, rule) for reason, rows in split.items()]
