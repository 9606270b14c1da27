"""A real server on a workspace of the test's own, that may be killed and started again."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest

CASTANEA = [sys.executable, "-m", "castanea"]
PATIENCE = 60.0


@dataclass
class Served:
    workspace: Path
    port: int
    key: str
    process: subprocess.Popen[bytes] | None = None
    logs: list[Path] = field(default_factory=list)

    def start(self) -> None:
        """Until it is ready."""
        log = self.workspace / f"server-{len(self.logs)}.log"
        self.logs.append(log)
        with log.open("wb") as out:
            self.process = subprocess.Popen(
                [*CASTANEA, "serve", "--workspace", str(self.workspace), "--port", str(self.port)],
                stdout=out,
                stderr=out,
            )
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            assert self.process.poll() is None, f"the server ended by itself: {log.read_text()[-3000:]}"
            with contextlib.suppress(OSError), urllib.request.urlopen(self.url("/readyz"), timeout=2):
                return
            _breathe()
        raise AssertionError(f"not ready in {PATIENCE:.0f} s: {log.read_text()[-3000:]}")

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def post(self, events: list[dict[str, object]]) -> int:
        """The status; 0 when the server went away before it answered."""
        body = b"\n".join(json.dumps(e).encode() for e in events)
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": "application/x-ndjson"}
        try:
            with urllib.request.urlopen(
                urllib.request.Request(self.url("/api/v1/events"), body, headers), timeout=30
            ) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as refused:
            return refused.code
        except OSError:
            return 0

    def processes(self) -> list[psutil.Process]:
        """The HTTP process, then its children."""
        assert self.process is not None
        main = psutil.Process(self.process.pid)
        return [main, *main.children(recursive=True)]

    def kill(self, victims: list[psutil.Process]) -> None:
        for victim in victims:
            with contextlib.suppress(psutil.NoSuchProcess):
                victim.send_signal(signal.SIGKILL)
        psutil.wait_procs(victims, timeout=10)

    def kill_all(self) -> None:
        self.kill(self.processes())
        assert self.process is not None
        self.process.wait(10)

    def stop(self) -> int:
        assert self.process is not None
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(20)

    def run(self, *arguments: str) -> str:
        done = subprocess.run(
            [*CASTANEA, *arguments, "--workspace", str(self.workspace)], capture_output=True, check=False, timeout=120
        )
        assert done.returncode == 0, done.stderr.decode()
        return done.stdout.decode()


def _breathe() -> None:
    """Between two looks at a condition that has its own deadline."""
    time.sleep(0.05)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    workspace = tmp_path / "w"
    subprocess.run([*CASTANEA, "init", str(workspace)], check=True, capture_output=True)
    made = subprocess.run(
        [*CASTANEA, "write-keys", "create", "load", "--json", "--workspace", str(workspace)],
        check=True,
        capture_output=True,
    )
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = Served(workspace, port, json.loads(made.stdout)["token"])
    yield server
    if server.process is not None and server.process.poll() is None:
        server.kill_all()
