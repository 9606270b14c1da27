"""The routes on alert channels: one's own, quiet times, and links that acknowledge once."""

from __future__ import annotations

from datetime import timedelta

import httpx
import pytest

from castanea.alerts.outbox import Recipient
from castanea.contracts.alert import AlertReading, AlertReadings, AlertRule, Watch
from castanea.contracts.query import Rights
from tests.api.conftest import Served

HOOK = {"kind": "webhook", "title": "值班群", "address": "http://127.0.0.1:1025/hook", "secret": "hush"}
CHANNELS = "/api/v1/alert-channels"


@pytest.fixture
def client(served: Served) -> httpx.Client:
    return served.signed_in()


def test_a_channel_is_made_changed_tried_and_taken_away(client: httpx.Client) -> None:
    made = client.post(CHANNELS, json=HOOK)
    assert made.status_code == 201, made.text
    number = made.json()["id"]
    assert (made.json()["terms"]["address"], made.json()["terms"]["secret"]) == ("127.0.0.1", "")
    assert client.post(f"{CHANNELS}/{number}/trial").status_code == 202
    assert [m["occasion"] for m in client.get(f"{CHANNELS}/{number}/messages").json()] == ["trial"]
    edit = {"base": 1, "terms": {**HOOK, "title": "夜班群", "address": "", "secret": ""}}
    assert client.patch(f"{CHANNELS}/{number}", json=edit).json()["terms"]["title"] == "夜班群"
    assert client.patch(f"{CHANNELS}/{number}", json=edit).status_code == 409
    listed = client.get(CHANNELS).json()
    assert number in [each["id"] for each in listed["channels"]]
    assert listed["links"] is True
    assert "hush" not in client.get(CHANNELS).text
    assert client.delete(f"{CHANNELS}/{number}").status_code == 204
    assert client.get(f"{CHANNELS}/{number}/messages").status_code == 404
    assert client.post(CHANNELS, json={**HOOK, "address": "ftp://x"}).json()["code"] == "channels.bad_field"


def test_quiet_times_are_for_everybody(client: httpx.Client) -> None:
    made = client.post(f"{CHANNELS}/quiet-times", json={"title": "双11", "first": "2026-11-10", "last": "2026-11-11"})
    assert made.status_code == 201, made.text
    number = made.json()["id"]
    assert number in [each["id"] for each in client.get(f"{CHANNELS}/quiet-times").json()["quiet"]]
    assert client.delete(f"{CHANNELS}/quiet-times/{number}").status_code == 204
    wrong = client.post(f"{CHANNELS}/quiet-times", json={"title": "x", "first": "11/11"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "channels.bad_field")


def test_a_link_in_a_message_acknowledges_without_signing_in_and_once(served: Served, client: httpx.Client) -> None:
    services = served.services
    telling = services.telling
    assert telling is not None
    account = next(person.id for person in services.people.all() if person.name == "owner")
    client.post(CHANNELS, json=HOOK)
    rule = services.alerts.make(
        AlertRule("", "库存", "days_of_cover", Watch("threshold", "below", limit="5")), account
    ).rule
    at = services.clock.now() + timedelta(seconds=1)
    (alert,) = services.alerts.evaluate([AlertReadings(rule.id, (AlertReading("", "", at, "1"),))]).fired
    from castanea.contracts.alert import AlertCause

    services.alerts.set_cause(alert.id, AlertCause(at, "1", "5", {"zh-CN": "缺货", "en": "short"}))
    recipients = {account: Recipient(Rights(), acts=True)}
    telling.outbox.sweep(recipients)
    token = next(p.link for p in telling.outbox.take(recipients, 50) if alert.id in [a.id for a in p.alerts])
    with served.client(**{"X-Castanea-CSRF": "link"}) as stranger:
        looked = stranger.post(f"{CHANNELS}/links/look", json={"token": token})
        assert looked.status_code == 200, looked.text
        assert (looked.json()["account"], looked.json()["alerts"]) == ("owner", 1)
        assert services.alerts.alert(alert.id).acknowledged_at is None, "looking does nothing"
        assert stranger.post(f"{CHANNELS}/links/use", json={"token": token}).status_code == 200
        assert services.alerts.alert(alert.id).acknowledged_by == account
        again = stranger.post(f"{CHANNELS}/links/use", json={"token": token})
        assert (again.status_code, again.json()["code"]) == (422, "channels.link_used")
        forged = stranger.post(f"{CHANNELS}/links/look", json={"token": f"{token[:-2]}zz"})
        assert forged.json()["code"] in ("channels.link_wrong", "channels.link_used")
