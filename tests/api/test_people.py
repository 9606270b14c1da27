"""People over HTTP: invited, changed, put out; screens on the wall; boards shown to some."""

from __future__ import annotations

import time

import httpx
import pyotp
import pytest

from castanea.access import Principal, Role
from tests.api.conftest import Served, until

WORDS = "kapo-tive-ruma-silo"


def invited(served: Served, name: str, **offer: object) -> httpx.Client:
    made = served.signed_in().post("/api/v1/invitations", json=offer)
    assert made.status_code == 201, made.text
    token = made.json()["path"].removeprefix("/invitation#")
    client = served.client(**{"X-Castanea-CSRF": "join"})
    assert client.post("/api/v1/invitations/look", json={"token": token}).json()["role"] == offer.get("role", "member")
    joined = client.post("/api/v1/invitations/accept", json={"token": token, "name": name, "passphrase": WORDS})
    assert joined.status_code == 201, joined.text
    client.headers["X-Castanea-CSRF"] = joined.json()["csrf"]
    return client


def person(served: Served, name: str) -> dict[str, object]:
    return next(p for p in served.signed_in().get("/api/v1/people").json() if p["name"] == name)


def opened(client: httpx.Client, board: str = "live-today") -> int:
    return client.post("/api/v1/views", json={"board": board}).status_code


def test_whoever_is_invited_is_signed_in_and_asks_with_their_rights_alone(fresh: Served) -> None:
    lin = invited(fresh, "lin", rules={"shops": ["tmall"], "hidden": ["cost"]})
    assert lin.get("/api/v1/me").json()["role"] == "member"
    assert lin.post("/api/v1/query", json={"metrics": ["net_sales"]}).status_code == 200
    rights = fresh.link.asked[-1][1]
    assert [(f.dimension, f.op, f.values) for f in rights.where] == [("shop", "in", ("tmall",))]
    assert rights.hidden_metrics == {"class:cost"}
    assert opened(lin) == 200


def test_others_learn_names_and_roles_but_no_rules(fresh: Served) -> None:
    lin = invited(fresh, "lin", role="viewer", rules={"shops": ["tmall"]})
    assert lin.get("/api/v1/people").status_code == 403
    wu = invited(fresh, "wu")
    seen = {p["name"]: p for p in wu.get("/api/v1/people").json()}
    assert (seen["lin"]["role"], seen["lin"]["rules"], seen["lin"]["seen_at"]) == ("viewer", None, None)
    assert person(fresh, "lin")["rules"] == {"shops": ["tmall"], "categories": [], "hidden": []}


def test_whoever_is_put_out_is_out_at_once_and_their_streams_end(fresh: Served) -> None:
    lin = invited(fresh, "lin")
    view = lin.post("/api/v1/views", json={"board": "live-today"}).json()["view"]
    with lin.stream("GET", "/api/v1/stream", params={"view": view}) as stream:
        assert stream.status_code == 200
        until(lambda: fresh.app.state.hub.viewers == 1)  # type: ignore[attr-defined]
        changed = fresh.signed_in().patch(f"/api/v1/people/{person(fresh, 'lin')['id']}", json={"disabled": True})
        assert changed.json()["disabled"] is True
        assert b"event: bye" in b"".join(stream.iter_bytes())
    assert lin.get("/api/v1/me").status_code == 401


def test_a_person_changed_by_who_may_not_is_refused_and_unknown_fields_too(fresh: Served) -> None:
    head = invited(fresh, "head", role="manager")
    owner = person(fresh, fresh.name)
    assert head.patch(f"/api/v1/people/{owner['id']}", json={"role": "viewer"}).status_code == 403
    assert head.patch(f"/api/v1/people/{owner['id']}", json={"roles": "viewer"}).status_code == 422
    assert fresh.signed_in().patch(f"/api/v1/people/{owner['id']}", json={"disabled": True}).status_code == 409


def test_a_screen_on_the_wall_opens_its_board_and_nothing_else(fresh: Served) -> None:
    boss = fresh.signed_in()
    made = boss.post("/api/v1/walls", json={"name": "Hall", "board": "live-today", "language": "zh-CN"}).json()
    screen = fresh.client(**{"X-Castanea-CSRF": "wall"})
    token = made["path"].removeprefix("/wall#")
    assert screen.post("/api/v1/walls/open", json={"token": token}).status_code == 204
    told = screen.get("/api/v1/session").json()
    assert (told["me"]["role"], told["me"]["board"], told["me"]["preferences"]["language"]) == (
        "wall",
        "live-today",
        "zh-CN",
    )
    screen.headers["X-Castanea-CSRF"] = told["csrf"]
    assert (opened(screen), opened(screen, "sales")) == (200, 404)
    assert screen.post("/api/v1/query", json={"metrics": ["net_sales"]}).status_code == 403
    assert screen.put("/api/v1/me", json={"theme": "light"}).status_code == 404
    assert boss.delete(f"/api/v1/walls/{made['id']}").status_code == 204
    assert screen.get("/api/v1/session").status_code == 401
    assert screen.post("/api/v1/walls/open", json={"token": token}).status_code == 404


