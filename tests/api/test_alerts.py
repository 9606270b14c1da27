"""The routes on alerts: rules, what they would have done, what fired, and who may see it."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import httpx
import pytest

from castanea.contracts.alert import AlertReading, AlertReadings
from castanea.runs.alert_watch import AlertWatch
from tests.api.conftest import Served
from tests.api.pocket import AT, PocketLink

RULE = {
    "id": "",
    "title": "销售额过低",
    "metric": "paid_amount",
    "watch": {"kind": "threshold", "side": "below", "limit": "100"},
    "window": "yesterday",
}


@pytest.fixture
def client(served: Served) -> httpx.Client:
    return served.signed_in()


def test_a_rule_is_made_fires_is_explained_and_acknowledged(served: Served, client: httpx.Client) -> None:
    made = client.post("/api/v1/alerts/rules", json=RULE)
    assert made.status_code == 201, made.text
    rule = made.json()["rule"]["id"]
    link = served.services.link
    assert isinstance(link, PocketLink)
    link.alert_figures["paid_amount"] = (AlertReading("", "", AT, "40"),)
    told: list[str] = []
    asyncio.run(AlertWatch(link, served.services.alerts, list).look(told.extend))
    (alert,) = [a for a in client.get("/api/v1/alerts").json()["alerts"] if a["rule"]["id"] == rule]
    assert (alert["fired"]["value"], alert["against"], alert["unit"], alert["currency"]) == (
        "40",
        "100",
        "money",
        "CNY",
    )
    assert alert["cause"]["words"]["en"] == "supply is short"
    assert told.count(alert["id"]) == 2, "it is told when it fires, and when its cause is known"
    done = client.post(f"/api/v1/alerts/{alert['id']}/deeds", json={"kind": "acknowledge"})
    assert done.json()["acknowledged_by"]
    story = client.get(f"/api/v1/alerts/{alert['id']}").json()
    assert [act["kind"] for act in story["story"]["acts"]] == ["fired", "acknowledged"]
    assert story["people"]
    archived = client.patch(f"/api/v1/alerts/rules/{rule}", json={"base": 1, "archived": True})
    assert archived.json().get("archived"), archived.text
    assert client.patch(f"/api/v1/alerts/rules/{rule}", json={"base": 1, "archived": True}).status_code == 409


def test_a_preview_tells_how_often_a_rule_would_have_fired(served: Served, client: httpx.Client) -> None:
    link = served.services.link
    assert isinstance(link, PocketLink)
    values = ("200", "90", "80", "150", "70")
    link.alert_figures["net_sales"] = tuple(
        AlertReading(member, f"name of {member}", AT + timedelta(days=day), value if member == "a" else "500")
        for member in ("a", "b")
        for day, value in enumerate(values)
    )
    told = client.post("/api/v1/alerts/rules/preview", json={**RULE, "metric": "net_sales", "each": "shop"}).json()
    assert (told["days"], told["watched"], told["fired"], told["members"], told["name"]) == (
        90,
        2,
        2,
        {"a": 2},
        "name of a",
    )
    assert [point["fired"] for point in told["course"]] == [False, True, False, False, True]
    assert client.get("/api/v1/alerts/rules").status_code == 200


def test_what_cannot_be_asked_is_refused_with_what_is_valid(client: httpx.Client) -> None:
    assert (
        client.post("/api/v1/alerts/rules", json={**RULE, "metric": "nonsense"}).json()["code"]
        == "query.unknown_metric"
    )
    assert (
        client.post("/api/v1/alerts/rules", json={**RULE, "watch": {"kind": "threshold"}}).json()["code"]
        == "alerts.bad_field"
    )
    assert client.post("/api/v1/alerts/rules", json={**RULE, "window": "never"}).status_code == 422
    assert client.get("/api/v1/alerts/none").json()["code"] == "alerts.not_shown"


def test_the_ready_rules_say_whether_there_are_figures_for_them(client: httpx.Client) -> None:
    told = client.get("/api/v1/alerts/ready").json()
    assert {each["name"]: each["problem"] for each in told}["stock_cover"] == "no_data"
    assert {each["name"]: each["problem"] for each in told}["orders_silent"] == ""


def test_readings_of_a_rule_that_is_away_change_nothing(served: Served) -> None:
    assert served.services.alerts.evaluate([AlertReadings("gone", (AlertReading("", "", AT, "1"),))]).changed == ()
