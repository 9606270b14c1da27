"""The state's database: SQLite in WAL mode, migrated when its revision is older than the code's."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, inspect, text
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import QueuePool

from castanea.kit.errors import Conflict

# The newest migration. Kept here so that starting does not import Alembic (a second of processor time); a test compares.
REVISION = "0011"


class Database:
    """Sessions on the state's database. One per process; usable from several threads, and beside other processes.

    Opening migrates an older database. Raises Conflict when the database was written by a newer Castanea.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        self.engine = _open_engine(path)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        try:
            self._migrate()
        except BaseException:
            self.engine.dispose()
            raise

    @contextmanager
    def read(self) -> Iterator[Session]:
        """A session on one snapshot; changes made in it are not kept."""
        with self._sessions() as session:
            yield session

    @contextmanager
    def write(self) -> Iterator[Session]:
        """A session that holds the write lock from its first moment and commits at the end (what is read cannot change)."""
        with self._sessions() as session, session.begin():
            session.connection(execution_options={"castanea_write": True})
            yield session

    def close(self) -> None:
        self.engine.dispose()

    def _migrate(self) -> None:
        with self.engine.connect() as connection:
            stored = _stored_revision(connection)
        if stored == REVISION:
            return
        from castanea.state.migrations.upgrade import knows, upgrade

        if stored is not None and not knows(stored):
            raise Conflict(
                f"the state in {self.path} has revision {stored!r}, newer than this Castanea knows ({REVISION}); "
                "nothing was changed; start the Castanea that wrote it, or a newer one",
                code="state.newer",
                values={"stored": stored, "known": REVISION},
            )
        with self.engine.connect().execution_options(castanea_write=True) as connection:
            upgrade(connection)
            connection.commit()


def _stored_revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    row = connection.execute(text("SELECT version_num FROM alembic_version")).first()
    return None if row is None else str(row[0])


def _open_engine(path: Path) -> Engine:
    engine = create_engine(f"sqlite:///{path}", poolclass=QueuePool, pool_size=4, max_overflow=8)

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # SQLAlchemy begins, not the driver
        for pragma in (
            "busy_timeout=10000",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=1",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        write = connection.get_execution_options().get("castanea_write")
        connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")

    return engine
