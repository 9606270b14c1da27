"""The documentation agrees with the code and holds together."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from castanea.contracts.workspace import WorkspaceSettings
from castanea.semantics.catalog import Catalog

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


def test_the_glossary_names_every_metric_as_its_declaration_does() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| ([^|]+?) \| ([^|]+?) \|", (DOCS / "glossary.md").read_text("utf-8"), flags=re.MULTILINE
    )
    told = {name: (chinese, english.casefold()) for name, chinese, english in rows}
    metrics = Catalog.load(WorkspaceSettings(name="glossary")).declared.metrics
    declared = {name: (metric.labels["zh-CN"], metric.labels["en"].casefold()) for name, metric in metrics.items()}
    assert {name: told.get(name) for name in declared} == declared


def test_the_glossary_says_every_word_once() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", (DOCS / "glossary.md").read_text("utf-8"), flags=re.MULTILINE)
    assert len(rows) == len(set(rows))


def test_the_declaration_shown_in_the_documentation_is_understood(tmp_path: Path) -> None:
    page = (DOCS / "how-to" / "declare-a-metric.md").read_text("utf-8")
    examples = re.findall(r"```yaml\n(.*?)```", page, flags=re.DOTALL)
    assert examples
    for number, example in enumerate(examples):
        (tmp_path / f"{number}.yaml").write_text(example, "utf-8")
    catalog = Catalog.load(WorkspaceSettings(name="examples"), tmp_path)
    names = {name for example in examples for name in yaml.safe_load(example).get("metrics", {})}
    assert names
    assert names <= set(catalog.declared.metrics)
