"""`python -m castanea.api.openapi [FILE]` writes the OpenAPI document; the browser's types are generated from it."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from castanea.api.app import routes_only
from castanea.api.schemas import document


def text() -> str:
    """The document as it is committed for the browser's side."""
    return json.dumps(document(routes_only()), indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def main(arguments: list[str]) -> None:
    if arguments:
        Path(arguments[0]).write_text(text(), "utf-8")
    else:
        sys.stdout.write(text())


if __name__ == "__main__":
    main(sys.argv[1:])
