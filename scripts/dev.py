"""`make dev`: the server of a demo workspace, restarted when a Python or YAML file changes, and Vite beside it.

Vite serves the pages with hot reload on http://127.0.0.1:5173 and passes /api on to the server. Ctrl-C ends both.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import build_web

ROOT = build_web.ROOT
WATCHED = {".py", ".yaml", ".yml", ".toml"}
STOP_WITHIN = 10.0


def newest_change(folder: Path) -> int:
    """Return the newest modification time (ns) of the watched files under a folder."""
    return max((path.stat().st_mtime_ns for path in folder.rglob("*") if path.suffix in WATCHED), default=0)


def stop(process: subprocess.Popen[bytes]) -> None:
    """End one process as Ctrl-C would; kill it when it has not ended within ten seconds."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main() -> int:
    """Run both until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--workspace", default="demo-workspace")
    parser.add_argument("--port", default="8321")
    args = parser.parse_args()
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())

    build_web.install()
    command = [
        str(Path(sys.executable).parent / "castanea"),
        "demo",
        "--workspace",
        args.workspace,
        "--port",
        args.port,
    ]
    pages_from = {**build_web.node_environment(), "CASTANEA_SERVER": f"http://127.0.0.1:{args.port}"}
    vite = subprocess.Popen(build_web.npm("run", "dev"), cwd=build_web.WEB, env=pages_from, start_new_session=True)
    server = subprocess.Popen(command, start_new_session=True)
    seen = newest_change(ROOT / "src")
    while not ended.wait(0.5):
        now = newest_change(ROOT / "src")
        if now > seen:
            seen = now
            print("dev: a file changed, restarting the server", file=sys.stderr, flush=True)
            stop(server)
            server = subprocess.Popen(command, start_new_session=True)
        if vite.poll() is not None:
            break
    stop(server)
    if vite.poll() is None:
        os.killpg(vite.pid, signal.SIGTERM)
        vite.wait()
    return 0


if __name__ == "__main__":
    sys.exit(main())
