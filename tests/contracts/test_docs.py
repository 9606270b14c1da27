"""The documentation agrees with the code and holds together."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))


def test_no_page_that_is_derived_from_code_is_stale() -> None:
    command = [sys.executable, "scripts/build_reference.py", "--check"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"run `make docs` and commit what it writes:\n{done.stderr}"


@pytest.mark.parametrize("document", PAGES, ids=lambda document: document.relative_to(DOCS).as_posix())
def test_every_relative_link_leads_to_a_page_and_a_heading_of_it(document: Path) -> None:
    broken = []
    for link in re.findall(r"\]\((?!https?:)([^)]+)\)", document.read_text("utf-8")):
        target, _, heading = link.partition("#")
        path = (document.parent / target).resolve() if target else document
        if not path.exists() or (heading and heading not in headings(path)):
            broken.append(link)
    assert broken == []


def headings(page: Path) -> set[str]:
    """The anchors of a page's headings, as the site makes them."""
    titles = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[\s-]+", "-", re.sub(r"[^\w\s-]", "", title).strip().lower()) for title in titles}


def test_every_page_is_in_the_navigation_or_linked_from_a_page_that_is() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text("utf-8")
    named = set(re.findall(r"[\w./-]+\.md", str(yaml.safe_load(navigation)["nav"])))
    index = (DOCS / "decisions" / "index.md").read_text("utf-8")
    named |= {f"decisions/{name}" for name in re.findall(r"\]\(([\w-]+\.md)\)", index)}
    assert {page.relative_to(DOCS).as_posix() for page in PAGES} - named == set()
    assert [name for name in sorted(named) if not (DOCS / name).is_file()] == []


def test_every_decision_says_when_what_forced_it_and_what_was_weighed() -> None:
    for record in sorted((DOCS / "decisions").glob("*.md")):
        if record.name in ("index.md", "template.md"):
            continue
        text = record.read_text("utf-8")
        assert text.startswith("# "), record.name
        assert len(text.splitlines()) <= 120, f"{record.name}: a decision is about one page"
