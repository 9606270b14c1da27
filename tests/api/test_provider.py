"""Signing in through a provider of identities, against a real one on loopback that can also misbehave."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from castanea.access import Admission, Provider
from castanea.contracts.identity import ProviderSettings
from castanea.kit.errors import InputError
from castanea.runs.provider_settings import read_provider
from castanea.state import Database
from tests.api.conftest import SETTINGS, Served, serving
from tests.api.identities import CLIENT, SECRET, Identities, identities_served

LIN = {"sub": "4711", "preferred_username": "Lin Wei", "email": "lin@teashop.cn", "email_verified": True}


@pytest.fixture
def there() -> Iterator[Identities]:
    with identities_served() as identities:
        identities.person = dict(LIN)
        yield identities


def settings_of(there: Identities, **more: Any) -> ProviderSettings:
    given: dict[str, Any] = {"domains": ("teashop.cn",), **more}
    return ProviderSettings(label="Tea shop", issuer=there.url, client_id=CLIENT, client_secret=SECRET, **given)


def join(served: Served, settings: ProviderSettings) -> None:
    """Give the server its provider, as the composition root does."""
    services = served.services
    database = Database(services.workspace.state)
    keyring = services.sessions._keyring
    services_now = replace(
        services,
        provider=Provider(settings, keyring, services.clock),
        admission=Admission(settings, database, services.accounts, services.clock),
    )
    served.services = services_now
    served.app.state.services = services_now  # type: ignore[attr-defined]


@pytest.fixture
def joined(tmp_path: Path, there: Identities) -> Iterator[Served]:
    with serving(tmp_path, SETTINGS) as served:
        join(served, settings_of(there))
        yield served


def through(
    served: Served, wanted: str = "/boards/sales", client: httpx.Client | None = None
) -> tuple[httpx.Client, httpx.Response]:
    """A browser that goes to the provider and comes back; the last answer is where it was sent then."""
    client = client or served.client()
    answer = client.get("/api/v1/provider/start", params={"next": wanted})
    for _ in range(2):
        assert answer.status_code in (302, 303), answer.text
        if not answer.headers["location"].startswith("http"):
            break
        answer = client.get(answer.headers["location"])
    return client, answer


def name_of(client: httpx.Client) -> str | None:
    answer = client.get("/api/v1/session")
    return answer.json()["me"]["name"] if answer.status_code == 200 else None


def problem(answer: httpx.Response) -> str:
    assert answer.headers["location"].startswith("/sign-in?problem="), answer.headers
    return answer.headers["location"].partition("=")[2]


def test_whoever_the_provider_vouches_for_is_signed_in_at_the_page_they_wanted(joined: Served) -> None:
    assert joined.client().get("/api/v1/session/ways").json() == {"provider": "Tea shop"}
    client, answer = through(joined)
    assert answer.headers["location"] == "/boards/sales"
    me = client.get("/api/v1/session").json()["me"]
    assert (me["name"], me["role"], me["passphrase"]) == ("lin-wei", "viewer", False)
    again, _ = through(joined)
    assert again.get("/api/v1/session").json()["me"]["id"] == me["id"], "the same person has one account"


def test_without_a_provider_there_is_no_button_and_no_way(served: Served) -> None:
    client = served.client()
    assert client.get("/api/v1/session/ways").json() == {"provider": ""}
    assert client.get("/api/v1/provider/start").status_code == 404


@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "/\r\nSet-Cookie:x"],
)
def test_nobody_is_led_elsewhere_after_signing_in(joined: Served, elsewhere: str) -> None:
    assert through(joined, elsewhere)[1].headers["location"] == "/"


@pytest.mark.parametrize(
    ("lies", "forges"),
    [
        ({"nonce": "another"}, ""),
        ({"nonce": None}, ""),
        ({"aud": "another-client"}, ""),
        ({"iss": "https://evil.example"}, ""),
        ({"exp": 1_000_000_000}, ""),
        ({"sub": None}, ""),
        ({"azp": "another-client", "aud": [CLIENT, "another-client"]}, ""),
        ({}, "key"),
        ({}, "none"),
        ({}, "HS256"),
    ],
)
def test_a_token_that_does_not_fit_lets_nobody_in(joined: Served, there: Identities, lies: dict, forges: str) -> None:
    there.lies, there.forges = lies, forges
    client, answer = through(joined)
    assert problem(answer) == "provider.failed"
    assert name_of(client) is None


def test_the_way_back_belongs_to_the_browser_that_went_and_counts_once(joined: Served) -> None:
    going = joined.client().get("/api/v1/provider/start")
    back = httpx.get(going.headers["location"]).headers["location"]
    stranger = joined.client()
    assert problem(stranger.get(back)) == "provider.expired"
    assert name_of(stranger) is None
    mine = joined.client()
    started = mine.get("/api/v1/provider/start")
    back = httpx.get(started.headers["location"]).headers["location"]
    forged = back.replace("state=", "state=x")
    assert problem(mine.get(forged)) == "provider.expired"
    mine.get("/api/v1/provider/start")  # the ticket of an attempt that failed is gone
    back = httpx.get(mine.get("/api/v1/provider/start").headers["location"]).headers["location"]
    assert mine.get(back).headers["location"] == "/"
    assert problem(mine.get(back)) == "provider.expired"


def test_the_code_is_worth_nothing_without_its_verifier(joined: Served, there: Identities) -> None:
    going = joined.client().get("/api/v1/provider/start")
    asked = parse_qs(urlsplit(going.headers["location"]).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert len(asked["code_challenge"][0]) == 43
    stolen = parse_qs(urlsplit(httpx.get(going.headers["location"]).headers["location"]).query)["code"][0]
    thief = joined.client()
    state = parse_qs(urlsplit(thief.get("/api/v1/provider/start").headers["location"]).query)["state"][0]
    answer = thief.get("/api/v1/provider/callback", params={"code": stolen, "state": state})
    assert problem(answer) == "provider.failed"


def test_a_refusal_and_a_provider_that_is_silent_are_told_apart(joined: Served, there: Identities) -> None:
    there.refuses = True
    assert problem(through(joined)[1]) == "provider.refused"
    gone = replace(settings_of(there), issuer="http://127.0.0.1:9")
    join(joined, gone)
    assert problem(joined.client().get("/api/v1/provider/start")) == "provider.unavailable"


def test_keys_that_the_provider_changed_are_asked_for_again(joined: Served, there: Identities) -> None:
    assert name_of(through(joined)[0]) == "lin-wei"
    there.key = Identities().key
    assert name_of(through(joined)[0]) == "lin-wei"
    assert there.calls.count("/keys") == 2
    assert there.calls.count("/.well-known/openid-configuration") == 1


@pytest.mark.parametrize(
    "person",
    [
        {"email": "lin@elsewhere.cn"},
        {"email_verified": False},
        {"email": None},
        {"email": "lin@teashop.cn.evil.example"},
    ],
)
def test_only_people_of_the_named_domains_whose_address_is_vouched_for_come_in(
    joined: Served, there: Identities, person: dict
) -> None:
    there.person = {name: value for name, value in {**LIN, **person}.items() if value is not None}
    client, answer = through(joined)
    assert problem(answer) == "provider.not_allowed"
    assert name_of(client) is None


def test_an_identity_never_takes_the_account_of_somebody_of_its_name(joined: Served, there: Identities) -> None:
    there.person = {**LIN, "preferred_username": joined.name}
    client, _ = through(joined)
    me = client.get("/api/v1/session").json()["me"]
    assert (me["name"], me["role"]) == (f"{joined.name}-2", "viewer")
    there.person = {**LIN, "sub": "4712", "preferred_username": joined.name}
    assert name_of(through(joined)[0]) == f"{joined.name}-3"


def test_there_is_no_passphrase_that_opens_an_account_without_one(joined: Served) -> None:
    through(joined)
    client = joined.client(**{"X-Castanea-CSRF": "x"})
    for passphrase in ("", " ", "lin-wei", "$argon2id$"):
        answer = client.post("/api/v1/session", json={"name": "lin-wei", "passphrase": passphrase})
        assert answer.status_code in (401, 422)


def test_groups_decide_about_roles_at_every_sign_in(joined: Served, there: Identities) -> None:
    join(joined, settings_of(there, role="", roles={"leads": "manager", "shop": "editor"}))
    assert problem(through(joined)[1]) == "provider.not_allowed"
    there.person = {**LIN, "groups": ["shop", "leads", "choir"]}
    client, _ = through(joined)
    assert client.get("/api/v1/me").json()["role"] == "manager"
    there.person = {**LIN, "groups": ["shop"]}
    later, _ = through(joined)
    assert later.get("/api/v1/me").json()["role"] == "editor"
    assert name_of(client) is None, "the manager's earlier session ended"


def test_whoever_was_put_out_stays_out(joined: Served) -> None:
    client, _ = through(joined)
    number = client.get("/api/v1/me").json()["id"]
    boss = joined.signed_in()
    assert boss.patch(f"/api/v1/people/{number}", json={"disabled": True}).status_code == 200
    assert problem(through(joined)[1]) == "provider.account_off"


def test_an_owner_is_never_made_less_by_a_group(joined: Served, there: Identities) -> None:
    client, _ = through(joined)
    number = client.get("/api/v1/me").json()["id"]
    assert joined.signed_in().patch(f"/api/v1/people/{number}", json={"role": "owner"}).status_code == 200
    join(joined, settings_of(there, roles={"shop": "viewer"}))
    assert through(joined)[0].get("/api/v1/me").json()["role"] == "owner"


def table(**more: Any) -> dict[str, Any]:
    return {"issuer": "https://id.example.com", "client_id": "castanea", "domains": ["teashop.cn"], **more}


def test_the_secret_comes_from_a_file_or_the_environment_and_is_told_nowhere(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text(" from-file \n")
    of_file = read_provider(table(client_secret_file="secret"), tmp_path, {})
    of_environment = read_provider(table(client_secret_env="S"), tmp_path, {"S": "from-environment"})
    assert (of_file.client_secret, of_environment.client_secret) == ("from-file", "from-environment")
    assert of_file.label == "id.example.com"
    assert "from" not in repr(of_file)


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"issuer": "http://id.example.com"}, "must begin with https"),
        ({"issuer": ""}, "issuer is missing"),
        ({"domains": []}, "domains is missing"),
        ({"domains": "teashop.cn"}, "must be a list"),
        ({"role": "owner"}, "role 'owner' is none"),
        ({"roles": {"leads": "owner"}}, "roles names 'owner'"),
        ({"client_secret": "in the open"}, "unknown setting 'client_secret'"),
        ({"client_secret_env": "NOWHERE"}, "is not set"),
        ({"client_secret_file": "nowhere"}, "cannot be read"),
    ],
)
def test_settings_that_cannot_be_are_named(tmp_path: Path, wrong: dict, told: str) -> None:
    with pytest.raises(InputError, match=told):
        read_provider(table(**wrong), tmp_path, {})
