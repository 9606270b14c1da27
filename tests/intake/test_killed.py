"""A writer killed in the middle loses nothing that it acknowledged."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from castanea.contracts.workspace import WorkspaceSettings
from castanea.intake.landing import Landing
from castanea.intake.sqlite_log import SqliteEventLog
from castanea.vault import Vault

WRITER = """
import asyncio, json, sys
from pathlib import Path
from castanea.contracts.workspace import WorkspaceSettings
from castanea.intake.events import NDJSON, EventIntake
from castanea.intake.landing import Landing
from castanea.intake.sqlite_log import SqliteEventLog
from castanea.vault import Vault

folder, run = Path(sys.argv[1]), sys.argv[2]
intake = EventIntake(Landing(SqliteEventLog(folder / "log" / "events.db"), Vault(folder / "vault"), WorkspaceSettings("test")))

async def sender(name):
    for number in range(100_000):
        ids = [f"{run}-{name}-{number}-{i}" for i in range(20)]
        events = [{"kind": "order", "order_id": i, "order_time": "2026-11-20T14:36:00Z", "customer_id": i, "phone": i} for i in ids]
        await intake.submit("\\n".join(map(json.dumps, events)).encode(), NDJSON, "", "killed")
        print(" ".join(ids), flush=True)

async def main():
    await asyncio.gather(*(sender(n) for n in range(4)))

asyncio.run(main())
"""


@pytest.mark.faults
def test_a_killed_writer_loses_nothing_acknowledged_and_every_sealed_row_opens(tmp_path):
    acknowledged: set[str] = set()
    for run in range(3):
        acknowledged |= _killed_after(tmp_path, run, lines=15 + 20 * run)
    log, vault = SqliteEventLog(tmp_path / "log" / "events.db"), Vault(tmp_path / "vault")
    rows = [row for b in log.read(0, 10_000_000) for row in b.batch.rows.to_pylist()]
    landed = [row["order_id"] for row in rows]
    assert acknowledged <= set(landed)
    assert len(landed) == len(set(landed))
    assert [vault.open(row["_subject"], row["_sealed"]) for row in rows] == [{"phone": row["order_id"]} for row in rows]
    Landing(log, vault, WorkspaceSettings("test"))
    log.close()
    vault.close()


def _killed_after(folder: Path, run: int, lines: int) -> set[str]:
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder), str(run)], stdout=subprocess.PIPE, text=True
    ) as writer:
        heard: list[str] = []
        for _ in range(lines):
            heard += writer.stdout.readline().split()
        writer.kill()
        heard += [
            name
            for line in writer.stdout.read().splitlines(keepends=True)
            if line.endswith("\n")
            for name in line.split()
        ]
    assert heard
    return set(heard)