def test_a_screen_cannot_watch_the_view_of_another_board(fresh: Served) -> None:
    boss = fresh.signed_in()
    boss.put("/api/v1/boards/live-today/shares", json={"subjects": [f"account:{person(fresh, fresh.name)['id']}"]})
    view = boss.post("/api/v1/views", json={"board": "live-today"}).json()["view"]
    lin = invited(fresh, "lin")
    assert [b["id"] for b in lin.get("/api/v1/boards").json()] == []
    assert opened(lin) == 404
    assert lin.get("/api/v1/boards/live-today/shares").status_code == 403
    wu = invited(fresh, "wu", role="editor")
    assert wu.get("/api/v1/boards/live-today/shares").status_code == 404, "nobody shares what is not shown to them"
    assert wu.put("/api/v1/boards/live-today/shares", json={"subjects": []}).status_code == 404
    with lin.stream("GET", "/api/v1/stream", params={"view": view}) as stream:
        first = next(stream.iter_bytes())
        while b"event:" not in first:
            first += next(stream.iter_bytes())
    assert b"event: gone" in first
    assert b"event: frame" not in first


def test_teams_are_made_renamed_and_removed(fresh: Served) -> None:
    boss = fresh.signed_in()
    team = boss.post("/api/v1/teams", json={"name": "采购"}).json()
    assert boss.post("/api/v1/teams", json={"name": "采购"}).status_code == 409
    assert boss.put(f"/api/v1/teams/{team['id']}", json={"name": "Purchasing"}).json()["name"] == "Purchasing"
    invited(fresh, "lin", teams=[team["id"]])
    (kept,) = boss.get("/api/v1/teams").json()
    assert (kept["name"], kept["members"]) == ("Purchasing", [person(fresh, "lin")["id"]])
    assert boss.delete(f"/api/v1/teams/{team['id']}").status_code == 204
    assert person(fresh, "lin")["teams"] == []


def test_with_a_second_factor_the_passphrase_alone_is_not_enough(fresh: Served) -> None:
    boss = fresh.signed_in()
    secret = boss.post("/api/v1/me/second-factor").json()["secret"]
    body = {"secret": secret, "code": pyotp.TOTP(secret).now(), "passphrase": fresh.passphrase}
    codes = boss.put("/api/v1/me/second-factor", json=body).json()["codes"]
    client = fresh.client(**{"X-Castanea-CSRF": "x"})
    words = {"name": fresh.name, "passphrase": fresh.passphrase}
    refused = client.post("/api/v1/session", json=words)
    assert (refused.status_code, refused.json()["code"]) == (401, "access.code_needed")
    assert client.post("/api/v1/session", json={**words, "code": codes[0]}).status_code == 200
    assert boss.post("/api/v1/me/second-factor/off", json={"passphrase": fresh.passphrase}).status_code == 204
    assert client.post("/api/v1/session", json=words).status_code == 200


@pytest.mark.parametrize("token", ["x" * 43, "é" * 43])
def test_a_guessed_link_lets_nobody_in(served: Served, token: str) -> None:
    client = served.client(**{"X-Castanea-CSRF": "x"})
    for path in ("invitations/look", "walls/open"):
        assert client.post(f"/api/v1/{path}", json={"token": token}).status_code == 404


def test_one_s_own_sessions_are_shown_and_ended_with_their_streams(fresh: Served) -> None:
    here, there = fresh.signed_in(), fresh.signed_in()
    view = there.post("/api/v1/views", json={"board": "live-today"}).json()["view"]
    kept = here.get("/api/v1/sessions").json()
    assert [each["here"] for each in kept].count(True) == 1
    foreign = invited(fresh, "lin").get("/api/v1/sessions").json()[0]["id"]
    assert here.delete(f"/api/v1/sessions/{foreign}").status_code == 404
    mine = {each["id"] for each in there.get("/api/v1/sessions").json() if each["here"]}
    with there.stream("GET", "/api/v1/stream", params={"view": view}) as stream:
        until(lambda: fresh.app.state.hub.viewers == 1)  # type: ignore[attr-defined]
        assert here.delete(f"/api/v1/sessions/{mine.pop()}").status_code == 204
        assert b"event: bye" in b"".join(stream.iter_bytes())
    assert (there.get("/api/v1/session").status_code, here.get("/api/v1/session").status_code) == (401, 200)


def test_a_manager_signs_somebody_out_everywhere_but_not_the_owner(fresh: Served) -> None:
    lin, head = invited(fresh, "lin"), invited(fresh, "head", role="manager")
    assert head.delete(f"/api/v1/people/{person(fresh, 'lin')['id']}/sessions").status_code == 204
    assert lin.get("/api/v1/session").status_code == 401
    assert head.delete(f"/api/v1/people/{person(fresh, fresh.name)['id']}/sessions").status_code == 403


