"""castanea metrics lists what can be asked for, with and without a workspace."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

COMMAND = Path(sys.executable).parent / "castanea"


def asked(*arguments: str, code: int = 0, folder: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run([COMMAND, "metrics", *arguments], capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == code, done.stderr
    return done


def test_metrics_are_found_by_a_word_of_either_language(tmp_path: Path) -> None:
    lines = asked("退款率", folder=tmp_path).stdout.splitlines()
    assert any(line.startswith("refund_rate ") for line in lines)
    assert not any(line.startswith("buyers ") for line in lines)
    (first,) = [
        line for line in asked("blended_roi", folder=tmp_path).stdout.splitlines() if line.startswith("blended_roi ")
    ]
    assert "Blended ROI" in first


def test_all_dimensions_are_listed_as_json(tmp_path: Path) -> None:
    found = json.loads(asked("--dimensions", "--json", folder=tmp_path).stdout)
    assert {"day", "channel", "weekday"} <= {entry["name"] for entry in found}


def test_nothing_found_says_what_to_try(tmp_path: Path) -> None:
    done = asked("zzzz", code=2, folder=tmp_path)
    assert "try fewer words" in done.stderr


def test_a_workspace_adds_its_own(tmp_path: Path) -> None:
    subprocess.run([COMMAND, "init", "shop"], check=True, capture_output=True, cwd=tmp_path)
    own = "metrics:\n  half:\n    labels: {zh-CN: 一半, en: Half}\n    formula: net_sales / 2\n    unit: money\n    additivity: additive\n"
    own += "    direction: up\n    description: {zh-CN: 一半, en: Half of it}\n    owner: finance\n"
    (tmp_path / "shop" / "metrics" / "own.yaml").write_text(own, encoding="utf-8")
    assert asked("half", "--workspace", "shop", folder=tmp_path).stdout.startswith("half ")
