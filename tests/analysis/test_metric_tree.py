"""A change divided among the factors of a metric, against hand reckoning."""

from __future__ import annotations

import random

import polars as pl
import pytest

from castanea.analysis.diagnose.equation import equation_parts
from castanea.analysis.diagnose.metric_tree import decompose
from castanea.kit.errors import InputError

TREE = "revenue = visitors * conversion * order_value"
TWO = "p,visitors,conversion,order_value\nA,1000,0.02,50\nB,1200,0.03,40\n"


def rows(text: str) -> pl.DataFrame:
    return pl.read_csv(text.encode(), infer_schema=False)


def effects(table: pl.DataFrame, tree: str = TREE, by: str = "") -> dict[tuple[str, str], float]:
    found = decompose(table, tree=tree, period="p", before="A", after="B", by=by).table
    return {(f, g): e for f, g, e in found.select("factor", "group", "effect").iter_rows()}


def test_three_factors_get_what_all_orders_give_on_average() -> None:
    parts = equation_parts((1000, 0.02, 50), (1200, 0.03, 40)).parts
    assert list(effects(rows(TWO)).values()) == pytest.approx(parts, abs=1e-9)
    assert sum(parts) == pytest.approx(1440 - 1000)


def test_sums_differences_and_numbers_are_divided_too() -> None:
    table = rows("p,a,b,c\nA,2,3,10\nB,4,5,7\n")
    found = effects(table, "x = 2 * (a + b) - c")
    assert found == {("a", "all"): pytest.approx(4), ("b", "all"): pytest.approx(4), ("c", "all"): pytest.approx(3)}


def test_a_ratio_of_columns_is_one_rate_inside_a_product_and_two_factors_alone() -> None:
    table = rows("p,v,o,r\nA,100,10,500\nA,100,0,0\nB,300,30,900\n")
    for tree in ("r = v * (o / v) * (r / o)", "r = v * o / v * r / o"):
        found = effects(table, tree)
        assert [f for f, _ in found] == ["v", "o / v", "r / o"]
        assert list(found.values()) == pytest.approx(equation_parts((200, 0.05, 50), (300, 0.1, 30)).parts)
    alone = effects(table, "rate = o / v")
    assert alone["o", "all"] == pytest.approx(20 * (1 / 200 + 1 / 300) / 2)
    assert sum(alone.values()) == pytest.approx(30 / 300 - 10 / 200)


def test_a_group_that_is_new_or_gone_changes_by_its_volume_alone() -> None:
    text = "p,g,visitors,conversion,order_value\nA,old,10,.5,4\nA,both,10,.1,10\nB,both,10,.2,10\nB,new,20,.5,3\n"
    answer = decompose(rows(text), tree=TREE, period="p", before="A", after="B", by="g")
    found = {(f, g): e for f, g, e in answer.table.select("factor", "group", "effect").iter_rows()}
    assert found["visitors", "new"] == pytest.approx(30)
    assert found["visitors", "old"] == pytest.approx(-20)
    assert found["conversion", "both"] == pytest.approx(10)
    assert sum(found.values()) == pytest.approx(answer.summary["change"], abs=1e-9)
    assert (answer.summary["new"], answer.summary["vanished"]) == (["new"], ["old"])


def test_groups_of_a_ratio_tell_mix_from_rate() -> None:
    """A group of the mean rate that grows brings nothing; both its effects cancel."""
    table = rows("p,g,o,v\nA,x,10,100\nA,y,10,100\nB,x,20,200\nB,y,10,100\n")
    found = effects(table, "rate = o / v", "g")
    assert found["o", "x"] + found["v", "x"] == pytest.approx(0, abs=1e-12)


def test_the_parts_of_random_trees_add_up_and_rows_may_stand_in_any_order() -> None:
    chance = random.Random(4)
    for tree in (TREE, "m = (a + b) * c - d / c", "m = a * b / c", "m = a * (b + c * d)"):
        names = [n for n in ("visitors", "conversion", "order_value", "a", "b", "c", "d") if n in tree]
        lines = [
            ",".join([chance.choice("AB"), chance.choice("uvwxyz"), *(f"{chance.lognormvariate(3, 2):.6f}" for _ in names)])
            for _ in range(60)
        ]  # fmt: skip
        head = ",".join(["p", "g", *names]) + "\n"
        for by in ("", "g"):
            answer = decompose(rows(head + "\n".join(lines)), tree=tree, period="p", before="A", after="B", by=by)
            scale = max(abs(answer.summary["before"]), abs(answer.summary["after"]))
            assert abs(answer.summary["change"] - sum(answer.table["effect"])) <= 1e-9 * scale
            chance.shuffle(lines)
            again = decompose(rows(head + "\n".join(lines)), tree=tree, period="p", before="A", after="B", by=by)
            assert again.table.equals(answer.table)


def test_several_rows_are_put_together_so_that_the_product_holds() -> None:
    table = rows("p,units,price,revenue\nA,10,2,20\nA,30,4,120\nB,40,5,200\n")
    answer = decompose(table, tree="revenue = units * price", period="p", before="A", after="B")
    assert answer.summary["before"] == pytest.approx(140)
    assert answer.table["before"].to_list() == [40, 3.5]
    assert [w.code for w in answer.warnings] == ["rows_put_together"]


def test_a_formula_that_is_not_the_metric_is_told() -> None:
    table = rows("p,a,b,m\nA,1,2,5\nB,2,2,9\n")
    assert "tree_differs" in [
        w.code for w in decompose(table, tree="m = a * b", period="p", before="A", after="B").warnings
    ]


def test_chinese_names_and_signs_and_names_with_blanks_are_read() -> None:
    table = rows("p,访客数,转化率,order value\nA,10,.5,4\nB,20,.5,4\n")
    assert effects(table, "销售额 ＝ 访客数 × 转化率 × `order value`")["访客数", "all"] == pytest.approx(20)


@pytest.mark.parametrize(
    "tree",
    [
        "visitors * conversion", "r = visitor * conversion", "r = visitors ** 2", "r = open('x')", "r = 3", "r =", "r = visitors *", "= visitors",
        "r = visitors[0]", "r = a = b", "r = visitors and conversion", "r = True * 'visitors'", "r = " + "(" * 300 + "visitors" + ")" * 300,
    ],
)  # fmt: skip
def test_what_is_no_formula_is_refused_and_never_run(tree: str) -> None:
    with pytest.raises(InputError, match=r"--tree"):
        effects(rows(TWO), tree)


def test_a_period_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match=r"no period 'C'.*A, B"):
        decompose(rows(TWO), tree=TREE, period="p", before="C", after="B")
    with pytest.raises(InputError, match="zero in a period"):
        decompose(rows("p,a,b\nA,1,0\nB,1,1\n"), tree="m = a / b", period="p", before="A", after="B")
