"""A provider of identities (OpenID Connect, code flow with PKCE) through Authlib, which is imported when somebody comes that way.

ProviderProblem
├── provider.refused       the person or the provider said no
├── provider.expired       the way back took longer than ten minutes, or belongs to another browser
├── provider.failed        what came back does not fit: state, signature, nonce, audience, time
├── provider.not_allowed   a right identity that nobody let in here
├── provider.account_off   its account was put out
└── provider.unavailable   the provider does not answer
"""

from __future__ import annotations

import base64
import hmac
import json
import secrets
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from castanea.access.keyring import Keyring
from castanea.contracts.identity import Identity, ProviderSettings
from castanea.kit.clock import Clock
from castanea.kit.errors import CastaneaError

LASTS = timedelta(minutes=10)
KNOWN_FOR = timedelta(hours=1)  # the provider's own description and keys
SIGNATURES = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA"]
LEEWAY = 60  # seconds that clocks may differ
PATIENCE = (3.05, 10.0)  # seconds to connect, to read
MOST = 1 << 20  # bytes of an answer
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class ProviderProblem(CastaneaError):
    code = "provider.failed"
    status = 403


@dataclass(frozen=True)
class Begun:
    """`address` is where the browser goes; `ticket` is kept in a cookie until it comes back."""

    address: str
    ticket: str


@dataclass(frozen=True)
class Returned:
    """Who came back, and the page that they wanted."""

    identity: Identity
    wanted: str


