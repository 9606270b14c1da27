"""Validation: every good value read exactly, every bad one named, and no value's meaning dependent on its neighbours."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation

import pyarrow as pa
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from castanea.contracts.sent import sent_batch_schema
from castanea.contracts.tables import TABLES
from castanea.contracts.validate import LONGEST, quarantined, validate

LINE, ORDER, EVENT, STOCK = (TABLES[n] for n in ("order_line", "order", "web_event", "stock_level"))
NOW = datetime(2026, 11, 20, 14, 36, tzinfo=UTC)


def lines(count: int, **columns: object) -> pa.Table:
    base = {
        "shop_id": ["main"] * count,
        "order_id": ["1"] * count,
        "kind": ["product"] * count,
        "amount": ["1"] * count,
    }
    return pa.table({**base, **columns})


def orders(times: list[str | None], **columns: object) -> pa.Table:
    return pa.table({"shop_id": ["main"] * len(times), "order_id": ["1"] * len(times), "order_time": times, **columns})


def amount(value: object, type_: pa.DataType | None = None) -> Decimal | str:
    """The amount read, or the reason why not."""
    done = validate(LINE, lines(1, amount=pa.array([value], type_)))
    return done.rejects[0].reason if done.rejects else done.rows["amount"][0].as_py()


def moment(text: str, zone: str = "UTC") -> datetime | str:
    done = validate(ORDER, orders([text]), zone=zone)
    return done.rejects[0].reason if done.rejects else done.rows["order_time"][0].as_py().astimezone(UTC)


def test_good_rows_come_out_in_the_sent_types():
    done = validate(LINE, lines(3, quantity=["1", "2.5", None], title=["a", "", None]))
    assert done.rejects == ()
    assert done.kept is None
    schema = sent_batch_schema("order_line")
    assert [done.rows.schema.field(n) for n in LINE.sent_schema.names] == [
        schema.field(n) for n in LINE.sent_schema.names
    ]
    assert done.rows["title"].to_pylist() == ["a", None, None]
    assert done.rows["_row"].to_pylist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("0.1", "0.1000"), ("1e3", "1000"), ("-12.3400", "-12.34"), ("+5", "5"), (" 7 ", "7"), ("12345678901234.5678", "12345678901234.5678"),
        ("59.970000000000006", "59.97"), ("1.500000", "1.5"),
        ("NaN", "not_a_number"), ("inf", "not_a_number"), ("-Infinity", "not_a_number"), ("1,5", "not_a_number"), ("", "missing"), ("x", "not_a_number"),
        ("0x10", "not_a_number"), ("1_000", "not_a_number"), ("１", "not_a_number"), ("true", "not_a_number"),
        ("123456789012345.0", "too_large"), ("1e400", "too_large"), ("1.23456", "too_fine"), ("1e-9", "too_fine"),
    ],
)  # fmt: skip
def test_amounts_are_read_exactly_from_text_or_refused(text, read):
    expected = amount(text)
    assert expected == (Decimal(read) if read[-1].isdigit() else read)


def test_amounts_of_numbers_are_read():
    assert amount(5) == 5
    assert amount(0.1) == Decimal("0.1")
    assert amount(Decimal("1.25"), pa.decimal128(9, 2)) == Decimal("1.25")
    assert amount(float("nan")) == "not_a_number"
    assert amount(float("inf")) == "not_a_number"
    assert amount(1e15) == "too_large"
    assert amount(True) == "not_a_number"
    assert amount({"a": 1}) == "not_a_number"


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("2026-11-20T14:36:00Z", datetime(2026, 11, 20, 14, 36, tzinfo=UTC)),
        ("2026-11-20 22:36:00.25+08:00", datetime(2026, 11, 20, 14, 36, 0, 250_000, UTC)),
        ("2026-11-20T22:36+0800", datetime(2026, 11, 20, 14, 36, tzinfo=UTC)),
        ("2026-11-20T14:36:00.123456789Z", datetime(2026, 11, 20, 14, 36, 0, 123_456, UTC)),
        ("2026-02-30T00:00:00Z", "not_a_time"), ("yesterday", "not_a_time"), ("1732113360", "not_a_time"), ("2026-11-20T25:00:00Z", "not_a_time"),
        ("1066-10-14T09:00:00Z", "out_of_range"), ("2500-01-01T00:00:00Z", "out_of_range"),
    ],
)  # fmt: skip
def test_times_with_an_offset_are_read_as_moments(text, read):
    assert moment(text) == read


def test_a_time_without_an_offset_is_read_in_the_given_zone():
    assert moment("2026-11-20T22:36:00", "Asia/Shanghai") == NOW
    assert moment("2026-11-20", "Asia/Kathmandu") == datetime(2026, 11, 19, 18, 15, tzinfo=UTC)


def test_a_local_time_that_clocks_skip_is_refused_and_one_that_comes_twice_is_the_first():
    assert moment("2026-03-29T01:30:00", "Europe/London") == "skipped_time"
    assert moment("2026-03-29T00:30:00", "Europe/London") == datetime(2026, 3, 29, 0, 30, tzinfo=UTC)
    assert moment("2026-10-25T01:30:00", "Europe/London") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_a_skipped_time_refuses_its_own_row_only():
    done = validate(
        ORDER, orders(["2026-03-29T01:30:00", "2026-03-29T02:30:00", "2026-03-29T01:30:00Z"]), zone="Europe/London"
    )
    assert [(r.row, r.reason, r.value) for r in done.rejects] == [(1, "skipped_time", "2026-03-29T01:30:00")]
    assert done.rows["_row"].to_pylist() == [2, 3]


def test_each_shops_local_times_are_read_in_its_own_zone():
    raw = pa.table(
        {"shop_id": ["cn", "uk", "cn"], "order_id": ["1", "2", "3"], "order_time": ["2026-11-20T14:36:00"] * 3}
    )
    done = validate(ORDER, raw, zone="Asia/Shanghai", zones={"uk": "Europe/London"})
    assert [t.as_py().astimezone(UTC).hour for t in done.rows["order_time"]] == [6, 14, 6]


def test_a_shop_with_a_zone_that_no_clock_knows_is_refused():
    raw = pa.table({"shop_id": ["a", "b", "c"], "zone": ["Asia/Shangai", None, "Asia/Shanghai"]})
    done = validate(TABLES["shop"], raw)
    assert [(r.row, r.column, r.reason, r.value) for r in done.rejects] == [(1, "zone", "not_a_zone", "Asia/Shangai")]
    assert done.rows["shop_id"].to_pylist() == ["b", "c"]


def test_closed_lists_required_columns_and_lengths_are_checked():
    raw = lines(4, kind=["product", "gift", "", "fee"], title=["ok", "ok", "ok", "x" * (LONGEST + 1)])
    assert [(r.row, r.column, r.reason) for r in validate(LINE, raw).rejects] == [
        (2, "kind", "not_in_list"),
        (3, "kind", "missing"),
        (4, "title", "too_long"),
    ]


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\x7fb", "\x08"])
def test_control_characters_are_refused(text):
    (reject,) = validate(LINE, lines(2, title=["fine\n\t", text])).rejects
    assert (reject.row, reject.reason) == (2, "control_character")


def test_bytes_that_are_no_utf8_such_as_lone_surrogates_are_refused():
    raw = lines(2, title=pa.array(["好".encode(), b"\xed\xa0\x80"], pa.binary()))
    done = validate(LINE, raw)
    assert [(r.row, r.reason) for r in done.rejects] == [(2, "not_text")]
    assert done.rows["title"].to_pylist() == ["好"]


def test_numbers_sent_for_identifiers_become_text():
    done = validate(LINE, lines(2, order_id=pa.array([17841, 12.0]), product_id=pa.array([5, None])))
    assert done.rows["order_id"].to_pylist() == ["17841", "12"]
    assert done.rows["product_id"].to_pylist() == ["5", None]


def test_columns_unknown_to_the_table_are_kept_as_json():
    raw = lines(2, colour=["red", None], weight=pa.array([None, 1.5]), _extra=['{"size":"L"}', None])
    assert validate(LINE, raw).rows["_extra"].to_pylist() == ['{"colour":"red","size":"L"}', '{"weight":1.5}']


def test_an_empty_text_stands_for_everywhere_where_the_contract_says_so():
    raw = pa.table({"day": ["2026-10-01"], "country": [""], "name": ["national_day"], "holiday": ["true"]})
    done = validate(TABLES["calendar"], raw)
    assert done.rows.to_pylist()[0]["country"] == ""
    assert done.rows.to_pylist()[0]["day"] == date(2026, 10, 1)


def test_an_empty_table_is_fine():
    assert validate(LINE, lines(0)).rows.num_rows == 0


def test_rejected_rows_become_quarantine_rows_with_the_whole_row():
    raw = lines(2, amount=["1", "x"], colour=["a", "b"])
    done = validate(LINE, raw)
    rows = quarantined("order_line", raw, done.rejects, source="test", import_id="i", time=NOW)
    assert rows.schema.equals(sent_batch_schema("quarantine"))
    (row,) = rows.to_pylist()
    assert (row["reason"], row["column"], row["value"], row["source_row"], row["state"]) == (
        "not_a_number",
        "amount",
        "x",
        2,
        "waiting",
    )
    assert row["raw"] == '{"shop_id":"main","order_id":"1","kind":"product","amount":"x","colour":"b"}'
    again = quarantined("order_line", raw, done.rejects, source="test", import_id="i", time=NOW + timedelta(days=1))
    assert again["quarantine_id"].to_pylist() == [row["quarantine_id"]]


NUMBERS = st.one_of(
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
    st.decimals(min_value=-10**13, max_value=10**13, places=4).map(str),
    st.floats().map(repr),
    st.text(alphabet="0123456789.eE+-_ x", max_size=12),
    st.none(),
)  # fmt: skip
LOCAL = datetime(2026, 3, 28)  # noqa: DTZ001 (what a sender without a zone writes)
TIMES = st.one_of(
    st.datetimes(min_value=LOCAL.replace(year=1800), max_value=LOCAL.replace(year=2300)).map(datetime.isoformat),
    st.datetimes(min_value=LOCAL, max_value=LOCAL.replace(day=30)).map(lambda d: d.isoformat(" ")),
    st.datetimes(timezones=st.timezones()).map(datetime.isoformat),
    st.from_regex(r"20\d\d-[01]\d-[0-3]\d([T ][0-2]\d(:[0-5]\d(:[0-6]\d([.]\d{1,9})?)?)?)?(Z|[+-][0-2]\d(:?[0-7]\d)?)?", fullmatch=True),
    st.none(),
)  # fmt: skip


def _alone(table, column, values, make, zone="UTC"):
    """Each value validated by itself: what it reads as, or why not."""
    found = []
    for value in values:
        done = validate(table, make([value]), zone=zone)
        found.append(done.rejects[0].reason if done.rejects else done.rows[column][0].as_py())
    return found


def _together(table, column, values, make, zone="UTC"):
    done = validate(table, make(values), zone=zone)
    found = dict(
        zip(range(len(values)) if done.kept is None else done.kept.tolist(), done.rows[column].to_pylist(), strict=True)
    )
    return [
        found[i] if i in found else next(r.reason for r in done.rejects if r.position == i) for i in range(len(values))
    ]


@given(st.lists(NUMBERS, min_size=1, max_size=8))
@example(["1", "1e3", "x"])
@example(["0e5", "-0", "00012"])
@example(["100000000000000.0", "5.103367915792013e-223"])
def test_what_a_number_means_does_not_depend_on_its_neighbours(values):
    def make(part):
        return lines(len(part), cost=pa.array(part, pa.string()))

    assert _together(LINE, "cost", values, make) == _alone(LINE, "cost", values, make)


@given(st.lists(TIMES, min_size=1, max_size=6))
@example(["2026-03-29T01:30:00", "2026-03-29"])
@example(["2026-11-20T14:36:00.123456789Z", "2026-11-20T14:36:00Z"])
def test_what_a_time_means_does_not_depend_on_its_neighbours(values):
    def make(part):
        return pa.table(
            {
                "shop_id": ["m"] * len(part),
                "order_id": ["1"] * len(part),
                "order_time": ["2026-01-01T00:00:00Z"] * len(part),
                "pay_time": pa.array(part, pa.string()),
            }
        )

    assert _together(ORDER, "pay_time", values, make, "Europe/London") == _alone(
        ORDER, "pay_time", values, make, "Europe/London"
    )


@given(st.lists(NUMBERS, min_size=1, max_size=8))
def test_a_number_is_read_as_python_reads_it_exactly_or_refused(values):
    done = validate(LINE, lines(len(values), cost=pa.array(values, pa.string())))
    kept = range(len(values)) if done.kept is None else done.kept.tolist()
    for at, read in zip(kept, done.rows["cost"].to_pylist(), strict=True):
        if values[at] and values[at].strip() and len(Decimal(values[at].strip()).as_tuple().digits) <= 15:
            assert read == Decimal(values[at].strip())
    for reject in done.rejects:
        try:
            value = Decimal(reject.value.strip().replace("_", "x"))
        except InvalidOperation:
            continue
        fits = value.is_finite() and abs(value) < 10**14 and value == value.quantize(Decimal("0.0001"))
        assert not fits or not reject.value.isascii()


@given(st.lists(st.one_of(st.text(), st.none()), min_size=1, max_size=8))
def test_any_text_is_kept_as_it_is_or_refused(values):
    done = validate(
        LINE,
        lines(
            len(values),
            title=pa.array([v if v is None else v.encode("utf-8", "surrogatepass") for v in values], pa.binary()),
        ),
    )
    kept = list(range(len(values))) if done.kept is None else done.kept.tolist()
    assert done.rows["title"].to_pylist() == [values[i] or None for i in kept]
    assert len(kept) + len(done.rejects) == len(values)


@given(st.data())
def test_no_value_of_any_type_raises_and_every_row_is_kept_or_rejected(data):
    count = data.draw(st.integers(1, 5))
    types = {
        pa.string(): st.text(st.characters(codec="utf-8"), max_size=10),
        pa.int64(): st.integers(-(2**63), 2**63 - 1), pa.float64(): st.floats(), pa.bool_(): st.booleans(),
        pa.binary(): st.binary(max_size=8), pa.list_(pa.int64()): st.lists(st.integers(0, 9), max_size=2), pa.date32(): st.dates(),
        pa.timestamp("us"): st.datetimes(), pa.decimal128(38, 10): st.decimals(-10**20, 10**20, places=10, allow_nan=False),
    }  # fmt: skip
    columns = {}
    for column in STOCK.sent:
        type_ = data.draw(st.sampled_from(list(types)))
        columns[column.name] = pa.array(
            data.draw(st.lists(st.one_of(st.none(), types[type_]), min_size=count, max_size=count)), type_
        )
    done = validate(STOCK, pa.table(columns), zone="Europe/London")
    assert done.rows.num_rows + len(done.rejects) == count
    done.rows.validate(full=True)
    quarantined("stock_level", pa.table(columns), done.rejects, source="t", time=NOW)
