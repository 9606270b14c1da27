"""Fan-out: processor time of the HTTP process per viewer and frame, and what stalled viewers cost.

    python -m bench.fanout [--viewers 1000] [--seconds 10] [--kilobytes 16] [--stalled 0]

A real server in a process of its own gets a frame every 100 ms from a link that does nothing else; viewers in another process read
and count. Beside the figure stands its limit, measured in the same run: the same bytes written to as many sockets by a bare loop.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import resource
import socket
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import psutil

TICK = 0.1
BOARD = b'{"id":"bench","title":{"en":"Bench"},"tiles":[],"time":{"relative":"today"},"compare":null}'


@dataclass(frozen=True)
class Figures:
    viewers: int
    frames: float
    kilobytes: float
    microseconds: float
    bare_microseconds: float
    resident_mb: float
    delay_p50_ms: float
    delay_p99_ms: float
    stalled: int = 0
    stalled_mb: float = 0.0

    def line(self) -> str:
        stalled = f"; {self.stalled} stalled viewers took {self.stalled_mb:.1f} MB" if self.stalled else ""
        return (
            f"fan-out: {self.microseconds:.1f} µs processor time per viewer and frame (limit: bare writes {self.bare_microseconds:.1f}), "
            f"{self.viewers} viewers × {self.frames:.1f} frames/s × {self.kilobytes:.0f} kB, "
            f"frame → viewer p50 {self.delay_p50_ms:.0f} ms, p99 {self.delay_p99_ms:.0f} ms, {self.resident_mb:.0f} MB{stalled}"
        )


@dataclass(frozen=True)
class _Opened:
    view_id: str
    board: bytes
    frame: bytes


class _Ticking:
    """A link whose one view changes every tick while `on`."""

    def __init__(self, kilobytes: int) -> None:
        self.on = False
        self.sequence = 1
        filling = "x" * (kilobytes * 1024 // 4)
        self._tiles = json.dumps([{"tile": f"t{i}", "state": "ok", "answers": filling} for i in range(4)])

    def frame(self) -> bytes:
        return f'{{"view":"v","sequence":{self.sequence},"at":"{time.time():.6f}","tiles":{self._tiles}}}'.encode()

    async def open_view(self, _view: object, _rights: object) -> _Opened:
        return _Opened("v", BOARD, self.frame())

    async def close_view(self, view_id: str) -> None: ...

    async def state(self) -> dict[str, Any]:
        return {"offset": 1}

    async def frames(self) -> AsyncIterator[tuple[str, int, bytes]]:
        while True:
            await asyncio.sleep(TICK)
            if self.on:
                self.sequence += 1
                yield "v", self.sequence, self.frame()


def _serve(pipe: Connection, root: str, kilobytes: int) -> None:
    """The server's process. Answers `cpu`, `on`, `off`; ends on `stop`."""
    import logging

    import structlog
    import uvicorn
    import uvloop

    from castanea.access import Accounts, Keyring, Sessions, WriteKeys
    from castanea.api import ApiSettings, Services, create_app
    from castanea.contracts.workspace import Workspace, WorkspaceSettings
    from castanea.kit.clock import SystemClock
    from castanea.state import Database

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    workspace = Workspace(Path(root), WorkspaceSettings("bench"))
    wired = (Database(workspace.state), Keyring(workspace.vault), SystemClock())
    accounts, sessions, link = Accounts(*wired), Sessions(*wired), _Ticking(kilobytes)
    owner = accounts.ensure_owner()
    assert owner is not None
    token = sessions.open(accounts.sign_in(owner.name, owner.passphrase, "bench").id).token
    services: Any = Services(workspace, link, None, accounts, sessions, WriteKeys(*wired), wired[2], ApiSettings())  # type: ignore[arg-type]
    app = create_app(services)
    listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, access_log=False))

    async def answer() -> None:
        pipe.send((listening.getsockname()[1], token))
        while (asked := await asyncio.to_thread(pipe.recv)) != "stop":
            link.on = {"on": True, "off": False}.get(asked, link.on)
            used = resource.getrusage(resource.RUSAGE_SELF)
            pipe.send((used.ru_utime + used.ru_stime, link.sequence, psutil.Process().memory_info().rss / 1e6))
        app.close_streams()
        server.should_exit = True

    async def both() -> None:
        await asyncio.gather(server.serve([listening]), answer())

    uvloop.run(both())


def _request(token: str, path: str, body: bytes = b"", csrf: str = "") -> bytes:
    head = f"{'POST' if body else 'GET'} {path} HTTP/1.1\r\nHost: localhost\r\nCookie: castanea_session={token}\r\n"
    if body:
        head += f"X-Castanea-CSRF: {csrf}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n"
    return f"{head}\r\n".encode() + body


def _open_view(port: int, token: str) -> None:
    import urllib.request

    def ask(path: str, body: bytes | None, csrf: str) -> Any:
        headers = {"Cookie": f"castanea_session={token}", "X-Castanea-CSRF": csrf, "Content-Type": "application/json"}
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", data=body, headers=headers)
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request, timeout=30) as answer:
            return json.load(answer)

    ask("/api/v1/views", b'{"board":"bench"}', ask("/api/v1/session", None, "")["csrf"])


