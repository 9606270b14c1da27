"""Making, opening and locking a workspace."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from castanea.contracts.workspace import WorkspaceSettings
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.runs.workspace import init_workspace, lock, open_workspace


def test_a_new_workspace_opens_with_the_settings_it_was_made_with(tmp_path: Path) -> None:
    settings = WorkspaceSettings('A "shop" 山野集', "GBP", "Europe/London", week_start=7, demo=True)
    init_workspace(tmp_path / "w", settings)
    assert open_workspace(tmp_path / "w").settings == settings


def test_a_workspace_is_not_made_twice(tmp_path: Path) -> None:
    init_workspace(tmp_path, WorkspaceSettings("a"))
    with pytest.raises(Conflict, match="is a workspace already"):
        init_workspace(tmp_path, WorkspaceSettings("a"))


def test_a_folder_without_settings_is_no_workspace(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="castanea init"):
        open_workspace(tmp_path)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (WorkspaceSettings("a", currency="yuan"), "no currency"),
        (WorkspaceSettings("a", zone="Asia/Shangai"), "such as Asia/Shanghai"),
        (WorkspaceSettings("a", week_start=8), "week_start"),
    ],
)
def test_bad_settings_are_refused_with_the_valid_choices(
    tmp_path: Path, settings: WorkspaceSettings, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        init_workspace(tmp_path, settings)


@pytest.mark.parametrize("text", ["name = ", 'name = "a"\ncurency = "CNY"', 'name = "a"\nweek_start = "1"', "\xff"])
def test_broken_settings_are_named_and_nothing_is_touched(tmp_path: Path, text: str) -> None:
    path = tmp_path / "castanea.toml"
    path.write_text(text, encoding="latin1")
    with pytest.raises(InputError, match="cannot be read"):
        open_workspace(tmp_path)
    assert path.read_text(encoding="latin1") == text


def test_only_one_process_works_on_a_warehouse_and_the_other_is_told_who(tmp_path: Path) -> None:
    workspace = init_workspace(tmp_path, WorkspaceSettings("a"))
    with (
        lock(workspace, "castanea rebuild"),
        pytest.raises(Conflict, match="castanea rebuild"),
        lock(workspace, "castanea query"),
    ):
        pass
    with lock(workspace, "castanea query"):
        pass


def test_who_takes_over_from_a_killed_process_waits_for_its_children(tmp_path: Path) -> None:
    workspace = init_workspace(tmp_path, WorkspaceSettings("a"))
    with lock(workspace, "castanea serve") as held:
        child = subprocess.Popen([sys.executable, "-c", "input()"], pass_fds=(held,), stdin=subprocess.PIPE)
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    workspace.lock.write_text(json.dumps({"pid": gone.pid, "purpose": "castanea serve"}), encoding="utf-8")
    waited: list[float] = []

    def pause(seconds: float) -> None:
        waited.append(seconds)
        if len(waited) == 3:
            child.communicate(b"\n")

    with lock(workspace, "castanea query", pause):
        assert len(waited) == 3


def test_a_lock_that_a_living_process_holds_is_not_waited_for(tmp_path: Path) -> None:
    workspace = init_workspace(tmp_path, WorkspaceSettings("a"))
    with lock(workspace, "castanea serve"), pytest.raises(Conflict), lock(workspace, "castanea query", pytest.fail):
        pass


def test_folders_are_closed_to_others(tmp_path: Path) -> None:
    workspace = init_workspace(tmp_path / "w", WorkspaceSettings("a"))
    assert (workspace.root.stat().st_mode & 0o077, workspace.vault.stat().st_mode & 0o077) == (0, 0)
