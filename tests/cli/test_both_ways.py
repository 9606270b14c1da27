"""Every command gives the same answer beside a running server and without one."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from castanea.contracts.workspace import WorkspaceSettings
from castanea.runs.workspace import init_workspace, lock
from tests.served import CASTANEA, Served

FILE = """订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额
1,178.80,0.00,上海,2026-02-21 00:00:00,,0.00
2,21.00,21.00,浙江省,2026-02-20 23:59:54,2026-02-21 00:00:02,0.00
3,37.50,30.00,浙江省,2026-02-20 22:00:00,2026-02-20 22:01:00,7.50
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "订单.csv"
    path.write_bytes(FILE.encode("gb18030"))
    return path


def asked(served: Served, file: Path) -> dict[str, object]:
    """What the commands print, but for what differs from run to run."""
    imported = json.loads(served.run("import", str(file), "--json"))
    answer = json.loads(
        served.run(
            "query", "--metrics", "order_amount,paid_amount,refund_amount,net_sales", "--by", "province", "--json"
        )
    )
    sentence = json.loads(served.run("ask", "2026年2月浙江支付金额按省份", "--json"))
    served.run("rebuild")
    checksum = served.run("checksum")
    boards = served.run("boards", "list")
    state = json.loads(served.run("status", "--json"))
    return {
        "import": imported, "rows": answer["rows"], "facts": [line for line in checksum.splitlines() if line.startswith("rollup.")],
        "sentence": sentence["answer"]["rows"], "boards": boards, "waiting": (state["rows_waiting"], state["rebuilding"], state["offset"] == state["head"]),
    }  # fmt: skip


def test_commands_answer_alike_with_a_server_and_without(served: Served, file: Path, tmp_path: Path) -> None:
    alone = Served(tmp_path / "alone", 0, "")
    subprocess.run([*CASTANEA, "init", str(alone.workspace)], check=True, capture_output=True)
    without = asked(alone, file)
    served.start()
    beside = asked(served, file)
    assert beside == without
    counts = beside["import"]["total"]  # type: ignore[index]
    assert counts == {"received": 3, "loaded": 3, "duplicates": 0, "superseded": 0, "quarantined": 0, "suspects": 0}
    assert {(r["province"], r["paid_amount"], r["net_sales"]) for r in beside["rows"]} == {  # type: ignore[union-attr]
        ("上海", "0.0000", "0.0000"), ("浙江", "58.5000", "51.0000"),
    }  # fmt: skip
    assert [(r["province"], r["paid_amount"]) for r in beside["sentence"]] == [("浙江", "58.5000")]  # type: ignore[attr-defined]


def test_a_checksum_prints_a_line_per_table_sorted_and_nothing_else(served: Served) -> None:
    lines = [line.split(" ") for line in served.run("checksum").splitlines()]
    assert all(len(line) == 3 and line[1].isdigit() and len(line[2]) == 32 for line in lines)
    assert [line[0] for line in lines] == sorted(line[0] for line in lines)


def test_a_second_server_is_refused_and_told_who_is_there(served: Served) -> None:
    served.start()
    second = subprocess.run(
        [*CASTANEA, "serve", "--workspace", str(served.workspace), "--port", "0"],
        capture_output=True,
        check=False,
        timeout=60,
    )
    assert second.returncode == 2
    assert "castanea serve" in second.stderr.decode()


def test_a_command_waits_for_nobody_when_another_holds_the_workspace(tmp_path: Path) -> None:
    workspace = init_workspace(tmp_path / "w", WorkspaceSettings("w"))
    with lock(workspace, "castanea rebuild"):
        done = subprocess.run(
            [*CASTANEA, "checksum", "--workspace", str(workspace.root)], capture_output=True, check=False, timeout=60
        )
    assert done.returncode == 2
    assert "castanea rebuild" in done.stderr.decode()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("query", "--metrics", "net_sale"), "net_sales"),
        (("query", "--metrics", "net_sales", "--by", "chanel"), "channel"),
        (("ask", "hello there"), "net sales"),
        (("boards", "show", "live-tody"), "live-today"),
        (("import", "nowhere.csv"), "does not exist"),
        (("query",), "--metrics"),
        (("nonsense",), "nonsense"),
    ],
)
def test_a_wrong_call_ends_with_2_and_names_the_valid_choice(
    tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    workspace = init_workspace(tmp_path / "w", WorkspaceSettings("w"))
    where = () if arguments[0] == "nonsense" else ("--workspace", str(workspace.root))
    done = subprocess.run([*CASTANEA, *arguments, *where], capture_output=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (2, b"")
    assert said in done.stderr.decode()
    assert "Traceback" not in done.stderr.decode()


def test_help_needs_none_of_the_heavy_libraries() -> None:
    heavy = ("duckdb", "polars", "pyarrow", "fastapi", "sqlalchemy", "alembic", "numpy")
    code = "import sys; from castanea.app import *; from castanea.cli.program import program; program(Castanea(Settings())); "
    code += f"print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, timeout=60)
    assert done.stdout.decode().strip() == "[]"
