"""Every rule that the documentation gives is held by the tests it names, in both languages the same ones."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
NAMED = re.compile(r"`(test_\w+)`")


def test_the_examples_of_the_page_on_money_are_tests() -> None:
    pages = [
        (ROOT / "docs" / "explanation" / name).read_text(encoding="utf-8") for name in ("money.md", "money.zh-CN.md")
    ]
    written = "".join(path.read_text(encoding="utf-8") for path in Path(__file__).parent.glob("test_*_rules.py"))
    there = set(re.findall(r"^def (test_\w+)", written, re.MULTILINE))
    english, chinese = (set(NAMED.findall(page)) for page in pages)
    assert english - there == set()
    assert english == chinese
    assert there - english == set()
