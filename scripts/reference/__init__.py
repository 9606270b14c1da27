"""One module per page that is derived from code; each has `page() -> str`."""

GENERATED = "<!-- Written by `make docs` from the code; change the code, not this page. -->\n\n"


def row(*cells: str) -> str:
    """Return one row of a Markdown table; bars inside cells are escaped."""
    return "| " + " | ".join(cell.replace("|", "\\|").replace("\n", " ") for cell in cells) + " |\n"
