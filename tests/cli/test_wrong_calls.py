"""A wrong call is answered with a sentence and exit code 2, never with a traceback."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

COMMAND = Path(sys.executable).parent / "castanea"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--bogus"], "castanea: No such option: --bogus"),
        (["nope"], "castanea: No such command 'nope'."),
        (["query"], "castanea: Missing option '--metrics'."),
        (["query", "--metrics", "units", "--limit", "many"], "castanea: Invalid value for '--limit'"),
        ([], "Usage: castanea"),
    ],
)
def test_a_wrong_call_is_told_in_a_sentence(arguments: list[str], said: str) -> None:
    done = subprocess.run([COMMAND, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr


def test_the_version_is_told() -> None:
    from castanea import __version__

    done = subprocess.run([COMMAND, "--version"], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == __version__


def test_the_command_line_starts_without_what_only_a_server_needs() -> None:
    loaded = "import sys, castanea.app; from castanea.cli.program import program; program(None); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert {"fastapi", "alembic", "polars", "pandas", "duckdb", "uvicorn"} & set(done.stdout.split()) == set()
