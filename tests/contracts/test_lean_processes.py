"""What a server's processes load: memory is theirs for as long as they run."""

from __future__ import annotations

import subprocess
import sys

import pytest

HTTP = (
    "castanea.access", "castanea.api.serving", "castanea.intake.events", "castanea.runs.asking", "castanea.runs.grids",
    "castanea.runs.import_jobs", "castanea.runs.link", "castanea.runs.replay_quarantine_desk", "castanea.runs.undo_import", "castanea.state",
)  # fmt: skip
WAREHOUSE = (
    "castanea.runs.warehouse_process",
    "castanea.boards",
    "castanea.intake.sqlite_log",
    "castanea.warehouse.duck",
)


@pytest.mark.parametrize(
    ("modules", "left_out"),
    [
        (HTTP, ("pandas", "polars", "duckdb", "sqlglot", "rich", "scipy")),
        (WAREHOUSE, ("pandas", "polars", "sqlalchemy", "fastapi", "cryptography", "rich", "scipy")),
    ],
    ids=["http", "warehouse"],
)
def test_a_process_of_the_server_loads_no_library_that_it_does_not_use(
    modules: tuple[str, ...], left_out: tuple[str, ...]
) -> None:
    program = (
        "import sys, importlib\n"
        "import castanea.app, castanea.cli.program\n"
        "from castanea.kit.lean import go_lean\n"
        "go_lean()\n"
        f"for name in {modules!r}: importlib.import_module(name)\n"
        "import pyarrow as pa\n"
        "pa.array(['a', None]).to_pylist()\n"
        f"print(*(name for name in {left_out!r} if name in sys.modules))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout.split() == []


def test_what_was_hidden_from_others_can_be_loaded_by_who_wants_it() -> None:
    program = "from castanea.kit.lean import go_lean\ngo_lean()\nimport rich, pandas"
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