class _Viewer(asyncio.Protocol):
    """Counts frames and, once in a while, how old they are; keeps nothing."""

    frames = 0
    delays: list[float] = []  # noqa: RUF012 (shared by all viewers on purpose)

    def data_received(self, data: bytes) -> None:
        found = data.find(b'"at":"')
        if found >= 0:
            type(self).frames += 1
            with suppress(ValueError):
                self.delays.append(time.time() - float(data[found + 6 : found + 23]))


def _watch(pipe: Connection, port: int, token: str, viewers: int) -> None:
    """The viewers' process. Sends once all are connected; on `take` sends (frames, delays) since the last."""
    import uvloop

    async def run() -> None:
        loop = asyncio.get_running_loop()
        kept = []
        for _ in range(viewers):
            transport, _protocol = await loop.create_connection(_Viewer, "127.0.0.1", port)
            transport.write(_request(token, "/api/v1/stream?view=v"))
            kept.append(transport)
        pipe.send(len(kept))
        while await asyncio.to_thread(pipe.recv) == "take":
            pipe.send((_Viewer.frames, list(_Viewer.delays)))
            _Viewer.frames, _Viewer.delays[:] = 0, []

    uvloop.run(run())


def _bare(viewers: int, size: int, rounds: int) -> float:
    """Processor microseconds per write of the same bytes to as many loopback sockets, and nothing else."""
    listening = socket.create_server(("127.0.0.1", 0), backlog=4096)
    pairs = []
    for _ in range(viewers):
        near = socket.create_connection(listening.getsockname())
        far, _ = listening.accept()
        pairs.append((near, far))
    data, used = b"x" * size, 0.0
    for _ in range(rounds):
        begun = time.process_time()
        for near, _far in pairs:
            near.send(data)
        used += time.process_time() - begun
        for _near, far in pairs:
            left = size
            while left > 0:
                left -= len(far.recv(1 << 20))
    for near, far in pairs:
        near.close()
        far.close()
    listening.close()
    return used / (rounds * viewers) * 1e6


def _stall(port: int, token: str, count: int) -> list[socket.socket]:
    """Viewers that ask and never read."""
    stalled = []
    for _ in range(count):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.connect(("127.0.0.1", port))
        one.sendall(_request(token, "/api/v1/stream?view=v"))
        stalled.append(one)
    return stalled


def run(viewers: int = 1000, seconds: float = 10, kilobytes: int = 16, stalled: int = 0) -> Figures:
    """Measure once."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as root:
        server, serving = spawn.Pipe()
        process = spawn.Process(target=_serve, args=(serving, root, kilobytes), daemon=True)
        process.start()
        port, token = server.recv()
        _open_view(port, token)
        near, far = spawn.Pipe()
        watching = spawn.Process(target=_watch, args=(far, port, token, viewers), daemon=True)
        watching.start()
        near.recv()
        try:
            return _measure(server, near, _Setting(viewers, seconds, kilobytes, stalled, port, token))
        finally:
            near.send("end")
            server.send("stop")
            watching.join(10)
            process.join(10)


@dataclass(frozen=True)
class _Setting:
    viewers: int
    seconds: float
    kilobytes: int
    stalled: int
    port: int
    token: str


def _measure(server: Connection, near: Connection, setting: _Setting) -> Figures:
    def ask(what: str) -> tuple[float, int, float]:
        server.send(what)
        answer: tuple[float, int, float] = server.recv()
        return answer

    def take() -> tuple[int, list[float]]:
        near.send("take")
        taken: tuple[int, list[float]] = near.recv()
        return taken

    ask("on")
    time.sleep(1)
    take()
    cpu, sequence, _ = ask("mark")
    time.sleep(setting.seconds)
    later_cpu, later, resident = ask("mark")
    frames, delays = take()
    kept = _stall(setting.port, setting.token, setting.stalled)
    grown = resident
    if kept:
        time.sleep(setting.seconds)
        _, _, grown = ask("mark")
    ask("off")
    delays.sort()
    sent = (later - sequence) * setting.viewers
    if frames < 0.8 * sent:
        raise RuntimeError(f"viewers saw {frames} of {sent} frames; the machine is too busy for this run")
    return Figures(
        viewers=setting.viewers,
        frames=(later - sequence) / setting.seconds,
        kilobytes=setting.kilobytes,
        microseconds=(later_cpu - cpu) / frames * 1e6,
        bare_microseconds=_bare(min(setting.viewers, 500), setting.kilobytes * 1024, 10),
        resident_mb=resident,
        delay_p50_ms=delays[len(delays) // 2] * 1000,
        delay_p99_ms=delays[int(len(delays) * 0.99)] * 1000,
        stalled=setting.stalled,
        stalled_mb=grown - resident,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--viewers", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--kilobytes", type=int, default=16)
    parser.add_argument("--stalled", type=int, default=0)
    asked = parser.parse_args()
    print(run(asked.viewers, asked.seconds, asked.kilobytes, asked.stalled).line())


if __name__ == "__main__":
    main()
