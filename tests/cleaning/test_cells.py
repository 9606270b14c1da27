"""Cells as people write them, to exact values."""

from __future__ import annotations

from decimal import Decimal

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from castanea.cleaning.cells import parse_id
from castanea.cleaning.numbers import NumberStyle, number_style, parse_number
from castanea.cleaning.occurrences import Seen
from castanea.cleaning.places import city_of, province_of
from castanea.cleaning.times import parse_time, time_style
from castanea.contracts.mappings import parse_mapping, shipped_mappings
from castanea.kit.errors import InputError


@pytest.mark.parametrize(
    ("text", "value"),
    [("1,234.50", "1234.5"), ("￥1,234", "1234"), ("12.5元", "12.5"), ("1.2万", "12000"), ("(3.50)", "-3.5"), ("5-", "-5"),
     ("１２３．５", "123.5"), ("12%", "0.12"), ('="123"', "123"), ("1 234.5", "1234.5"), ("1e3", "1000"), ("￥-3.5", "-3.5")],
)  # fmt: skip
def test_a_number_is_read_as_it_is_meant(text: str, value: str) -> None:
    parsed = parse_number(pl.Series([text]), NumberStyle())
    assert (parsed.values[0], parsed.faults) == (Decimal(value), None)


@pytest.mark.parametrize("text", ["abc", "1,23", "1.000.000", "12/5", "99999999999999999", "1.2.3", "--5x"])
def test_what_is_no_number_is_a_fault_never_a_guess(text: str) -> None:
    parsed = parse_number(pl.Series([text]), NumberStyle())
    assert parsed.faults is not None
    assert parsed.faults[0] in ("not_a_number", "too_large")


@given(st.decimals(min_value=-(10**12), max_value=10**12, places=4, allow_nan=False, allow_infinity=False))
def test_decimal_commas_give_the_same_number_as_points(value: Decimal) -> None:
    text = f"{value:,.4f}".translate(str.maketrans(",.", ".,"))
    assert parse_number(pl.Series([text]), NumberStyle(comma=True)).values[0] == value


def test_the_decimal_mark_is_decided_over_the_column() -> None:
    assert number_style(pl.Series(["1.234,50", "12", "0,5"])).comma
    assert not number_style(pl.Series(["1,234.50", "12", "0.5"])).comma
    assert number_style(pl.Series(["1,234", "5,678"])).guessed


def test_the_order_of_day_and_month_is_decided_over_the_column() -> None:
    assert time_style(pl.Series(["01/02/2020", "13/02/2020"])).order == "dmy"
    assert time_style(pl.Series(["01/02/2020", "01/13/2020"])).order == "mdy"
    style = time_style(pl.Series(["12/1/2010", "12/2/2010", "12/9/2010"]))
    assert (style.order, style.evidence) == ("mdy", "span")


def test_local_times_become_moments_also_at_the_change_of_the_clocks() -> None:
    text = pl.Series(["2020-03-29 00:30:00", "2020-03-29 01:30:00", "2020-10-25 01:30:00"])
    values = parse_time(text, time_style(text), "Europe/London").values
    assert [f"{v:%d %H:%M}" for v in values] == ["29 00:30", "29 01:30", "25 00:30"]


def test_identifiers_lose_guards_and_keep_their_zeros() -> None:
    parsed = parse_id(pl.Series(["17850.0", '="0012"', "123\t", "'007", "１２３", "null"]))
    assert parsed.values.to_list() == ["17850", "0012", "123", "007", "123", None]


def test_provinces_are_short_and_addresses_do_not_pass_as_places() -> None:
    frame = pl.DataFrame(
        {"a": ["内蒙古自治区", "浙江省 杭州市 西湖区 文三路 1 号", "上海市徐汇区", "Bavaria", "文三路 9 号 3 栋"]}
    )
    found = frame.select(province=province_of(pl.col("a")), city=city_of(pl.col("a")))
    assert found["province"].to_list() == ["内蒙古", "浙江", "上海", "Bavaria", None]
    assert found["city"].to_list()[1:3] == ["杭州", "上海"]


@given(st.lists(st.lists(st.integers(0, 12), max_size=40), max_size=8))
def test_occurrences_count_over_chunks_in_memory_and_on_disk(chunks: list[list[int]]) -> None:
    counts: dict[int, int] = {}
    with Seen(in_memory=5) as seen:
        for chunk in chunks:
            expected = []
            for key in chunk:
                counts[key] = counts.get(key, 0) + 1
                expected.append(counts[key])
            assert seen.occurrence(pl.Series(chunk, dtype=pl.UInt64)).tolist() == expected


def test_shipped_formats_read_without_a_fault() -> None:
    assert {m.name for m in shipped_mappings()} >= {
        "uci_online_retail",
        "tmall_summary",
        "taobao_orders",
        "superstore",
        "listing_snapshot",
    }


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("amount * 2", "names amount"),
        ("import_(order_id)", "the functions are"),
        ("[1]", "does not have"),
        ("1 +", "no expression"),
    ],
)
def test_a_fault_in_a_mapping_is_named_with_the_valid_choices(change: str, says: str) -> None:
    text = f"""
format: mine
label: {{en: Mine}}
kind: orders
columns: {{order_id: {{type: id}}, at: {{type: time}}}}
rows:
  - table: order
    set: {{order_id: order_id, order_time: at, total: "{change}"}}
"""
    with pytest.raises(InputError, match=says):
        parse_mapping(text, "mine.yaml")


@pytest.mark.parametrize(
    ("text", "stands"),
    [("1972-03-01 08:00:00", True), ("1988-12-31", True), ("1970-01-01 08:00:00", False), ("1900-01-01", False)],
)
def test_old_days_are_days_but_not_what_systems_write_for_none(text: str, stands: bool) -> None:
    column = pl.Series([text, "2026-11-20 10:00:00"])
    parsed = parse_time(column, time_style(column), "Asia/Shanghai")
    assert (parsed.values[0] is not None, parsed.faults is None) == (stands, stands)
