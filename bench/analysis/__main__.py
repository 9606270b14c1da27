"""`make bench-analysis`: one table, dataset | metric | ours | naive | reference | figure | seconds; with --check a missed figure ends with 1."""

from __future__ import annotations

import argparse
import importlib
import sys
import time

from bench.analysis import MODULES
from bench.analysis.frame import SHOWN, SLOWEST, Line, Skipped, chosen, measured, number

WIDTHS = (26, 42, 12, 12, 12, 14, 9)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.analysis", description=__doc__)
    parser.add_argument("--check", action="store_true", help="exit 1 when a line misses its figure")
    parser.add_argument("names", nargs="*", metavar="NAME", help="modules or cases; all by default")
    asked = parser.parse_args()
    modules = {name: importlib.import_module(f"bench.analysis.{name}").CASES for name in MODULES}
    try:
        cases = chosen(modules, asked.names)
    except KeyError as wrong:
        parser.error(str(wrong.args[0]))
    _row(("dataset", "metric", "ours", "naive", "reference", "figure", "seconds"))
    _row(tuple("-" * width for width in WIDTHS))
    begin, missed, skipped = time.monotonic(), [], []
    for module, name, case in cases:
        try:
            lines = measured(case)
        except Skipped as reason:
            skipped.append(f"{module} {name}: {reason}")
            continue
        for line in lines:
            _row(
                (
                    line.dataset,
                    line.metric,
                    number(line.ours),
                    number(line.naive),
                    number(line.reference),
                    _figure(line),
                    f"{line.seconds:,.1f}",
                )
            )
        missed += [
            f"{module} {name}: {line.dataset}, {line.metric}: {number(line.ours)}, not {line.figure}"
            for line in lines
            if line.missed
        ]
        slow = max((line.seconds or 0.0 for line in lines), default=0.0)
        if slow > SLOWEST:
            missed.append(f"{module} {name}: {slow:,.0f} s of processor time, more than {SLOWEST:,.0f}")
    print(
        f"\n{len(cases)} cases in {time.monotonic() - begin:,.0f} s; {len(skipped)} skipped, {len(missed)} figures missed"
    )
    for text in (*(f"  skipped: {s}" for s in skipped), *(f"  missed: {m}" for m in missed)):
        print(text)
    return 1 if asked.check and missed else 0


def _figure(line: Line) -> str:
    return "-" if line.figure is SHOWN else f"{line.figure}{' MISS' if line.missed else ''}"


def _row(cells: tuple[str, ...]) -> None:
    print(
        " | ".join(
            f"{cell:<{width}}" if n < 2 else f"{cell:>{width}}"
            for n, (cell, width) in enumerate(zip(cells, WIDTHS, strict=True))
        ),
        flush=True,
    )


if __name__ == "__main__":
    sys.exit(main())