def test_rules_of_a_team_hold_at_once_for_all_its_people(fresh: Served) -> None:
    boss = fresh.signed_in()
    team = boss.post("/api/v1/teams", json={"name": "north"}).json()
    lin = invited(fresh, "lin", role="editor", teams=[team["id"]])
    assert lin.get("/api/v1/imports").status_code == 200
    assert lin.get("/api/v1/teams").json()[0]["rules"] is None
    rules = {"shops": ["tmall"], "categories": [], "hidden": ["cost"]}
    assert boss.put(f"/api/v1/teams/{team['id']}", json={"name": "north", "rules": rules}).json()["rules"] == rules
    assert lin.get("/api/v1/session").status_code == 401
    assert person(fresh, "lin")["sight"] == {"shops": ["tmall"], "categories": None, "hidden": ["cost"]}


@pytest.mark.parametrize("path", ["imports", "quarantine", "grids", "grids/cost"])
def test_whoever_sees_parts_only_is_not_shown_whole_files_and_tables(fresh: Served, path: str) -> None:
    lin = invited(fresh, "lin", role="editor", rules={"shops": ["tmall"]})
    refused = lin.get(f"/api/v1/{path}")
    assert (refused.status_code, refused.json()["code"]) == (403, "access.parts_only")
    assert fresh.signed_in().get(f"/api/v1/{path}").status_code == 200


def test_a_second_factor_comes_with_a_picture_and_its_spare_codes_can_be_renewed(fresh: Served) -> None:
    boss = fresh.signed_in()
    made = boss.post("/api/v1/me/second-factor").json()
    assert made["qr"]["size"] > 28
    assert made["qr"]["path"].startswith("M4 4h7v1h-7z")
    body = {"secret": made["secret"], "code": pyotp.TOTP(made["secret"]).now(), "passphrase": fresh.passphrase}
    codes = boss.put("/api/v1/me/second-factor", json=body).json()["codes"]
    me = boss.get("/api/v1/me").json()
    assert (me["second_factor"], me["codes_left"]) == (True, 8)
    renewed = boss.post("/api/v1/me/second-factor/codes", json={"passphrase": fresh.passphrase}).json()["codes"]
    assert not set(renewed) & set(codes)


def test_an_invitation_tells_its_holder_where_and_as_what_and_no_more(fresh: Served) -> None:
    made = fresh.signed_in().post("/api/v1/invitations", json={"note": "for Lin", "rules": {"shops": ["jd"]}}).json()
    client = fresh.client(**{"X-Castanea-CSRF": "join"})
    offer = client.post("/api/v1/invitations/look", json={"token": made["path"].removeprefix("/invitation#")}).json()
    assert offer.keys() == {"workspace", "role", "expires_at"}
    assert (offer["workspace"], offer["role"]) == ("test", "member")


def ending(served: Served, how: str, lin: dict[str, object], team: str) -> None:
    boss = served.signed_in()
    number = lin["id"]
    if how == "role":
        boss.patch(f"/api/v1/people/{number}", json={"role": "viewer"})
    elif how == "rules":
        boss.patch(f"/api/v1/people/{number}", json={"rules": {"shops": ["tmall"]}})
    elif how == "put out":
        boss.patch(f"/api/v1/people/{number}", json={"disabled": True})
    elif how == "signed out":
        boss.delete(f"/api/v1/people/{number}/sessions")
    elif how == "team":
        boss.put(f"/api/v1/teams/{team}", json={"name": "north", "rules": {"hidden": ["cost"]}})
    else:  # another process: the command line
        served.services.people.end_sessions(Principal("account", "boss", "boss", Role.OWNER), str(number))


@pytest.mark.parametrize("how", ["role", "rules", "put out", "signed out", "team", "another process"])
def test_streams_end_within_five_seconds_of_what_ends_them(fresh: Served, how: str) -> None:
    team = fresh.signed_in().post("/api/v1/teams", json={"name": "north"}).json()["id"]
    lin = invited(fresh, "lin", teams=[team])
    view = lin.post("/api/v1/views", json={"board": "live-today"}).json()["view"]
    with lin.stream("GET", "/api/v1/stream", params={"view": view}) as stream:
        until(lambda: fresh.app.state.hub.viewers == 1)  # type: ignore[attr-defined]
        begun = time.monotonic()
        ending(fresh, how, person(fresh, "lin"), team)
        assert b"event: bye" in b"".join(stream.iter_bytes())
        assert time.monotonic() - begun < 5
    assert lin.get("/api/v1/me").status_code == 401
    assert opened(lin) == 401


def test_how_many_rows_there_are_is_told_to_nobody_who_sees_parts_only(fresh: Served) -> None:
    lin = invited(fresh, "lin", rules={"shops": ["tmall"]})
    whole, parts = fresh.signed_in().get("/api/v1/status").json(), lin.get("/api/v1/status").json()
    assert (whole["offset"], whole["head"]) == (7, 7)
    assert (parts["offset"], parts["head"], parts["available"]) == (None, None, True)
    view = lin.post("/api/v1/views", json={"board": "live-today"}).json()["view"]
    with lin.stream("GET", "/api/v1/stream", params={"view": view}) as stream:
        told = b""
        for part in stream.iter_bytes():
            told += part
            if b"event: state" in told and told.endswith(b"\n\n"):
                break
    state = told.partition(b"event: state")[2].partition(b"\n\n")[0]
    assert b"available" in state
    assert b"head" not in state
