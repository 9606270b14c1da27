"""The composition root and console entry."""


def main() -> None:
    """Run the castanea command line."""
    raise SystemExit("castanea: the command line is not wired yet")
