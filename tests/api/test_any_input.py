"""Whatever is sent, the answer is as the OpenAPI document says, and never a defect."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, settings

from tests.api.conftest import Served

DOCUMENT = json.loads((Path(__file__).resolve().parents[2] / "web" / "src" / "api" / "openapi.json").read_text("utf-8"))
# These end the session that the others need, or never end by themselves.
LEFT_OUT = ["signOut", "signOutEverywhere", "changePassphrase", "signIn", "stream", "alertStream"]
schema = schemathesis.openapi.from_dict(DOCUMENT).exclude(operation_id=LEFT_OUT)


@pytest.fixture(scope="module")
def session(served: Served) -> dict[str, str]:
    client = served.signed_in()
    return {
        "Cookie": f"castanea_session={client.cookies['castanea_session']}",
        "X-Castanea-CSRF": client.headers["X-Castanea-CSRF"],
        "key": f"Bearer {served.services.write_keys.create('any input', 'test').token}",
    }


@schema.parametrize()
@settings(max_examples=15, phases=[Phase.generate], suppress_health_check=list(HealthCheck), derandomize=True)
def test_no_input_breaks_a_route(case: schemathesis.Case, served: Served, session: dict[str, str]) -> None:
    headers = {name: value for name, value in session.items() if name != "key"}
    if case.operation.path == "/api/v1/events":
        headers = {"Authorization": session["key"]}
    answer = case.call(base_url=served.url, headers=headers)
    assert answer.status_code < 500, f"{case.operation.label}: {answer.text}"
    if answer.status_code >= 400:
        problem = json.loads(answer.content)
        assert problem["status"] == answer.status_code
        assert problem["code"] != "castanea.error"
