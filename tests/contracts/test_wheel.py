"""The wheel is all that a shop installs: pages inside, no Node, no network."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN = 120.0
ENDED_WITHIN = 10.0


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this checkout."""
    if not (ROOT / "web" / "dist" / "index.html").is_file():
        pytest.skip("the pages are not built; run `make web`")
    out = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(out)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(out.glob("castanea-*.whl"))


def test_the_wheel_holds_the_pages_and_every_file_of_the_package(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        page = archive.read("castanea/web_dist/index.html").decode()
    source = ROOT / "src"
    ours = {
        path.relative_to(source).as_posix()
        for path in (source / "castanea").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert ours - names == set()
    linked = re.findall(r'(?:src|href)="([^"#]+)"', page)
    assert linked
    assert [link for link in linked if f"castanea/web_dist{link}" not in names] == [], "from elsewhere, or missing"


@pytest.fixture
def installed(wheel: Path, tmp_path: Path) -> Path:
    """A Python that has the wheel and its dependencies, and not the checkout; its path."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(tmp_path / "venv")], check=True)
    packages = next((tmp_path / "venv" / "lib").glob("python3.*")) / "site-packages"
    (packages / "dependencies.pth").write_text(sysconfig.get_path("purelib") + "\n", "utf-8")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(packages)
    return tmp_path / "venv" / "bin" / "python"


@pytest.fixture
def demo(installed: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """`castanea demo` from the wheel, with no Node on its PATH, and its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(installed), "-c", "import castanea.app; castanea.app.main()", "demo"]
    process = subprocess.Popen(
        [*command, "--workspace", str(tmp_path / "shop"), "--port", str(port)],
        cwd=tmp_path,
        env={"PATH": os.defpath, "HOME": str(tmp_path), "LANG": "C.UTF-8"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    yield process, f"http://127.0.0.1:{port}"
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def answer(url: str) -> tuple[int, str]:
    """Status and text of a GET; 0 while nobody listens."""
    try:
        with urllib.request.urlopen(url, timeout=5) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode()
    except (urllib.error.URLError, OSError):
        return 0, ""


@pytest.mark.slow
def test_an_installed_wheel_serves_the_demo_and_ends_cleanly(demo: tuple[subprocess.Popen[bytes], str]) -> None:
    process, address = demo
    deadline = time.monotonic() + READY_WITHIN
    while answer(f"{address}/readyz")[0] != 200:
        assert time.monotonic() < deadline, "castanea demo was not ready in time"
        with contextlib.suppress(subprocess.TimeoutExpired):
            pytest.fail(f"castanea demo ended with {process.wait(timeout=0.1)}")
    status, page = answer(address)
    assert status == 200
    assert '<div id="root">' in page
    script = re.search(r'src="(/assets/[^"]+\.js)"', page)
    assert script
    assert answer(address + script[1])[0] == 200
    process.send_signal(signal.SIGINT)
    assert process.wait(ENDED_WITHIN) == 0
