"""A workspace is a folder: its settings and the places of everything in it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class WorkspaceSettings:
    """From `castanea.toml`. `currency` is ISO 4217, `zone` an IANA name, `week_start` 1 (Monday) … 7; `demo` marks a simulated shop;
    `approve_above`: the cost in `currency` from which a second person approves a decision (0 = never)."""

    name: str
    currency: str = "CNY"
    zone: str = "Asia/Shanghai"
    week_start: int = 1
    gmv: str = "order_amount"
    new_buyer_days: int = 365
    demo: bool = False
    approve_above: int = 0


@dataclass(frozen=True)
class Workspace:
    """`provider`, `alerts`: the tables `[provider]` and `[alerts]` of `castanea.toml` as they stand there; read when the server starts."""

    root: Path
    settings: WorkspaceSettings
    provider: Any = None
    alerts: Any = None

    @property
    def log(self) -> Path:
        return self.root / "log" / "events.db"

    @property
    def vault(self) -> Path:
        return self.root / "vault"

    @property
    def warehouse(self) -> Path:
        return self.root / "warehouse" / "castanea.duckdb"

    @property
    def state(self) -> Path:
        return self.root / "state" / "state.db"

    @property
    def lock(self) -> Path:
        """Held (flock) by the one process that has the warehouse open."""
        return self.root / "lock"

    @property
    def socket(self) -> Path:
        """Where a running server listens for the command line."""
        return self.root / "castanea.sock"

    @property
    def mappings(self) -> Path:
        return self.root / "mappings"

    @property
    def metrics(self) -> Path:
        return self.root / "metrics"

    @property
    def uploads(self) -> Path:
        """Files brought through the browser, until they are imported."""
        return self.root / "uploads"

    @property
    def inbox(self) -> Path:
        """Where watched folders are made from the pages."""
        return self.root / "inbox"

    @property
    def analyses(self) -> Path:
        """What was analysed, and what came of it."""
        return self.root / "analyses"

    @property
    def boards(self) -> Path:
        return self.root / "boards"