class Provider:
    """All methods block (they ask the provider). Nothing is kept here of those who are on their way: it travels sealed in a cookie."""

    def __init__(self, settings: ProviderSettings, keyring: Keyring, clock: Clock) -> None:
        self._settings, self._clock = settings, clock
        self._key = keyring.derive("provider", "ticket")
        self._lock = threading.Lock()
        self._known: tuple[datetime, dict[str, Any]] | None = None
        self._keys: tuple[datetime, dict[str, Any]] | None = None

    @property
    def label(self) -> str:
        return self._settings.label

    @property
    def address(self) -> str:
        """Of this server as a browser reaches it; empty = as it was asked."""
        return self._settings.address

    def begin(self, back: str, wanted: str) -> Begun:
        """Send somebody to the provider; `back` is where it sends them afterwards. Raises ProviderProblem."""
        from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]

        described = self._described()
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        with self._session(back) as session:
            address, _ = session.create_authorization_url(
                described["authorization_endpoint"],
                state=state,
                nonce=nonce,
                code_challenge=create_s256_code_challenge(verifier),
                code_challenge_method="S256",
            )
        until = (self._clock.now() + LASTS).isoformat()
        kept = {"state": state, "nonce": nonce, "verifier": verifier, "wanted": wanted, "back": back, "until": until}
        return Begun(address, self._seal(kept))

    def finish(self, ticket: str, given: Mapping[str, str]) -> Returned:
        """Who came back with `given` (the parameters of the address) and the ticket of its browser. Raises ProviderProblem."""
        kept = self._opened(ticket)
        if not hmac.compare_digest(given.get("state", "").encode(), kept["state"].encode()):
            raise ProviderProblem("the way back does not belong to the way there", code="provider.expired")
        if given.get("error"):
            raise ProviderProblem("the provider said no", code="provider.refused")
        if given.get("iss", self._settings.issuer) != self._settings.issuer or not given.get("code"):
            raise ProviderProblem("the answer is of another provider, or without a code")
        token = self._token(kept, given["code"])
        claims = self._claims(token, kept["nonce"])
        return Returned(self._identity(claims, token), kept["wanted"])

    def _session(self, back: str = "") -> Any:
        from authlib.integrations.requests_client import OAuth2Session  # type: ignore[import-untyped]

        settings = self._settings
        session = OAuth2Session(
            settings.client_id,
            settings.client_secret or None,
            scope=" ".join(dict.fromkeys(("openid", "profile", "email", *settings.scopes))),
            redirect_uri=back,
            token_endpoint_auth_method="client_secret_basic" if settings.client_secret else "none",
        )
        session.max_redirects, session.trust_env = 0, False
        return session

    def _token(self, kept: Mapping[str, str], code: str) -> dict[str, Any]:
        from authlib.integrations.base_client import OAuthError  # type: ignore[import-untyped]
        from requests import RequestException

        endpoint = self._described()["token_endpoint"]
        with self._session(kept["back"]) as session:
            try:
                token = session.fetch_token(
                    endpoint,
                    grant_type="authorization_code",
                    code=code,
                    code_verifier=kept["verifier"],
                    timeout=PATIENCE,
                    allow_redirects=False,
                )
            except RequestException as silent:
                raise _unavailable(silent) from silent
            except (OAuthError, ValueError) as refused:
                raise ProviderProblem(f"the provider did not take the code: {refused}") from refused
        return dict(token)

    def _claims(self, token: Mapping[str, Any], nonce: str) -> dict[str, Any]:
        """The claims of the identity token, once signature, issuer, audience, time and nonce are right."""
        from authlib.oidc.core import CodeIDToken  # type: ignore[import-untyped]
        from joserfc import jwt
        from joserfc.errors import JoseError

        text = token.get("id_token")
        if not isinstance(text, str):
            raise ProviderProblem("the provider sent no identity token; is the scope openid allowed for this client?")
        must = {"essential": True}
        options = {
            "iss": {**must, "value": self._settings.issuer},
            "aud": {**must, "value": self._settings.client_id},
            "nonce": {**must, "value": nonce},
            "sub": must,
        }
        parameters = {
            "client_id": self._settings.client_id,
            "nonce": nonce,
            "access_token": token.get("access_token"),
        }
        try:
            decoded = jwt.decode(text, self._key_for(text), algorithms=SIGNATURES)
            claims = CodeIDToken(decoded.claims, decoded.header, options, parameters)
            claims.validate(now=int(self._clock.now().timestamp()), leeway=LEEWAY)
        except (JoseError, ValueError, TypeError, KeyError) as wrong:
            raise ProviderProblem(f"the identity token does not fit: {wrong}") from wrong
        return dict(claims)

    def _key_for(self, text: str) -> Any:
        """The provider's keys; asked for anew when they do not hold the one that the token names."""
        from joserfc.jwk import KeySet

        head = json.loads(base64.urlsafe_b64decode(text.partition(".")[0] + "=="))
        keys = self._jwks(again=False)
        if head.get("kid") and all(key.get("kid") != head["kid"] for key in keys["keys"]):
            keys = self._jwks(again=True)
        return KeySet.import_key_set(keys)  # type: ignore[arg-type]

    def _identity(self, claims: Mapping[str, Any], token: Mapping[str, Any]) -> Identity:
        told = dict(claims)
        endpoint = self._described().get("userinfo_endpoint")
        if endpoint and ("email" not in told or self._settings.groups_claim not in told):
            more = self._asked(endpoint, {"Authorization": f"Bearer {token.get('access_token', '')}"})
            if more.get("sub") != claims["sub"]:
                raise ProviderProblem("the provider told of somebody else")
            told = {**more, **told}
        groups = told.get(self._settings.groups_claim) or ()
        named = [groups] if isinstance(groups, str) else groups
        email = told.get("email") if told.get("email_verified") in (True, "true") else ""
        return Identity(
            issuer=str(claims["iss"]),
            subject=str(claims["sub"]),
            name=str(told.get("preferred_username") or told.get("name") or email or claims["sub"]),
            email=str(email or "").lower(),
            groups=tuple(str(group) for group in named),
        )

    def _described(self) -> dict[str, Any]:
        """The provider's description of itself, at most an hour old."""
        with self._lock:
            if self._known is None or self._clock.now() - self._known[0] > KNOWN_FOR:
                issuer = self._settings.issuer
                told = self._asked(issuer.rstrip("/") + "/.well-known/openid-configuration")
                if told.get("issuer") != issuer:
                    raise ProviderProblem(
                        f"the provider calls itself {told.get('issuer')!r}, castanea.toml {issuer!r}; the two must be equal"
                    )
                for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                    _check_endpoint(name, told.get(name))
                self._known = (self._clock.now(), told)
            return self._known[1]

    def _jwks(self, *, again: bool) -> dict[str, Any]:
        address = self._described()["jwks_uri"]
        with self._lock:
            held = self._keys
            if held is None or again or self._clock.now() - held[0] > KNOWN_FOR:
                told = self._asked(address)
                if not isinstance(told.get("keys"), list):
                    raise ProviderProblem("the provider's keys cannot be read")
                held = self._keys = (self._clock.now(), told)
            return held[1]

    def _asked(self, address: str, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
        """A JSON object of the provider's. Redirects are not followed."""
        import requests

        _check_endpoint("an address", address)
        try:
            with requests.Session() as session:
                session.trust_env = False
                with session.get(
                    address, headers=headers, timeout=PATIENCE, allow_redirects=False, stream=True
                ) as answer:
                    body = answer.raw.read(MOST + 1, decode_content=True)
                    found = answer.status_code
            told = json.loads(body) if found == 200 and len(body) <= MOST else None
        except (requests.RequestException, OSError, ValueError) as silent:
            raise _unavailable(silent) from silent
        if not isinstance(told, dict):
            raise _unavailable(f"{address} answered {found}")
        return told

    def _seal(self, kept: Mapping[str, str]) -> str:
        nonce = secrets.token_bytes(12)
        sealed = nonce + AESGCM(self._key).encrypt(nonce, json.dumps(kept).encode(), b"ticket")
        return base64.urlsafe_b64encode(sealed).decode()

    def _opened(self, ticket: str) -> dict[str, str]:
        try:
            sealed = base64.urlsafe_b64decode(ticket.encode())
            kept: dict[str, str] = json.loads(AESGCM(self._key).decrypt(sealed[:12], sealed[12:], b"ticket"))
        except (InvalidTag, ValueError) as unknown:
            raise ProviderProblem("nobody of this browser is on the way", code="provider.expired") from unknown
        if self._clock.now() >= datetime.fromisoformat(kept["until"]):
            raise ProviderProblem("the way back took too long", code="provider.expired")
        return kept


def _check_endpoint(name: str, address: object) -> None:
    parts = urlsplit(str(address or ""))
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise ProviderProblem(f"{name} of the provider is {address!r}, which does not begin with https://")


def _unavailable(why: object) -> ProviderProblem:
    return ProviderProblem(f"the provider does not answer: {why}", code="provider.unavailable")
