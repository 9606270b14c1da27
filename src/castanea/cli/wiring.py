"""What the command line is given by the composition root. Everything behind it is imported only when a command needs it."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from castanea.access import Accounts, Invitations, People, WriteKeys
    from castanea.boards.kept import KeptBoards
    from castanea.contracts.workspace import Workspace
    from castanea.intake.landing import Landing
    from castanea.kit.clock import Clock
    from castanea.runs.asking import Asking
    from castanea.runs.watch_list import WatchList
    from castanea.vault import Vault


@dataclass(frozen=True)
class Feeding:
    """A simulated shop that feeds a workspace while its server runs. `per_minute`: orders beside its own plan."""

    per_minute: float
    language: str
    seed: int


class Wiring(Protocol):
    """Builds and opens; every `open_…` is closed by its context."""

    @property
    def clock(self) -> Clock: ...
    @property
    def default_workspace(self) -> Path | None:
        """From the environment."""

    @property
    def terminal_language(self) -> str: ...

    def workspace(self, root: Path) -> Workspace: ...

    def asking(self, workspace: Workspace, purpose: str) -> AbstractContextManager[Asking]: ...

    def landing(self, workspace: Workspace) -> AbstractContextManager[tuple[Landing, Vault]]: ...

    def accounts(self, workspace: Workspace) -> Accounts: ...

    def write_keys(self, workspace: Workspace) -> WriteKeys: ...

    def people(self, workspace: Workspace) -> People: ...

    def invitations(self, workspace: Workspace) -> Invitations: ...

    def boards(self, workspace: Workspace) -> KeptBoards: ...

    def watched(self, workspace: Workspace) -> WatchList: ...

    def serve(self, workspace: Workspace, host: str, port: int, feeding: Feeding | None = None) -> int:
        """Serve until told to end; returns the exit code."""

    def warehouse_process(self, workspace: Workspace, parent: int) -> int:
        """Be the warehouse process of a server."""

    def import_process(self, workspace: Workspace) -> int:
        """Be the process of a server that reads files."""

    def feed(self, workspace: Workspace, port: int, feeding: Feeding) -> int:
        """Be the simulated shop of a server."""
