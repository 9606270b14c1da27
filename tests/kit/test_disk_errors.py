"""A full disk is called full, other faults by their own names; nothing half-kept, and work goes on once the fault has gone."""

from __future__ import annotations

import errno
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from castanea.contracts.log import NewBatch
from castanea.contracts.tables import TABLES
from castanea.intake.sqlite_log import LogDamaged, SqliteEventLog
from castanea.kit.errors import DiskError, NoSpace, Unavailable
from castanea.kit.messages import say_error
from castanea.vault import Vault
from castanea.vault.store import VaultDamaged

_OPEN_ON_FULL = """
import shutil, sys
from pathlib import Path
from castanea.intake.sqlite_log import SqliteEventLog
from castanea.kit.errors import NoSpace
from castanea.vault import Vault
disk = Path(sys.argv[1])
for size in range(256 << 10, 0, -12_000):
    (disk / "fill").write_bytes(b"x" * size)
    for number, opening in enumerate((lambda: SqliteEventLog(disk / f"log-{size}" / "events.db"), lambda: Vault(disk / f"vault-{size}"))):
        try:
            opening().close()
        except NoSpace as full:
            print("full", number)
        else:
            print("opened", number)
        for folder in disk.glob("*-*"):
            shutil.rmtree(folder)
"""


def _rows(count: int) -> NewBatch:
    schema = TABLES["web_event"].landed_schema
    columns = []
    for kind in schema.types:
        if isinstance(kind, pa.BaseExtensionType):
            columns.append(pa.ExtensionArray.from_storage(kind, pa.nulls(count, kind.storage_type)))
        else:
            columns.append(pa.nulls(count, kind))
    columns[1] = pa.array([f"{n * 7919:x}" for n in range(count)])
    return NewBatch("web_event", "test", pa.table(columns, schema=schema))


def test_a_full_disk_at_opening_is_called_full(tmp_path: Path) -> None:
    """A disk of 256 kB, filled so far that the files of the log and of the vault fit less or more."""
    if shutil.which("unshare") is None:
        pytest.skip("needs unshare (Linux)")
    script = f'mount -t tmpfs -o size=256k tmpfs "{tmp_path}" || exit 99; "{sys.executable}" -W error::ResourceWarning -c "$1" "{tmp_path}"'
    command = ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script, "sh", _OPEN_ON_FULL]
    done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)
    if done.returncode == 99 or "unshare:" in done.stderr:
        pytest.skip(f"this machine lets nobody mount a small disk: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    told = set(done.stdout.splitlines())
    assert told == {"full 0", "full 1", "opened 0", "opened 1"}


def test_a_disk_error_that_is_no_full_disk_has_its_own_name(tmp_path: Path) -> None:
    log = SqliteEventLog(tmp_path / "events.db")
    log.append([_rows(5)])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))  # what is written beyond fails with EFBIG
    try:
        with pytest.raises(DiskError, match="SQLITE_IOERR_WRITE") as failed:
            log.append([_rows(20_000)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert not isinstance(failed.value, NoSpace)
    assert all("SQLITE_IOERR_WRITE" in say_error(failed.value, language) for language in ("en", "zh-CN"))
    assert (log.head(), log.append([_rows(5)])) == (1, [2])
    log.close()


def test_a_vault_that_cannot_grow_keeps_nobody_and_says_why(tmp_path: Path) -> None:
    vault = Vault(tmp_path / "vault")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(DiskError, match=r"the vault .*SQLITE_IOERR_WRITE.*nothing of this was kept"):
            vault.pseudonyms("main", "customer", pa.array([f"c{n}" for n in range(20_000)]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert vault.find("main", "customer", "c1") is None
    assert vault.pseudonyms("main", "customer", pa.array(["c1"])).null_count == 0
    vault.close()


def test_a_file_that_cannot_be_opened_is_no_full_disk(tmp_path: Path) -> None:
    (tmp_path / "events.db").mkdir()
    with pytest.raises(DiskError, match=errno.errorcode[errno.EISDIR]):
        SqliteEventLog(tmp_path / "events.db")


def test_a_file_that_is_no_database_is_called_damaged(tmp_path: Path) -> None:
    (tmp_path / "events.db").write_bytes(b"no database at all" * 1000)
    with pytest.raises(LogDamaged, match="Take it from a backup"):
        SqliteEventLog(tmp_path / "events.db")
    Vault(tmp_path / "vault").close()
    (tmp_path / "vault" / "vault.db").write_bytes(b"no database at all" * 1000)
    with pytest.raises(VaultDamaged):
        Vault(tmp_path / "vault")


def test_a_log_that_another_process_holds_is_not_there_for_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("castanea.intake.sqlite_log._WAIT_SECONDS", 0)
    first, second = SqliteEventLog(tmp_path / "events.db"), SqliteEventLog(tmp_path / "events.db")
    first._writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(Unavailable, match="another process") as held:
        second.append([_rows(1)])
    assert not isinstance(held.value, DiskError)
    first._writer.execute("ROLLBACK")
    first.close()
    second.close()
