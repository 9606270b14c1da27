"""Write the pages of docs/ that are derived from code: tables, metrics, command line, HTTP API, index of decisions.

`make docs` runs it; `--check` writes nothing and exits 1 when a committed page is stale (tests/contracts/test_docs.py).
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
DOCS = ROOT / "docs"
sys.path.insert(0, str(Path(__file__).resolve().parent))

from reference import command_line, decisions, errors, formats, http_api, metrics, tables  # noqa: E402

PAGES: dict[str, Callable[[], str]] = {
    "decisions/index.md": lambda: decisions.page(DOCS / "decisions"),
    "reference/command-line.md": command_line.page,
    "reference/errors.md": errors.page,
    "reference/formats.md": formats.page,
    "reference/http-api.md": http_api.page,
    "reference/metrics.md": metrics.page,
    "reference/tables.md": tables.page,
}


def stale() -> Iterator[tuple[Path, str]]:
    """Yield the pages whose committed text is not what the code says now, with the text that it says."""
    for name, page in PAGES.items():
        path, text = DOCS / name, page()
        if not path.is_file() or path.read_text("utf-8") != text:
            yield path, text


def main() -> int:
    """Write the stale pages, or name them with --check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 when a page is stale")
    check = parser.parse_args().check
    pages = list(stale())
    for path, text in pages:
        print(f"{'stale' if check else 'written'}: {path.relative_to(ROOT)}", file=sys.stderr)
        if not check:
            path.write_text(text, "utf-8")
    return 1 if check and pages else 0


if __name__ == "__main__":
    sys.exit(main())
