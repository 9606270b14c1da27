"""A real server on a fresh workspace, started and ended by a benchmark."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import psutil

CASTANEA = Path(sys.executable).with_name("castanea")
START_LIMIT = 60.0


@dataclass
class Server:
    """`key` is a write key. `http` and `warehouse` are its two processes."""

    workspace: Path
    port: int
    process: subprocess.Popen[bytes]
    key: str

    @property
    def http(self) -> psutil.Process:
        return psutil.Process(self.process.pid)

    @property
    def warehouse(self) -> psutil.Process:
        children = [c for c in self.http.children(recursive=True) if c.status() != psutil.STATUS_ZOMBIE]
        return max(children, key=lambda c: c.memory_info().rss)

    def resident(self) -> int:
        """Bytes resident of the server's processes together."""
        return sum(p.memory_info().rss for p in (self.http, *self.http.children(recursive=True)))

    def cpu(self, process: psutil.Process) -> float:
        times = process.cpu_times()
        return float(times.user + times.system)

    def status(self) -> dict[str, object]:
        """What `castanea status --json` says; asked over the socket."""
        said = run("status", "--json", workspace=self.workspace)
        return dict(json.loads(said))


def run(*arguments: str, workspace: Path) -> str:
    done = subprocess.run(
        [CASTANEA, *arguments, "--workspace", str(workspace)], capture_output=True, check=False, timeout=3600
    )
    if done.returncode:
        raise RuntimeError(
            f"castanea {' '.join(arguments)} ended with {done.returncode}: {done.stderr.decode()[-2000:]}"
        )
    return done.stdout.decode()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def serving(workspace: Path | None = None, *, boards: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A server that is ready; ended, and its workspace removed when it was made here. `boards`: name → YAML of further boards."""
    made = workspace is None
    folder = Path(tempfile.mkdtemp(prefix="castanea-bench-")) / "workspace" if workspace is None else workspace
    if not (folder / "castanea.toml").exists():
        subprocess.run([CASTANEA, "init", str(folder)], check=True, capture_output=True)
    for name, text in (boards or {}).items():
        (folder / "boards").mkdir(exist_ok=True)
        (folder / "boards" / f"{name}.yaml").write_text(text, encoding="utf-8")
    key = json.loads(
        run("write-keys", "create", f"bench-{os.getpid()}-{time.monotonic_ns()}", "--json", workspace=folder)
    )["token"]
    port = free_port()
    log = (folder / "bench-server.log").open("wb")
    process = subprocess.Popen(
        [CASTANEA, "serve", "--workspace", str(folder), "--port", str(port)], stdout=log, stderr=subprocess.STDOUT
    )
    try:
        _wait_ready(port, process, folder)
        yield Server(folder, port, process, key)
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            process.kill()
        log.close()
        if made:
            shutil.rmtree(folder.parent, ignore_errors=True)


def _wait_ready(port: int, process: subprocess.Popen[bytes], folder: Path) -> None:
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end:
        if process.poll() is not None:
            raise RuntimeError(
                f"the server ended with {process.returncode}: {(folder / 'bench-server.log').read_text()[-3000:]}"
            )
        with (
            contextlib.suppress(urllib.error.URLError, OSError),
            urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2),
        ):
            return
        time.sleep(0.1)
    raise RuntimeError(
        f"the server was not ready in {START_LIMIT:.0f} s: {(folder / 'bench-server.log').read_text()[-3000:]}"
    )
