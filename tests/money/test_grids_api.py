"""Input grids in the browser: over HTTP on a real server, with a session and its permissions."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx
import pytest

from castanea.access import Accounts, Keyring
from castanea.kit.clock import SystemClock
from castanea.runs.workspace import open_workspace
from castanea.state import Database
from tests.served import Served, served

__all__ = ["served"]


@pytest.fixture
def http(served: Served) -> Any:
    place = open_workspace(Path(served.workspace))
    accounts = Accounts(Database(place.state), Keyring(place.vault), SystemClock())
    owner = accounts.ensure_owner("owner") or accounts.reset_passphrase("owner")
    served.start()
    with httpx.Client(base_url=served.url(""), timeout=60, headers={"X-Castanea-CSRF": "none yet"}) as client:
        signed = client.post("/api/v1/session", json={"name": "owner", "passphrase": owner.passphrase})
        assert signed.status_code == 200, signed.text
        client.headers["X-Castanea-CSRF"] = signed.json()["csrf"]
        yield client


def test_costs_are_typed_corrected_and_taken_back_over_http(http: httpx.Client) -> None:
    assert "cost" in http.get("/api/v1/grids").json()
    text = "种类\t商品\t金额\t生效日\n货品成本\ttea\t{}\t2026-01-01"
    wrong = http.post("/api/v1/grids/cost", json={"text": text.format("many")}).json()
    assert (wrong["version"], [(f["row"], f["column"], f["reason"]) for f in wrong["faults"]]) == (
        "",
        [(2, "金额", "not_a_number")],
    )
    checked = http.post("/api/v1/grids/cost", json={"text": text.format("8.5"), "check": True}).json()
    assert (checked["version"], checked["rows"], checked["faults"]) == ("", 1, [])
    assert http.get("/api/v1/grids/cost").json()["versions"] == []  # nothing of what is only checked is kept
    landed = http.post("/api/v1/grids/cost", json={"text": text.format("8.5")}).json()
    assert (landed["rows"], landed["faults"]) == (1, [])
    taken = http.post("/api/v1/grids/cost", json={"undo": landed["version"]}).json()
    assert (taken["undoes"], taken["withdrawn"]) == (landed["version"], 1)


def test_what_cannot_be_done_is_a_problem_with_its_code(http: httpx.Client) -> None:
    for path, body, code in (
        ("/api/v1/grids/order", {"text": "a\n1"}, "grid.unknown"),
        ("/api/v1/grids/cost", {"text": ""}, "grid.empty"),
        ("/api/v1/grids/cost", {"undo": "grid-0"}, "grid.no_version"),
    ):
        assert http.post(path, json=body).json()["code"] == code
    assert http.get("/api/v1/grids/order").json()["code"] == "grid.unknown"
    assert httpx.get(str(http.base_url) + "/api/v1/grids/cost").status_code == 401
