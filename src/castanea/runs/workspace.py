"""Making, opening and locking a workspace folder."""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
import tomllib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TextIO
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from castanea.contracts.workspace import Workspace, WorkspaceSettings
from castanea.kit.clock import monotonic
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.kit.nearest import nearest

SETTINGS = "castanea.toml"
ORPHANS = 10.0  # seconds that the children of a killed process may take to end
_CURRENCY = re.compile(r"[A-Z]{3}")


def init_workspace(root: Path, settings: WorkspaceSettings) -> Workspace:
    """A new workspace in `root`. Raises Conflict when there is one, InputError for a bad currency or zone."""
    _check(settings)
    path = root / SETTINGS
    if path.exists():
        raise Conflict(
            f"{root} is a workspace already; use it with --workspace {root}, or take another folder",
            code="workspace.exists",
            values={"folder": str(root)},
        )
    for folder in ("", "log", "vault", "warehouse", "state", "mappings", "metrics", "boards"):
        (root / folder).mkdir(parents=True, exist_ok=True, mode=0o700)
    lines = [f"{f.name} = {json.dumps(getattr(settings, f.name), ensure_ascii=False)}" for f in fields(settings)]
    path.write_text("# Castanea's settings of this workspace\n" + "\n".join(lines) + "\n", encoding="utf-8")
    return Workspace(root.resolve(), settings)


def open_workspace(root: Path) -> Workspace:
    """Raises NotFound where there is no workspace, InputError where its settings cannot be read."""
    path = root / SETTINGS
    if not path.is_file():
        raise NotFound(
            f"{root} is no workspace (it holds no {SETTINGS}); make one with `castanea init {root}`",
            code="workspace.not_found",
            values={"folder": str(root)},
        )
    try:
        kept = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as broken:
        raise _unreadable(path, str(broken)) from broken
    provider, alerts = kept.pop("provider", None), kept.pop("alerts", None)
    known = {f.name: f.type for f in fields(WorkspaceSettings)}
    if unknown := sorted(set(kept) - set(known)):
        raise _unreadable(path, f"unknown setting {unknown[0]!r}; there are {', '.join(known)}")
    if wrong := [name for name, value in kept.items() if type(value).__name__ != str(known[name])]:
        raise _unreadable(path, f"{wrong[0]} must be of type {known[wrong[0]]}, it is {kept[wrong[0]]!r}")
    settings = WorkspaceSettings(**{"name": root.name, **kept})
    _check(settings)
    return Workspace(root.resolve(), settings, provider, alerts)


@contextmanager
def lock(workspace: Workspace, purpose: str, pause: Callable[[float], None] = time.sleep) -> Iterator[int]:
    """Hold the workspace's warehouse; the lock's descriptor, which a child process may inherit to hold it too.

    Raises Conflict, naming the holder, when another process holds it. Where the holder was killed and its children still end, they are
    waited for.
    """
    workspace.lock.touch(mode=0o600)
    with workspace.lock.open("r+", encoding="utf-8") as handle:
        end = monotonic() + ORPHANS
        while not _taken(handle):
            holder = _holder(handle)
            if holder.alive or monotonic() > end:
                raise Conflict(
                    f"another process works on {workspace.root}: {holder.named}; wait for it to end, or end it, and try again",
                    code="workspace.locked",
                    values={"folder": str(workspace.root), "holder": holder.named},
                )
            pause(0.05)
        handle.seek(0)
        handle.truncate()
        handle.write(json.dumps({"pid": os.getpid(), "purpose": purpose}))
        handle.flush()
        yield handle.fileno()


@dataclass(frozen=True)
class _Holder:
    named: str
    alive: bool


def _taken(handle: TextIO) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _holder(handle: TextIO) -> _Holder:
    handle.seek(0)
    try:
        held: dict[str, Any] = json.loads(handle.read())
        return _Holder(f"{held['purpose']} (process {held['pid']})", _lives(int(held["pid"])))
    except (ValueError, KeyError, TypeError):
        return _Holder("a process that has not said its name", alive=True)


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _check(settings: WorkspaceSettings) -> None:
    if not _CURRENCY.fullmatch(settings.currency):
        raise InputError(
            f"{settings.currency!r} is no currency; give its ISO 4217 code, such as CNY, USD, EUR, GBP",
            code="workspace.bad_currency",
            values={"currency": settings.currency},
        )
    try:
        ZoneInfo(settings.zone)
    except (ZoneInfoNotFoundError, OSError, ValueError) as unknown:
        near = nearest(settings.zone, sorted(available_timezones()))
        raise InputError(
            f"{settings.zone!r} is no time zone; give an IANA name, such as {', '.join(near.names) or 'Asia/Shanghai'}",
            code="workspace.bad_zone",
            values={"zone": settings.zone},
        ) from unknown
    if not 1 <= settings.week_start <= 7:
        raise InputError(
            f"week_start is {settings.week_start}; give 1 (Monday) to 7 (Sunday)",
            code="workspace.bad_week_start",
            values={"week_start": settings.week_start},
        )


def _unreadable(path: Path, why: str) -> InputError:
    return InputError(
        f"{path} cannot be read: {why}; mend it, nothing else was touched",
        code="workspace.settings_broken",
        values={"file": str(path), "why": why},
    )
