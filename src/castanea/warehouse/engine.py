"""Opening a warehouse file: a new one, one that an earlier process left, or one that must be made again from the log."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import duckdb
import structlog

from castanea.contracts.rollup import RollupPlan
from castanea.contracts.tables import CONTRACT_VERSION
from castanea.contracts.workspace import WorkspaceSettings
from castanea.warehouse import rollups
from castanea.warehouse.books import read_meta
from castanea.warehouse.lookups import all_lookups
from castanea.warehouse.schema import contract_digest, create_all, create_rollup, plan_digest, rollup

_log = structlog.get_logger(__name__)
# A checkpoint keeps the next transaction waiting for 0.3 to 0.8 s of processor time, so it is made when nothing has landed for a while;
# under unbroken load when this much write-ahead log has gathered. After a crash it is read again, 1.6 s of processor time per 100 MB.
CHECKPOINT_AT = "512MB"


@dataclass(frozen=True)
class Tuning:
    """`memory_limit` bounds DuckDB's buffers, not the process; `threads` are per query."""

    memory_limit: str = "192MB"
    threads: int = 1


class Unusable(Exception):
    """The file cannot be used and must be made again; the message says why."""


def connect(path: Path, tuning: Tuning) -> duckdb.DuckDBPyConnection:
    """Open or create the file. No SQL can read or write any other file, nor change that."""
    path.parent.mkdir(parents=True, exist_ok=True)
    config: dict[str, str | bool | int | float | list[str]] = {
        "enable_external_access": False,
        "memory_limit": tuning.memory_limit,
        "threads": tuning.threads,
        "preserve_insertion_order": tuning.threads
        == 1,  # what needs an order says so; keeping one stops threads from working side by side
        "temp_directory": str(path.parent / "spill"),
        "autoinstall_known_extensions": False,
    }
    con = duckdb.connect(str(path), config=config)
    try:
        con.execute("SET GLOBAL TimeZone = 'UTC'")
        con.execute(f"SET GLOBAL checkpoint_threshold = '{CHECKPOINT_AT}'")
        con.execute("SET GLOBAL lock_configuration = true")
    except BaseException:
        con.close()
        raise
    return con


def create(con: duckdb.DuckDBPyConnection, settings: WorkspaceSettings, undone: Iterable[str] = ()) -> None:
    """Fill an empty file with the schema, without rollups. `undone`: imports that it is made without."""
    con.execute("BEGIN")
    for statement in create_all():
        con.execute(statement)
    meta = {
        "file_id": uuid4().hex,
        "contract_version": str(CONTRACT_VERSION),
        "contract_digest": contract_digest(),
        "currency": settings.currency,
        "zone": settings.zone,
        "applied_offset": "0",
        "place": "0",
        "data_time": "",
        "tails": "",
        "undone": ",".join(sorted(undone)),
    }
    con.executemany("INSERT INTO book.meta VALUES (?, ?)", list(meta.items()))
    con.execute("COMMIT")


def check(con: duckdb.DuckDBPyConnection, settings: WorkspaceSettings, head: int) -> None:
    """Raises Unusable when the file is of another contract, workspace setting or log.

    A file cut short or bent inside is found when the block is read: its size says nothing, for free blocks at its end are cut off.
    """
    meta = read_meta(con)
    wanted = {"contract_digest": contract_digest(), "currency": settings.currency, "zone": settings.zone}
    for name, value in wanted.items():
        if meta.get(name) != value:
            raise Unusable(f"its {name} is {meta.get(name)!r}, this version and workspace need {value!r}")
    if int(meta["applied_offset"]) > head:
        raise Unusable(f"it has applied offset {meta['applied_offset']} of a log that ends at {head}")


def keep_plans(con: duckdb.DuckDBPyConnection, plans: Sequence[RollupPlan], zone: str) -> list[str]:
    """Make the rollups those of the plans: new and changed ones are filled from the facts, others dropped. Returns what was filled."""
    present = dict(con.execute("SELECT name, digest FROM book.plan").fetchall())
    wanted = {plan.name: plan_digest(plan, zone) for plan in plans}
    filled = []
    con.execute("BEGIN")
    con.execute("INSERT INTO book.meta SELECT 'tails', '' WHERE NOT EXISTS (FROM book.meta WHERE name = 'tails')")
    for lookup in all_lookups(p for p in plans if present.get(p.name) != wanted[p.name]):
        lookup.create(con)
    for name, digest in present.items():
        if wanted.get(name) != digest:
            con.execute(f"DROP TABLE {rollup(name)}")
            con.execute("DELETE FROM book.plan WHERE name = ?", [name])
    for plan in plans:
        if present.get(plan.name) != wanted[plan.name]:
            con.execute(create_rollup(plan))
            con.execute(rollups.refill(plan, zone))
            con.execute("INSERT INTO book.plan VALUES (?, ?)", [plan.name, wanted[plan.name]])
            filled.append(plan.name)
    con.execute("COMMIT")
    return filled


def is_damage(error: duckdb.Error) -> bool:
    """Whether the error says that the file, not the statement, is at fault. A block with a wrong checksum raises a bare `Error`."""
    kinds = (duckdb.IOException, duckdb.FatalException, duckdb.InternalException, duckdb.SerializationException)
    return (isinstance(error, kinds) or type(error) is duckdb.Error or "orrupt" in str(error)) and not disk_is_full(
        error
    )


def disk_is_full(error: duckdb.Error) -> bool:
    text = str(error).lower()
    return "no space left" in text or "disk full" in text


def is_held_elsewhere(error: duckdb.Error) -> bool:
    return "Could not set lock" in str(error) or "Conflicting lock" in str(error)


def set_aside(path: Path, reason: str) -> Path | None:
    """Rename the file and what belongs to it, so that a new one can take its place; an earlier one set aside is removed."""
    target = path.with_name(path.name + ".damaged")
    wal = path.with_name(path.name + ".wal")
    moved = None
    for source, aside in ((path, target), (wal, target.with_name(target.name + ".wal"))):
        aside.unlink(missing_ok=True)
        if source.exists():
            source.replace(aside)
            moved = target
    _log.warning(
        "warehouse file set aside, it is made again from the log", file=str(path), kept_as=str(moved), reason=reason
    )
    return moved


def index_folder(path: Path, con: duckdb.DuckDBPyConnection) -> Path:
    """Where the key indices of this very file lie; those of other files are removed. Their hashes depend on the engine's version."""
    parent = path.with_name(path.name + ".index")
    own = f"{read_meta(con)['file_id']}-{duckdb.__version__}"
    if parent.exists():
        for folder in parent.iterdir():
            if folder.name != own:
                shutil.rmtree(folder, ignore_errors=True)
    return parent / own


def take_place(fresh: Path, path: Path) -> None:
    """Put a closed file where another closed file was. A crash on the way leaves one of the two, or a log without a file."""
    path.with_name(path.name + ".wal").unlink(missing_ok=True)
    shutil.rmtree(path.with_name(path.name + ".index"), ignore_errors=True)
    fresh.replace(path)
    own = fresh.with_name(fresh.name + ".index")
    if own.exists():
        own.replace(path.with_name(path.name + ".index"))


def remove(path: Path) -> None:
    """Delete a warehouse file with all that belongs to it."""
    for each in (path, path.with_name(path.name + ".wal")):
        each.unlink(missing_ok=True)
    shutil.rmtree(path.with_name(path.name + ".index"), ignore_errors=True)
