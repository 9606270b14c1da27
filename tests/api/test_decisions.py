"""The routes on decisions: from an alert's frozen numbers to the measured effect, and what each reader sees of it."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from castanea.contracts.alert import AlertReading
from castanea.decisions import Decision, DecisionStep, Effect, EffectQuestion, Goal, NewDecision, Option
from castanea.kit.errors import InputError
from castanea.runs.alert_watch import AlertWatch
from castanea.runs.decision_watch import DecisionWatch
from tests.api.conftest import Served
from tests.api.pocket import AT, PocketLink
from tests.api.test_people import invited

TODAY = datetime.now(UTC).date()
GOAL = {
    "metric": "net_sales",
    "expected": "0.08",
    "begins": (TODAY - timedelta(days=9)).isoformat(),
    "review": (TODAY + timedelta(days=20)).isoformat(),
}
OPTIONS = [
    {"id": "up", "title": "涨价 8%", "effect": "120", "effect_lo": "80", "effect_hi": "160"},
    {"id": "stay", "title": "不变"},
]


@pytest.fixture
def client(served: Served) -> httpx.Client:
    return served.signed_in()


def made(client: httpx.Client, **more: object) -> dict[str, object]:
    answer = client.post(
        "/api/v1/decisions",
        json={"decision": {"question": "要不要涨价？", "kind": "price", "options": OPTIONS, "goal": GOAL, **more}},
    )
    assert answer.status_code == 201, answer.text
    told: dict[str, object] = answer.json()
    return told


def test_a_decision_goes_from_question_to_measured_effect(client: httpx.Client) -> None:
    number = made(client)["id"]
    at = f"/api/v1/decisions/{number}"
    said = client.post(f"{at}/said", json={"stance": "object", "why": "对手刚降价"}).json()
    assert said["said"][0]["stance"] == "object"
    decided = client.post(
        f"{at}/steps", json={"base": said["version"], "to": "decided", "chosen": "up", "reasons": "毛利太低"}
    )
    assert decided.json()["state"] == "decided", decided.text
    early = client.post(f"{at}/effect")
    assert (early.status_code, early.json()["code"]) == (422, "decision.not_begun")
    begun = client.post(f"{at}/steps", json={"base": decided.json()["version"], "to": "in_effect"}).json()
    assert begun["state"] == "in_effect"
    measured = client.post(f"{at}/effect").json()
    assert measured["effect"]["verdict"] == "worked"
    opened = client.get(at).json()
    assert [line["what"] for line in opened["history"]] == ["made", "object", "decided", "in_effect", "effect"]
    assert opened["needs_approval"] is False
    page = client.get(f"{at}/markdown")
    assert page.headers["content-type"].startswith("text/markdown")
    assert "毛利太低" in page.text


def test_from_an_alert_its_numbers_are_frozen_as_they_were(served: Served, client: httpx.Client) -> None:
    rule = {
        "id": "",
        "title": "太低",
        "metric": "paid_amount",
        "watch": {"kind": "threshold", "side": "below", "limit": "100"},
        "window": "yesterday",
    }
    client.post("/api/v1/alerts/rules", json=rule)
    link = served.services.link
    assert isinstance(link, PocketLink)
    link.alert_figures["paid_amount"] = (AlertReading("", "", AT, "40"),)
    asyncio.run(AlertWatch(link, served.services.alerts, list).look(lambda _: None))
    alert = client.get("/api/v1/alerts").json()["alerts"][0]
    body = {
        "decision": {
            "question": "怎么办？",
            "trigger": {"kind": "alert", "numbers": [{"metric": "paid_amount", "value": "1"}]},
        }
    }
    told = client.post("/api/v1/decisions", json={**body, "alert": alert["id"]}).json()
    (number,) = told["trigger"]["numbers"]
    assert (number["value"], number["base"], number["currency"]) == ("40", "100", "CNY"), "what was sent does not count"
    assert told["trigger"]["cause"]["en"] == "supply is short"


def test_a_change_on_an_older_version_is_shown_and_not_kept(client: httpx.Client) -> None:
    number = made(client)["id"]
    at = f"/api/v1/decisions/{number}"
    assert client.patch(at, json={"base": 1, "question": "涨多少？"}).json()["version"] == 2
    late = client.patch(at, json={"base": 1, "question": "降价？"})
    assert (late.status_code, late.json()["code"]) == (409, "decision.changed")
    assert client.get(at).json()["decision"]["question"] == "涨多少？"


def test_the_library_is_searched_and_filtered(client: httpx.Client) -> None:
    number = made(client, question="双11 备货多少？", kind="stock", team="采购")["id"]
    for asked in ({"text": "备货"}, {"kind": "stock", "team": "采购"}, {"metric": "net_sales", "text": "双11"}):
        found = client.get("/api/v1/decisions", params=asked).json()["decisions"]
        assert number in [each["id"] for each in found], asked
    assert client.get("/api/v1/decisions", params={"text": "没有这种东西"}).json()["decisions"] == []


def test_what_cannot_be_is_refused_with_what_is_valid(client: httpx.Client) -> None:
    post = lambda **more: client.post("/api/v1/decisions", json={"decision": {"question": "x", **more}})  # noqa: E731
    assert post(question=" ").json()["code"] == "decision.bad_field"
    assert post(goal={"review": "soon"}).json()["code"] == "decision.bad_field"
    assert post(options=[{"id": "a", "title": "A", "effect": "NaN"}]).json()["code"] == "decision.bad_field"
    assert client.get("/api/v1/decisions/none").json()["code"] == "decision.not_found"
    number = made(client)["id"]
    skipped = client.post(f"/api/v1/decisions/{number}/steps", json={"base": 1, "to": "measured"})
    assert skipped.json()["code"] == "decision.not_yet"


def test_who_may_not_see_its_numbers_never_learns_of_it(fresh: Served) -> None:
    owner = fresh.signed_in()
    below = {"kind": "threshold", "side": "below", "limit": "100"}
    rule = {"id": "", "title": "太低", "metric": "paid_amount", "watch": below, "window": "yesterday"}
    owner.post("/api/v1/alerts/rules", json=rule)
    link = fresh.services.link
    assert isinstance(link, PocketLink)
    link.alert_figures["paid_amount"] = (AlertReading("", "", AT, "40"),)
    asyncio.run(AlertWatch(link, fresh.services.alerts, list).look(lambda _: None))
    alert = owner.get("/api/v1/alerts").json()["alerts"][0]
    number = owner.post(
        "/api/v1/decisions", json={"decision": {"question": "为什么是 40？"}, "alert": alert["id"]}
    ).json()["id"]
    lin = invited(fresh, "lin", role="editor", rules={"shops": ["tmall"]})
    at = f"/api/v1/decisions/{number}"
    answers = [
        lin.get(at),
        lin.get(f"{at}/markdown"),
        lin.patch(at, json={"base": 9, "question": "x"}),
        lin.post(f"{at}/said", json={"stance": "agree"}),
        lin.post(f"{at}/steps", json={"base": 9, "to": "closed"}),
        lin.post(f"{at}/effect"),
    ]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert [answer.text for answer in (*answers, lin.get("/api/v1/decisions")) if "40？" in answer.text] == []
    assert owner.get("/api/v1/decisions").json()["decisions"][0]["id"] == number


def test_one_that_cannot_be_measured_does_not_keep_the_others_waiting(fresh: Served) -> None:
    decisions = fresh.services.decisions
    for name in ("net_sales", "gone", "visitors"):
        goal = Goal(name, begins=GOAL["begins"], review=GOAL["review"])
        made = decisions.make(NewDecision(name, options=(Option("a", "A"),), goal=goal), "x")
        decided = decisions.step(made.id, DecisionStep(1, "decided", "a", "why"), "x")
        decisions.step(made.id, DecisionStep(decided.version, "in_effect"), "x")

    class Refusing:
        async def decision_effect(self, question: EffectQuestion) -> Effect:
            if question.goal.metric == "gone":
                raise InputError("there is no metric 'gone'")
            return await fresh.services.link.decision_effect(question)

    async def watch() -> set[str]:
        told: set[str] = set()
        both = asyncio.Event()

        def tell(decision: Decision) -> None:
            told.add(decision.question)
            if len(told) == 2:
                both.set()

        task = asyncio.create_task(DecisionWatch(Refusing(), decisions, "UTC", fresh.services.clock).run(tell))
        await asyncio.wait_for(both.wait(), 20)
        task.cancel()
        return told

    assert asyncio.run(watch()) == {"net_sales", "visitors"}
