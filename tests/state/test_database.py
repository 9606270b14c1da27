from __future__ import annotations

import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from castanea.kit.errors import Conflict
from castanea.state import Account, Base, Database
from castanea.state.database import REVISION
from castanea.state.migrations.upgrade import head

NOW = datetime(2026, 11, 20, 6, 36, tzinfo=UTC)


def account(name: str) -> Account:
    return Account(
        id=name, name=name, role="owner", passphrase_hash="", preferences={}, created_at=NOW, passphrase_at=NOW
    )


@pytest.fixture
def database(tmp_path: Path):
    opened = Database(tmp_path / "state" / "state.db")
    yield opened
    opened.close()


def test_the_code_knows_the_newest_migration() -> None:
    assert head() == REVISION


def test_the_migrations_make_exactly_what_the_models_say(database: Database) -> None:
    with database.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_opening_a_current_database_does_not_import_alembic(database: Database) -> None:
    code = (
        "import sys; from pathlib import Path; from castanea.state import Database;"
        f"Database(Path({str(database.path)!r})).close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_what_was_written_is_there_after_opening_again(database: Database) -> None:
    with database.write() as session:
        session.add(account("lin"))
    database.close()
    again = Database(database.path)
    with again.read() as session:
        assert session.scalars(select(Account)).one().created_at == NOW
    again.close()


def test_a_failed_write_keeps_nothing(database: Database) -> None:
    with pytest.raises(IntegrityError), database.write() as session:
        session.add_all([account("lin"), account("lin")])
    with database.read() as session:
        assert session.scalars(select(Account)).all() == []


def test_a_database_of_a_newer_castanea_is_left_alone(database: Database) -> None:
    with database.write() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    database.close()
    with pytest.raises(Conflict, match="nothing was changed"):
        Database(database.path)


def test_only_the_owner_of_the_files_can_read_them(database: Database) -> None:
    assert stat.S_IMODE(database.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(database.path.parent.stat().st_mode) == 0o700


def test_several_processes_may_open_a_new_database_at_once(tmp_path: Path) -> None:
    path = tmp_path / "state" / "state.db"
    code = f"from pathlib import Path; from castanea.state import Database; Database(Path({str(path)!r})).close()"
    started = [subprocess.Popen([sys.executable, "-W", "error", "-c", code]) for _ in range(4)]
    assert [process.wait(60) for process in started] == [0, 0, 0, 0]
    opened = Database(path)
    with opened.engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    opened.close()
