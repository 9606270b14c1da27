from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from castanea.access import Accounts, Keyring, Sessions, WriteKeys
from castanea.kit.clock import FixedClock
from castanea.state import Database

NOW = datetime(2026, 11, 20, 6, 36, tzinfo=UTC)


@dataclass
class Access:
    root: Path
    database: Database
    clock: FixedClock
    keyring: Keyring

    @property
    def accounts(self) -> Accounts:
        """A new one each time, as after a restart."""
        return Accounts(self.database, self.keyring, self.clock)

    @property
    def sessions(self) -> Sessions:
        return Sessions(self.database, self.keyring, self.clock)

    @property
    def write_keys(self) -> WriteKeys:
        return WriteKeys(self.database, self.keyring, self.clock)

    def stored(self) -> bytes:
        """All bytes of the state on the disk."""
        return b"".join(path.read_bytes() for path in (self.root / "state").iterdir())


@pytest.fixture
def access(tmp_path: Path) -> Iterator[Access]:
    database = Database(tmp_path / "state" / "state.db")
    yield Access(tmp_path, database, FixedClock(NOW), Keyring(tmp_path / "vault"))
    database.close()
