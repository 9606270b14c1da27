"""Targets as they are kept, and as CSV brings them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from castanea.contracts.query import Filter, Rights
from castanea.contracts.target import CurveDay, Target, may_see
from castanea.kit.clock import SystemClock
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.state import Database
from castanea.targets import NewTarget, TargetEdit, Targets, read_curve, read_targets
from castanea.targets.checking import read_number, read_period

NOVEMBER = NewTarget("November", "net_sales", date(2026, 11, 1), date(2026, 11, 30), "1,200,000")


@pytest.fixture
def targets(tmp_path: Path) -> Iterator[Targets]:
    database = Database(tmp_path / "state.db")
    yield Targets(database, SystemClock())
    database.close()


def test_a_target_is_kept_with_its_history(targets: Targets) -> None:
    kept = targets.make(NOVEMBER, "ana").target
    assert kept.value == "1200000"
    changed = targets.change(kept.id, TargetEdit(1, replace(NOVEMBER, value="130万")), "bo").target
    assert (changed.value, changed.version) == ("1300000", 2)
    newest, first = targets.history(kept.id)
    assert (newest.by, newest.before, newest.after) == ("bo", {"value": "1200000"}, {"value": "1300000"})
    assert first.kind == "made"


def test_a_change_of_somebody_else_is_never_overwritten(targets: Targets) -> None:
    kept = targets.make(NOVEMBER, "ana").target
    targets.change(kept.id, TargetEdit(1, replace(NOVEMBER, value="1")), "bo")
    with pytest.raises(Conflict) as refused:
        targets.change(kept.id, TargetEdit(1, replace(NOVEMBER, value="2")), "ana")
    assert refused.value.values["by"] == "bo"
    assert targets.get(kept.id).target.value == "1"


def test_a_target_goes_into_the_archive_and_comes_back(targets: Targets) -> None:
    kept = targets.make(NOVEMBER, "ana").target
    targets.change(kept.id, TargetEdit(1, archived=True), "ana")
    assert targets.living() == []
    assert [each.target.id for each in targets.all(archived=True)] == [kept.id]
    targets.change(kept.id, TargetEdit(2, archived=False), "ana")
    assert len(targets.living()) == 1


def test_there_is_no_target_of_another_name(targets: Targets) -> None:
    with pytest.raises(NotFound):
        targets.get("nothing")


@pytest.mark.parametrize(
    ("text", "value"),
    [("1200000", "1200000"), ("1,200,000.50", "1200000.50"), ("120万", "1200000"), ("1.2亿", "120000000"), ("¥ 1,200", "1200"), ("3.5%", "0.035"),
     ("2.5m", "2500000")],
)  # fmt: skip
def test_a_number_is_read_as_people_write_it(text: str, value: str) -> None:
    assert read_number(text) == Decimal(value)


@pytest.mark.parametrize(
    "text", ["1.200.000", "1.234,5", "12,34", "1e5", "", "abc", "1 200", "--5", "1,200,00", "NaN", "3万%"]
)
def test_a_number_with_two_readings_or_none_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_number(text)


def test_periods_are_read_as_people_write_them() -> None:
    assert read_period("2026-02") == (date(2026, 2, 1), date(2026, 2, 28))
    assert read_period("2026Q4") == (date(2026, 10, 1), date(2026, 12, 31))
    assert read_period("2026") == (date(2026, 1, 1), date(2026, 12, 31))
    assert read_period("2026-11-01..2026-11-11") == (date(2026, 11, 1), date(2026, 11, 11))
    for bad in ("2026-13", "11/2026", "soon"):
        with pytest.raises(InputError):
            read_period(bad)


def test_a_curve_needs_every_day_once_and_makes_the_value(targets: Targets) -> None:
    two = replace(NOVEMBER, until=date(2026, 11, 2), shape="given", value="")
    curve = read_curve('day,value\n2026-11-01,"1,000"\n2026-11-02,500\n')
    kept = targets.make(replace(two, curve=curve), "ana").target
    assert (kept.value, len(kept.curve)) == ("1500", 2)
    for bad in (curve[:1], (*curve, curve[0]), (*curve, CurveDay(date(2026, 12, 1), "3"))):
        with pytest.raises(InputError):
            targets.make(replace(two, curve=bad), "ana")
    with pytest.raises(InputError, match="1500"):
        targets.make(replace(two, curve=curve, value="2000"), "ana")


def test_a_fault_in_a_curve_names_its_line() -> None:
    with pytest.raises(InputError, match="line 2"):
        read_curve("2026-11-01,5\n2026-11-02,5.0.1\n")


FILE = """名称,指标,周期,目标值,范围,分摊,团队
十一月,net_sales,2026-11,120万,shop=山野集; channel=tmall|jd,平均,运营
全年,orders,2026,"1,200,000",,,
"""


def test_a_file_brings_targets(targets: Targets) -> None:
    read = read_targets("\ufeff" + FILE, {"运营": "t1"})
    assert not read.faults
    first, second = (line.target for line in read.lines)
    assert first.where == (Filter("shop", "in", ("山野集",)), Filter("channel", "in", ("tmall", "jd")))
    assert (first.shape, first.team, second.shape) == ("flat", "t1", "last_year")
    assert targets.import_all([first, second], "ana") == (2, 0)
    assert targets.import_all([first, replace(second, value="5")], "ana") == (0, 1)
    assert len(targets.living()) == 2


def test_each_bad_line_is_told_with_its_number() -> None:
    bad = FILE + "x,orders,2026-14,1,,,\ny,orders,2026,1.2.3,,,\nz,orders,2026,5,,,nobody\nw,orders,2026,5,,,,,\n"
    read = read_targets(bad, {"运营": "t1"})
    assert [(fault.line, fault.code) for fault in read.faults] == [
        (4, "target.bad_period"), (5, "target.bad_number"), (6, "target.bad_field"), (7, "target.bad_cells"),
    ]  # fmt: skip
    assert len(read.lines) == 2


@pytest.mark.parametrize(
    "text", ["", "name,metric\n", "name,metric,value,period,colour\n", "name,name,metric,value,period\n"]
)
def test_a_file_without_the_columns_is_refused(text: str) -> None:
    with pytest.raises(InputError):
        read_targets(text, {})


def test_a_target_is_seen_by_whom_its_whole_scope_is_shown() -> None:
    whole = Target("1", "x", "net_sales", date(2026, 1, 1), date(2026, 1, 2), "1")
    shop_a = replace(whole, where=(Filter("shop", "in", ("A",)),))
    only_a = Rights("a", (Filter("shop", "in", ("A", "B")),))
    assert may_see(whole, Rights())
    assert not may_see(whole, only_a)
    assert may_see(shop_a, only_a)
    assert not may_see(replace(whole, where=(Filter("shop", "in", ("A", "C")),)), only_a)
    assert not may_see(shop_a, Rights("h", (), frozenset({"net_sales"})))
    not_c = Rights("n", (Filter("category", "not_in", ("C",)),))
    assert may_see(replace(whole, where=(Filter("category", "in", ("D",)),)), not_c)
    assert not may_see(replace(whole, where=(Filter("category", "not_in", ("D",)),)), not_c)
