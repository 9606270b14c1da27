"""`castanea reconcile` and `castanea grid` beside a running server and without one."""

from __future__ import annotations

import json
from pathlib import Path

from tests.served import Served, served

__all__ = ["served"]

ORDERS = """订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额
2,21.00,21.00,浙江省,2026-02-20 23:59:54,2026-02-21 00:00:02,0.00
3,37.50,30.00,浙江省,2026-02-20 22:00:00,2026-02-20 22:01:00,7.50
"""
DAYS = """统计日期,访客数,浏览量,支付金额,支付买家数,支付件数,成功退款金额
2026-02-20,10,30,58.50,2,2,0.00
2026-02-21,8,20,0.00,0,0,0.00
"""


def test_a_day_table_is_compared_alike_with_a_server_and_without(served: Served, tmp_path: Path) -> None:
    for name, text in (("订单.csv", ORDERS), ("日报.csv", DAYS)):
        (tmp_path / name).write_text(text, encoding="gb18030")
        served.run("import", str(tmp_path / name))
    without = served.run("reconcile", "--json")
    served.start()
    assert served.run("reconcile", "--json") == without
    rows = {(r["day"], r["figure"]): r for r in json.loads(without)["differences"]}
    causes = [(c["cause"], c["orders"][0]["order_id"]) for c in rows["2026-02-20", "paid_amount"]["causes"]]
    assert causes == [("day_boundary", "2")]
    printed = served.run("reconcile", "--from", "2026-02-21", "--until", "2026-02-21")
    assert "another day boundary 21 (1: 2)" in printed


def test_a_grid_is_pasted_shown_and_taken_back_with_a_server_and_without(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "costs.tsv"
    file.write_text("种类\t商品\t金额\t生效日\n货品成本\ttea\t12.5\t2026-01-01\n", encoding="utf-8")
    first = json.loads(served.run("grid", "cost", "--paste", str(file), "--json"))
    assert (first["rows"], first["faults"]) == (1, [])
    without = served.run("grid", "cost")
    served.start()
    assert served.run("grid", "cost") == without
    assert "grid:goods||tea|" in without
    taken = json.loads(served.run("grid", "cost", "--undo", first["version"], "--json"))
    assert (taken["undoes"], taken["withdrawn"]) == (first["version"], 1)
    versions = served.run("grid", "cost", "--list").splitlines()
    assert [line.split()[0] for line in versions] == [taken["version"], first["version"]]
    assert "taken back" in versions[1]
