"""Folders whose new files are imported by themselves, and what became of each file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

After = Literal["leave", "move"]
FileState = Literal["taken", "waits", "imported", "failed", "known", "removed"]


@dataclass(frozen=True)
class WatchedFolder:
    """`after`: what is done with a file that was imported: left where it is, or moved into the folder's own `imported` folder. `shop`: whose
    rows the files are, empty = as the files say. `problem`: why the folder cannot be read now, empty = it can."""

    id: str
    path: str
    after: After
    shop: str
    created_at: datetime
    created_by: str
    problem: str = ""


@dataclass(frozen=True)
class WatchedFile:
    """`state`: taken (its import is under way), waits (nobody can be sure how to read it: `why`), imported, failed, known (its content was
    brought before), removed (somebody took it off the list). `job`: its upload, where it can be looked at."""

    id: str
    folder: str
    name: str
    bytes: int
    state: FileState
    at: datetime
    job: str = ""
    why: str = ""


@dataclass(frozen=True)
class NewWatch:
    """`name`: a folder within the workspace's own `inbox`, empty = the inbox itself; it is made where it is not. Folders elsewhere on the
    server's disk are added on the server: `castanea watch add DIR`."""

    name: str = ""
    after: After = "leave"
    shop: str = ""
