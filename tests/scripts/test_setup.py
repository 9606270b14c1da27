"""`make setup` says in a sentence what is missing."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """What `make setup` needs of a checkout."""
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    (tmp_path / "scripts").mkdir()
    for name in ("pyproject.toml", "hatch_build.py", "scripts/setup"):
        shutil.copy(ROOT / name, tmp_path / name)
    return tmp_path


def setup(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["bash", "scripts/setup"]
    return subprocess.run(
        command, cwd=checkout, env={**os.environ, **environment}, capture_output=True, text=True, check=False
    )


def test_a_package_index_out_of_reach_is_said_in_a_sentence(checkout: Path) -> None:
    nowhere = {"PIP_CONFIG_FILE": os.devnull, "PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0"}
    done = setup(checkout, PIP_FIND_LINKS="", PIP_EXTRA_INDEX_URL="", **nowhere)
    assert done.returncode == 1
    assert "the package index is out of reach. Check the network" in done.stderr


def test_a_python_that_is_too_old_is_named(checkout: Path, tmp_path: Path) -> None:
    old = tmp_path / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n", "ascii")
    old.chmod(0o755)
    done = setup(checkout, PYTHON=str(old))
    assert done.returncode == 1
    assert f"Python 3.11 or newer is needed, and '{old}' is not" in done.stderr
