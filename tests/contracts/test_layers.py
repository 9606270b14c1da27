"""The house: rooms import only from the rooms before them (.importlinter gives the order and the reasons)."""

from __future__ import annotations

import configparser
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACT = ROOT / ".importlinter"


def test_rooms_import_only_from_the_rooms_before_them() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache", "--config", str(CONTRACT)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("room", "line", "broken"),
    [
        ("cleaning", "import castanea.semantics", "castanea.cleaning is not allowed to import castanea.semantics"),
        ("boards", "import castanea.decisions", "castanea.boards is not allowed to import castanea.decisions"),
        ("live", "import starlette.routing", "castanea.live is not allowed to import starlette"),
        ("api", "import duckdb", "castanea.api is not allowed to import duckdb"),
        ("shelf", "", "The following modules are not listed as layers"),
    ],
)
def test_the_contract_catches_a_room_that_breaks_it(tmp_path: Path, room: str, line: str, broken: str) -> None:
    rooms = re.findall(r"^ {4}[^#\n]+$", configparser_layers(), flags=re.MULTILINE)
    names = {name for row in rooms for name in re.findall(r"[a-z]+", row)}
    for name in {*names, room}:
        package = tmp_path / "castanea" / name
        package.mkdir(parents=True, exist_ok=True)
        (package / "__init__.py").write_text(f"{line}\n" if name == room else "", "utf-8")
    (tmp_path / "castanea" / "__init__.py").touch()
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-logo", "--no-cache", "--config", str(CONTRACT)]
    done = subprocess.run(
        command, cwd=tmp_path, capture_output=True, text=True, check=False, env={"PYTHONPATH": str(tmp_path)}
    )
    assert done.returncode == 1, done.stdout + done.stderr
    assert broken in " ".join(done.stdout.split())


def test_every_layer_says_why_it_stands_there() -> None:
    lines = [line.strip() for line in configparser_layers().splitlines() if line.strip()]
    unexplained = [row for before, row in zip(["", *lines], lines, strict=False) if row[0] != "#" and before[:1] != "#"]
    assert unexplained == []


def configparser_layers() -> str:
    """The raw text of the layers, comments kept (ConfigParser would drop them)."""
    text = CONTRACT.read_text("utf-8")
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(text)
    assert parser["importlinter:contract:rooms"]["type"] == "layers"
    return text.split("layers =\n", 1)[1].split("\n\n", 1)[0]
