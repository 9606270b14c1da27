"""A small provider of identities (OpenID Connect: discovery, code flow with PKCE, signed tokens) on loopback, that can also misbehave."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey

CLIENT, SECRET = "castanea", "a secret of the client"


@dataclass
class Identities:
    """`person` is whoever signs in there; `lies` replaces claims of the token (None = leaves them out)."""

    url: str = ""
    person: dict[str, Any] = field(default_factory=dict)
    lies: dict[str, Any] = field(default_factory=dict)
    refuses: bool = False
    forges: str = ""  # "key": signed by another key; "none" and "HS256": algorithms that must not be taken
    calls: list[str] = field(default_factory=list)
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    key: RSAKey = field(
        default_factory=lambda: RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    )

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "code_challenge_methods_supported": ["S256"],
        }

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes back to."""
        back = {"state": asked["state"]}
        if self.refuses:
            return f"{asked['redirect_uri']}?{urlencode({**back, 'error': 'access_denied'})}"
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({**back, 'code': code, 'iss': self.url})}"

    def token(self, sent: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(sent.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        challenge = base64.urlsafe_b64encode(hashlib.sha256(sent.get("code_verifier", "").encode()).digest()).decode()
        right = (
            asked is not None
            and authorization == f"Basic {basic}"
            and asked["code_challenge"] == challenge.rstrip("=")
            and asked["redirect_uri"] == sent.get("redirect_uri")
        )
        if asked is None or not right:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.url, "aud": CLIENT, "exp": now + 60, "iat": now, "nonce": asked["nonce"], **self.person}
        told = {name: value for name, value in {**claims, **self.lies}.items() if value is not None}
        return 200, {"access_token": "at", "token_type": "Bearer", "expires_in": 60, "id_token": self.signed(told)}

    def signed(self, claims: dict[str, Any]) -> str:
        if self.forges == "none":
            head = base64.urlsafe_b64encode(b'{"alg":"none"}').decode().rstrip("=")
            return f"{head}.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}."
        if self.forges == "HS256":
            public = OctKey.import_key(json.dumps(self.key.as_dict(private=False)))
            return jwt.encode({"alg": "HS256", "kid": self.key.kid}, claims, public, algorithms=["HS256"])
        key = RSAKey.generate_key(2048) if self.forges == "key" else self.key
        return jwt.encode({"alg": "RS256", "kid": self.key.kid}, claims, key)


def _handler(identities: Identities) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path)
            identities.calls.append(path.path)
            if path.path == "/authorize":
                asked = {name: values[0] for name, values in parse_qs(path.query).items()}
                self.send_response(302)
                self.send_header("Location", identities.authorize(asked))
                self.end_headers()
                return
            answers = {
                "/.well-known/openid-configuration": identities.discovery(),
                "/keys": {"keys": [identities.key.as_dict(private=False)]},
                "/userinfo": {name: identities.person[name] for name in ("sub", "email", "email_verified", "groups") if name in identities.person},
            }  # fmt: skip
            self.say(200 if path.path in answers else 404, answers.get(path.path, {}))

        def do_POST(self) -> None:
            identities.calls.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            sent = {name: values[0] for name, values in parse_qs(body).items()}
            self.say(*identities.token(sent, self.headers.get("Authorization", "")))

        def say(self, status: int, told: dict[str, Any]) -> None:
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        def log_message(self, *_: object) -> None: ...

    return Handler


@contextmanager
def identities_served() -> Iterator[Identities]:
    """Serve a provider on a free port of loopback."""
    made = Identities()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(made))
    made.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield made
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
