"""`python -m bench [--quick] [--check] [PART …]`: all benchmarks, or the parts named; with --check a missed figure ends with 1."""

from __future__ import annotations

import argparse
import importlib
import sys
import time

from bench.report import Report

PARTS = ("intake", "latency", "growth", "tiles", "files")
OTHERS = ("formats",)  # only where it is named


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small data, about 6 minutes")
    parser.add_argument("--check", action="store_true", help="exit 1 when a line misses its figure")
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"any of {', '.join(PARTS)}; all by default")
    asked = parser.parse_args()
    unknown = sorted(set(asked.parts) - {*PARTS, *OTHERS})
    if unknown:
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join((*PARTS, *OTHERS))}")
    report, begin = Report(), time.monotonic()
    for part in asked.parts or PARTS:
        importlib.import_module(f"bench.{part}").measure(report, quick=asked.quick)
    print(f"\n{len(report.lines)} lines in {time.monotonic() - begin:.0f} s, {len(report.missed)} missed")
    for line in report.missed:
        print(f"  missed: {line.name}: {line.figure:,.6g} {line.unit}")
    return 1 if asked.check and report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
