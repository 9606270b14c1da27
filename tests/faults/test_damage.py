"""A warehouse file that is damaged or gone is set aside and made again from the log, to the same checksums."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.faults

ROUNDS = max(1, int(os.environ.get("CASTANEA_FAULT_ROUNDS", "20")) // 20)


def _truncate(file: Path, chance: random.Random) -> None:
    os.truncate(file, int(file.stat().st_size * chance.uniform(0.05, 0.95)))


def _flip(file: Path, chance: random.Random) -> None:
    """One bit of the file's head and thirty-two elsewhere."""
    data = bytearray(file.read_bytes())
    for place in [chance.randrange(4096), *(chance.randrange(len(data)) for _ in range(32))]:
        data[place] ^= 1 << chance.randrange(8)
    file.write_bytes(data)


def _delete(file: Path, _: random.Random) -> None:
    file.unlink()


@pytest.mark.parametrize("damage", [_truncate, _flip, _delete])
def test_a_damaged_warehouse_is_made_again_to_the_same_checksums(
    served: Any, damage: Callable[[Path, random.Random], None]
) -> None:
    chance = random.Random(3)
    served.start()
    for number in range(40):
        assert served.post(_orders(number)) == 202
    served.stop()
    before = served.run("checksum")
    assert "fact.order 2000 " in before
    for _ in range(ROUNDS):
        damage(served.workspace / "warehouse" / "castanea.duckdb", chance)
        served.start()
        assert served.run("checksum") == before
        assert served.stop() == 0


def test_a_rebuild_beside_a_server_gives_the_same_and_intake_goes_on(served: Any) -> None:
    served.start()
    assert served.post(_orders(1)) == 202
    before = served.run("checksum")
    served.run("rebuild")
    assert served.run("checksum") == before
    assert served.post(_orders(2)) == 202


def _orders(number: int) -> list[dict[str, object]]:
    return [
        {"kind": "order", "order_id": f"o{number}-{n}", "order_time": f"2026-11-{1 + n % 20:02d}T08:00:00Z", "pay_time": f"2026-11-{1 + n % 20:02d}T08:05:00Z",
         "status": "paid", "customer_id": f"c{n}", "phone": f"1000{n:07d}", "channel_id": "jd", "province": "浙江", "currency": "CNY",
         "lines": [{"kind": "product", "line_id": "1", "product_id": f"p{n % 7}", "quantity": "2", "amount": "19.90"}]}
        for n in range(50)
    ]  # fmt: skip
