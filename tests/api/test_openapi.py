from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from castanea.api.openapi import text
from castanea.contracts.board import Frame, View
from castanea.contracts.query import Answer, Query

COMMITTED = Path(__file__).resolve().parents[2] / "web" / "src" / "api" / "openapi.json"


def test_the_document_beside_the_browsers_code_is_current() -> None:
    assert COMMITTED.read_text("utf-8") == text(), "run: python -m castanea.api.openapi web/src/api/openapi.json"


def test_it_can_be_written_from_the_command_line(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-m", "castanea.api.openapi", str(tmp_path / "o.json")]
    subprocess.run(command, check=True)
    assert (tmp_path / "o.json").read_text("utf-8") == text()


def test_every_reference_leads_somewhere_and_every_operation_has_problems() -> None:
    document = json.loads(text())
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    assert set(re.findall(r'#/components/schemas/([^"]+)"', text())) <= set(schemas)
    for methods in document["paths"].values():
        for operation in methods.values():
            assert "application/problem+json" in operation["responses"]["default"]["content"]


def test_bodies_and_answers_are_the_contracts() -> None:
    schemas = json.loads(text())["components"]["schemas"]
    for name, kind in (("Answer", Answer), ("Frame", Frame), ("Query-Input", Query), ("View-Input", View)):
        assert set(schemas[name]["properties"]) == set(kind.__dataclass_fields__)
