"""Running the server: this process answers HTTP, a child owns the warehouse; both end together."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

import structlog
import uvicorn

from castanea.kit.clock import monotonic
from castanea.kit.errors import Conflict

_log = structlog.get_logger("castanea.server")
SHORTEST_LIFE = 10.0  # seconds; a child that lived shorter is started again only after a pause
PAUSES = (0.2, 1.0, 3.0, 10.0)
GRACE = 4.0  # seconds a child has to end by itself


class ClosesStreams(Protocol):
    """An ASGI application with streams that would hold up its shutdown."""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None: ...

    def close_streams(self) -> None: ...


class Child:
    """A process of ours, started again when it dies; a pause that grows keeps a faulty one from spinning.

    `inherited` are descriptors that it keeps open as long as it lives; `environment` stands in the place of
    this process's own."""

    def __init__(
        self,
        name: str,
        arguments: Sequence[str],
        *,
        lasting: bool = True,
        grace: float = GRACE,
        inherited: Sequence[int] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        self._name, self._arguments, self._lasting, self._grace = name, arguments, lasting, grace
        self._inherited, self._environment = inherited, environment
        self._process: asyncio.subprocess.Process | None = None
        self._ending = False

    async def run(self) -> None:
        """Until `end`; a child that is not lasting may also end by itself."""
        short_lives = 0
        while not self._ending:
            begin = monotonic()
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                *self._arguments,
                start_new_session=True,
                pass_fds=self._inherited,
                env=self._environment,
            )
            code = await self._process.wait()
            if self._is_over(code):
                return
            short_lives = short_lives + 1 if monotonic() - begin < SHORTEST_LIFE else 0
            pause = PAUSES[min(short_lives, len(PAUSES) - 1)]
            _log.error("a process of the server ended and is started again", process=self._name, code=code, after=pause)
            await asyncio.sleep(pause)

    def _is_over(self, code: int) -> bool:
        return self._ending or (not self._lasting and code == 0)

    async def end(self) -> None:
        self._ending = True
        process = self._process
        if process is None or process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(process.wait(), self._grace)
        except TimeoutError:
            _log.warning("a process of the server had to be ended by force", process=self._name)
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.wait()


class HttpServer(uvicorn.Server):
    """uvicorn that closes open streams first, and leaves signals to us."""

    def __init__(self, config: uvicorn.Config, app: ClosesStreams) -> None:
        super().__init__(config)
        self._streams = app
        self.opened = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.opened.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._streams.close_streams()
        await super().shutdown(sockets)

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        yield


async def serve(app: ClosesStreams, host: str, port: int, children: Sequence[Child], ready: Callable[[], None]) -> None:
    """Serve until SIGINT or SIGTERM. `ready` is called once the port is open. Raises OSError when the port is taken."""
    config = uvicorn.Config(
        app, host=host, port=port, loop="uvloop", http="httptools", lifespan="on", access_log=False, log_config=None,
        timeout_graceful_shutdown=3, server_header=False, date_header=False,
    )  # fmt: skip
    server = HttpServer(config, app)
    loop = asyncio.get_running_loop()
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, told.set)
    running = [asyncio.create_task(child.run()) for child in children]
    serving = asyncio.create_task(server.serve())
    opened = asyncio.create_task(server.opened.wait())
    await asyncio.wait((serving, opened), return_when=asyncio.FIRST_COMPLETED)
    if server.started:
        ready()
    telling = asyncio.create_task(told.wait())
    try:
        await asyncio.wait((serving, telling), return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await asyncio.gather(serving, *(child.end() for child in children))
    finally:
        telling.cancel()
        opened.cancel()
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def check_port(host: str, port: int) -> None:
    """Raises Conflict when something listens there already, before anything is started."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as taken:
            raise Conflict(
                f"port {port} of {host} cannot be opened ({taken.strerror}); end what listens there, or take another with --port",
                code="server.port_taken",
                values={"port": port, "host": host},
            ) from taken
