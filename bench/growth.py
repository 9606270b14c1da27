"""What an event costs the loader when many are known already: against 1 million known ids, 10 and 50 million."""

from __future__ import annotations

from bench.loading import BATCH, Made, copy_of, known_file, run, web_events
from bench.report import Line, Report

ROWS = 200_000


def measure(report: Report, *, quick: bool) -> None:
    costs = {
        known: _cost(known) for known in ((1_000_000, 3_000_000) if quick else (1_000_000, 10_000_000, 50_000_000))
    }
    base = costs[1_000_000]
    for known, cost in costs.items():
        if known != 1_000_000:
            report.add(Line(
                f"loader CPU per event with {known // 1_000_000} M known ids against 1 M", cost / base, "×", at_most=1.2,
                beside=f"{cost:.1f} and {base:.1f} µs",
            ))  # fmt: skip


def _cost(known: int) -> float:
    """Processor time of one new event, µs."""
    made, first = known_file(known), known // BATCH
    feed = Made(web_events, ROWS // BATCH, first)
    return run(f"growth {known:,}", feed, path=copy_of(made, f"growth-{known}"), first=first)
