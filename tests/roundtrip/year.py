"""The simulated shop's whole year, told as events and imported from its platforms' files: the same figures to the cent, in both orders of
loading. `make test-roundtrip` runs it (some minutes); `make test` runs the same on a shop of 32 days."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path

from castanea.demo.config import DemoConfig
from castanea.demo.history import Past
from castanea.demo.world import World
from tests.roundtrip.shops import Books, Figures, moment, now_of, write_exports

LAST_DAY = date(2026, 11, 20)
METRICS = {
    "money": ("paid_amount,refund_amount,units", "day,shop,product"),
    "stock": ("on_hand,in_transit", "day,product"),
}
# an order's last change comes within 58 days, so windows that overlap by 60 give every order once more in its final state
WINDOW, OVERLAP = 150, 60
SHOWN = 12


def main(arguments: Sequence[str]) -> int:
    """0 when both orders of loading give the events' figures, else 1 with the differences on standard output."""
    options = _options(arguments)
    past = Past(World(DemoConfig(seed=options.seed, history_days=options.days, last_day=LAST_DAY)), 1)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(options.folder or made)
        wanted = _truth(past, folder)
        files = _exports(past, folder)
        wrong = sum(_compare(past, folder, files, wanted, order) for order in options.orders)
    _say("the files give the figures of the events" if not wrong else f"{wrong} figures differ")
    return 1 if wrong else 0


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.roundtrip.year", description=__doc__)
    parser.add_argument(
        "folder", nargs="?", help="keeps the workspaces and files there; else they are made in a temporary folder"
    )
    parser.add_argument("--days", type=int, default=365)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--orders", nargs="+", choices=("forwards", "backwards"), default=["forwards", "backwards"])
    return parser.parse_args(arguments)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def windows(past: Past) -> Iterator[tuple[date, date, int]]:
    """First day, last day and moment (µs UTC) of exports that overlap and between them show every order in its final state."""
    first, start = past.world.config.first_index, past.world.config.first_index
    while True:
        end = min(start + WINDOW - 1, 0)
        yield LAST_DAY + timedelta(days=start), LAST_DAY + timedelta(days=end), moment(past, end)
        if end == 0:
            return
        start = max(end + 1 - OVERLAP, first)


def _truth(past: Past, folder: Path) -> dict[str, Figures]:
    kept = folder / "truth.json"
    if kept.exists():
        return {
            name: {tuple(k): v for k, v in rows} for name, rows in json.loads(kept.read_text(encoding="utf-8")).items()
        }
    began = time.monotonic()
    at = moment(past, 0)
    books = Books(folder / "events", now_of(at))
    books.tell(past, at, without=frozenset({"web_event", "traffic_hourly"}))
    _say(f"events told in {time.monotonic() - began:.0f} s")
    found = {name: _by_month(books, past, *asked) for name, asked in METRICS.items()}
    books.close()
    kept.write_text(
        json.dumps({name: [[k, v] for k, v in rows.items()] for name, rows in found.items()}), encoding="utf-8"
    )
    return found


def _by_month(books: Books, past: Past, metrics: str, by: str) -> Figures:
    found: Figures = {}
    start = past.world.config.first_index
    while start <= 0:
        end = min(start + 30, 0)
        found |= books.figures(LAST_DAY + timedelta(days=start), LAST_DAY + timedelta(days=end), metrics, by)
        start = end + 1
    return found


def _exports(past: Past, folder: Path) -> list[Path]:
    place = folder / "exports"
    if place.exists():
        return sorted(place.glob("*/*"), key=lambda p: (p.parent.name.split("-", 1)[1], p))
    began = time.monotonic()
    files = [p for first, last, at in windows(past) for p in write_exports(past, place, first, last, at)]
    size = sum(p.stat().st_size for p in files)
    _say(f"{len(files)} files, {size / 1e6:.0f} MB, exported in {time.monotonic() - began:.0f} s")
    return files


def _compare(past: Past, folder: Path, files: list[Path], wanted: dict[str, Figures], order: str) -> int:
    """How many figures differ, with the first of them printed."""
    root, began = folder / order, time.monotonic()
    _castanea("init", str(root))
    said = _castanea(
        "import", "--workspace", str(root), "--json", "--yes", *map(str, files if order == "forwards" else files[::-1])
    )
    total = json.loads(said)["total"]
    _say(f"{order}: imported in {time.monotonic() - began:.0f} s: {total}")
    books = Books(root, now_of(moment(past, 0)))
    wrong = total["quarantined"]
    for name, asked in METRICS.items():
        got = _by_month(books, past, *asked)
        apart = [k for k in sorted(got.keys() | wanted[name].keys()) if got.get(k) != wanted[name].get(k)]
        _say(f"{order}: {name}: {len(wanted[name]):,} rows by {asked[1]}, {len(apart):,} differ")
        for key in apart[:SHOWN]:
            _say(f"  {' '.join(key)}: files {got.get(key)}, events {wanted[name].get(key)}")
        wrong += len(apart)
    books.close()
    return wrong


def _castanea(*words: str) -> str:
    done = subprocess.run([sys.executable, "-m", "castanea", *words], capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"castanea {words[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.stdout


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
