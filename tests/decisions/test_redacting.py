"""A decision is shown to those who may see all of its numbers."""

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


@pytest.mark.parametrize(
    "rights",
    [
        Rights(where=(TMALL,)),
        Rights(hidden_metrics=frozenset({"gross_margin"})),
        Rights(hidden_metrics=frozenset({"paid_amount"})),
    ],
)
def test_it_is_not_shown_to_who_may_not_see_a_number_of_it(rights: Rights) -> None:
    assert not seen_by(decision(), rights)


def test_numbers_that_it_came_from_bind_it_before_it_has_a_goal() -> None:
    assert not seen_by(decision(goal=Goal()), Rights(where=(TMALL,)))
    assert seen_by(decision(goal=Goal(), trigger=Trigger()), Rights(where=(TMALL,)))


def test_who_sees_the_scope_sees_all_but_the_names_of_other_members() -> None:
    assert seen_by(decision(), Rights(where=(JD,)))
    text = msgspec.json.encode(shown_to(decision(), Rights(where=(JD,)))).decode()
    assert "444.5" in text
    assert "secret" not in text
    assert shown_to(decision(), Rights()) == decision()
