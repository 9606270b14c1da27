"""The index of decision records: title and status of each."""

from __future__ import annotations

from pathlib import Path

from reference import GENERATED, row


def page(folder: Path) -> str:
    """Return the index page of a folder of records."""
    text = (
        f"{GENERATED}# Decisions\n\nOne page per decision that would be hard to reverse, with what was weighed against it. "
        "A new one starts from the [template](template.md).\n\n"
    )
    text += row("decision", "date · room · status") + row("---", "---")
    for path in sorted(folder.glob("*.md")):
        if path.name in ("index.md", "template.md"):
            continue
        lines = [line.strip() for line in path.read_text("utf-8").splitlines() if line.strip()]
        title = next(line.removeprefix("# ") for line in lines if line.startswith("# "))
        about = next((line.strip("*") for line in lines[1:3] if line.startswith("*")), "")
        text += row(f"[{title}]({path.name})", about)
    return text
