"""Viewers of a board: many event streams read by one process, one of them closely."""

from __future__ import annotations

import asyncio
import json
import time
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass

from bench.server import Server
from castanea.access import Accounts, Keyring
from castanea.contracts.workspace import Workspace, WorkspaceSettings
from castanea.kit.clock import SystemClock
from castanea.state import Database


@dataclass(frozen=True)
class SignedIn:
    """The owner's session on a server."""

    port: int
    cookie: str
    csrf: str

    def ask(self, path: str, body: object) -> dict[str, object]:
        answer, _ = _post(self.port, path, body, {"Cookie": self.cookie, "X-Castanea-CSRF": self.csrf})
        return answer


def sign_in(server: Server) -> SignedIn:
    """Gives the owner of a benchmark's own workspace a new passphrase and signs in with it."""
    workspace = Workspace(server.workspace, WorkspaceSettings("bench"))
    database = Database(workspace.state)
    owner = Accounts(database, Keyring(workspace.vault), SystemClock()).reset_passphrase("owner")
    body = {"name": owner.name, "passphrase": owner.passphrase}
    answer, cookie = _post(server.port, "/api/v1/session", body, {"X-Castanea-CSRF": "sign-in"})
    return SignedIn(server.port, cookie.split(";")[0], str(answer["csrf"]))


def _post(port: int, path: str, body: object, headers: dict[str, str]) -> tuple[dict[str, object], str]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{path}", json.dumps(body).encode(), {"Content-Type": "application/json", **headers}
    )
    with urllib.request.urlopen(request, timeout=30) as answer:
        return dict(json.load(answer)), answer.headers.get("Set-Cookie", "")


class Viewer(asyncio.Protocol):
    """Reads and forgets; the measuring one hands every frame's JSON with the time of its last byte to `heard`."""

    def __init__(self, request: bytes, audience: Audience, *, measuring: bool) -> None:
        self._request, self._audience, self._measuring = request, audience, measuring
        self._buffer = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        assert isinstance(transport, asyncio.Transport)
        transport.write(self._request)

    def data_received(self, data: bytes) -> None:
        self._audience.received += 1
        if not self._measuring:
            return
        arrived = time.perf_counter()
        *events, self._buffer = (self._buffer + data).split(b"\n\n")
        for event in events:
            start = event.find(b"data: ")
            if b"event: frame" in event and start >= 0:
                self._audience.hear(arrived, event[start + 6 :].split(b"\n", 1)[0])


class Audience:
    """`seen`: (time, figure) of every frame that the measuring viewer got."""

    def __init__(self, owner: SignedIn, view: str, viewers: int, figure: Callable[[bytes], int | None]) -> None:
        self._port, self._viewers, self._figure = owner.port, viewers, figure
        self._request = (
            f"GET /api/v1/stream?view={view} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {owner.cookie}\r\nAccept: text/event-stream\r\n\r\n"
        ).encode()
        self.seen: list[tuple[float, int]] = []
        self.received = 0
        self._members: list[Viewer] = []
        self._news = asyncio.Event()

    async def gather(self) -> None:
        loop = asyncio.get_running_loop()
        for number in range(self._viewers):
            viewer = Viewer(self._request, self, measuring=number == self._viewers // 2)
            await loop.create_connection(lambda v=viewer: v, "127.0.0.1", self._port)
            self._members.append(viewer)
        await asyncio.wait_for(self._news.wait(), 30)

    def hear(self, at: float, data: bytes) -> None:
        figure = self._figure(data)
        if figure is not None:
            self.seen.append((at, figure))
        self._news.set()

    async def wait_for(self, figure: int, limit: float) -> None:
        end = time.perf_counter() + limit
        while not self.seen or self.seen[-1][1] < figure:
            if time.perf_counter() > end:
                raise RuntimeError(f"frames stopped at {self.seen[-1:]} of {figure}")
            self._news.clear()
            await asyncio.wait_for(self._news.wait(), limit)

    def leave(self) -> None:
        for viewer in self._members:
            viewer.transport.close()
