"""A decision shows a reader only numbers that they may see."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from castanea.contracts.query import Filter, Rights
from castanea.decisions import Decision, Effect, FrozenNumber, Goal, Option, Trigger, seen_by, shown_to

JD, TMALL = Filter("shop", "in", ("jd",)), Filter("shop", "in", ("tmall",))
AT = datetime(2026, 11, 1, tzinfo=UTC)


def decision(**more: Any) -> Decision:
    told: dict[str, Any] = {
        "id": "d", "version": 1, "state": "in_effect", "question": "价格？", "kind": "price", "team": "",
        "trigger": Trigger("alert", "a", "销售下滑", AT, (FrozenNumber("paid_amount", "777.5", "888.5", where=(JD,)),), {"en": "fell by 777.5"}),
        "options": (Option("up", "涨价", "111.5", "100.5", "120.5", "222.5"),), "goal": Goal("gross_margin", (JD,), "0.333", "2026-11-02", "2026-12-01"),
        "tasks": (), "chosen": "up", "reasons": "", "decided_by": "", "decided_at": None, "approved_by": "", "said": (),
        "effect": Effect(AT, "2026-11-20", "worked", "", 444.5, 1.0, 2.0, 0.1, 0.0, 0.2, ("shop=secret",)), "created_at": AT, "created_by": "lin",
    }  # fmt: skip
    return Decision(**{**told, **more})


NUMBERS = ("777.5", "888.5", "111.5", "222.5", "0.333", "444.5", "secret")


@pytest.mark.parametrize(
    "rights", [Rights(where=(TMALL,)), Rights(hidden_metrics=frozenset({"gross_margin", "paid_amount"}))]
)
def test_who_may_not_see_the_numbers_sees_the_words_only(rights: Rights) -> None:
    text = msgspec.json.encode(shown_to(decision(), rights)).decode()
    assert not seen_by(decision(), rights)
    assert [number for number in NUMBERS if number in text] == []
    assert "价格？" in text


def test_who_sees_the_scope_sees_all_but_the_names_of_other_members() -> None:
    told = shown_to(decision(), Rights(where=(JD,)))
    text = msgspec.json.encode(told).decode()
    assert [number for number in NUMBERS if number not in text] == ["secret"]
    assert shown_to(decision(), Rights()) == decision()


def test_a_decision_without_a_metric_is_everybodys() -> None:
    assert seen_by(decision(goal=Goal(), trigger=Trigger()), Rights(where=(TMALL,)))
