"""An import is taken back and brought back, beside a server and without one."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.served import CASTANEA, Served

ONE = """订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额
1,100.00,100.00,上海,2026-02-20 10:00:00,2026-02-20 10:01:00,0.00
"""
TWO = ONE + "2,50.00,50.00,上海,2026-02-20 11:00:00,2026-02-20 11:01:00,0.00\n"


def paid(served: Served) -> str:
    rows = json.loads(served.run("query", "--metrics", "paid_amount", "--json"))["rows"]
    return str(rows[0]["paid_amount"])


def facts(checksum: str) -> list[str]:
    """The lines of facts and rollups; an import's record says when it was changed."""
    return [line for line in checksum.splitlines() if line.startswith(("fact.order", "rollup."))]


@pytest.mark.parametrize("beside", [False, True], ids=["alone", "beside a server"])
def test_an_import_is_taken_back_and_brought_back(served: Served, tmp_path: Path, *, beside: bool) -> None:
    shop = served if beside else Served(tmp_path / "alone", 0, "")
    if beside:
        shop.start()
    else:
        subprocess.run([*CASTANEA, "init", str(shop.workspace)], check=True, capture_output=True)
    for name, text in (("one.csv", ONE), ("two.csv", TWO)):
        (tmp_path / name).write_bytes(text.encode("gb18030"))
        shop.run("import", str(tmp_path / name), "--json")
    newest = json.loads(shop.run("imports", "list", "--json"))[0]
    before = shop.run("checksum")
    assert paid(shop) == "150.0000"

    told = json.loads(shop.run("imports", "undo", newest["import_id"][:8], "--json"))
    assert told == {"import_id": newest["import_id"], "file": "two.csv", "received": 2, "undone": True}
    assert paid(shop) == "100.0000"
    assert json.loads(shop.run("imports", "list", "--json"))[0]["undone"] is True
    undone = shop.run("checksum")
    shop.run("rebuild")
    assert shop.run("checksum") == undone

    shop.run("imports", "redo", newest["import_id"])
    assert paid(shop) == "150.0000"
    assert facts(shop.run("checksum")) == facts(before)
