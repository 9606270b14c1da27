"""Files as shops get them: the simulated shop's exports in every encoding, style of numbers and dates, with titles above and totals below."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from castanea.demo.config import DemoConfig
from castanea.demo.exporting import Asked, ExportFile, export_files
from castanea.demo.history import Past
from castanea.demo.world import World

SEED, PER_FORMAT, ROWS = 11, 32, 60
LAST = date(2026, 11, 12)
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16")
DELIMITERS = (",", "\t", ";")
TITLES = ((), ("店铺数据报表",), ("店铺数据报表", "制表人：运营部", ""))
NUMBERS = ("plain", "grouped", "yen", "unit", "full_width")
DATES = ("dashes", "slashes", "iso", "chinese")
IDS = ("plain", "guarded", "tab", "apostrophe")
_MONEY = re.compile(r"-?\d+\.\d\d")
_TIME = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d:\d\d:\d\d)( [+-]\d{4})?)?")
_ID = re.compile(r'(?:=")?(\d{11,})(?:"|\t)?')
_FULL = str.maketrans("0123456789.", "０１２３４５６７８９．")


@dataclass(frozen=True)
class Style:
    """How a file is written. `totals` adds a row of sums at the end."""

    encoding: str = "utf-8"
    delimiter: str = ","
    titles: tuple[str, ...] = ()
    numbers: str = "plain"
    dates: str = "dashes"
    ids: str = "plain"
    totals: bool = False

    def __str__(self) -> str:
        told = repr(self.delimiter), f"{len(self.titles)} titles", self.numbers, self.dates, self.ids
        return " ".join((self.encoding, *told, "totals" if self.totals else "no totals"))


PLAIN = Style()


def made_exports() -> list[ExportFile]:
    """One file per format out of a small shop with presales, cash on delivery and refunds."""
    config = DemoConfig(seed=SEED, history_days=30, orders_per_day=40.0, products=90, event_days=1, last_day=LAST)
    past = Past(World(config), 1)
    at = past.world.midnight(LAST) + 86_399_000_000
    found: dict[str, ExportFile] = {}
    for platform in ("tmall", "jd", "douyin", "shopify"):
        for file in export_files(past, Asked(platform, date(2026, 10, 20), LAST, at)):
            found.setdefault(file.name, file)
    return list(found.values())


def styles(name: str) -> Iterator[Style]:
    """The styles in which a file is written; each dimension by chance of the file's own seed, the plain one first."""
    chance = random.Random(f"{SEED}{name}")
    yield PLAIN
    for _ in range(PER_FORMAT - 1):
        yield Style(
            chance.choice(ENCODINGS), chance.choice(DELIMITERS), chance.choice(TITLES), chance.choice(NUMBERS), chance.choice(DATES),
            chance.choice(IDS), chance.random() < 0.5,
        )  # fmt: skip


def write(file: ExportFile, style: Style, folder: Path) -> Path:
    header, rows = file.rows.columns, [list(row) for row in file.rows.head(ROWS).iter_rows()]
    kinds = [_kind([row[i] for row in rows]) for i in range(len(header))]
    written = [[_cell(value, kind, style) for value, kind in zip(row, kinds, strict=True)] for row in rows]
    if style.totals:
        written.append([_total([row[i] for row in rows], kind, style) if i else "合计" for i, kind in enumerate(kinds)])
    above = [[title] + [""] * (len(header) - 1) for title in style.titles]
    out = io.StringIO()
    csv.writer(out, delimiter=style.delimiter, lineterminator="\r\n").writerows([*above, header, *written])
    folder.mkdir(parents=True)
    path = folder / file.name
    path.write_bytes(out.getvalue().encode(style.encoding))
    return path


def _kind(values: list[str]) -> str:
    seen = [value for value in values if value]
    for kind, pattern in (("money", _MONEY), ("time", _TIME), ("id", _ID)):
        if seen and all(pattern.fullmatch(value) for value in seen):
            return kind
    return ""


def _cell(value: str, kind: str, style: Style) -> str:
    if not value or not kind:
        return value
    if kind == "money":
        return _amount(Decimal(value), style)
    if kind == "time":
        return _time(value, style)
    found = _ID.fullmatch(value)
    assert found is not None
    return {"plain": "{}", "guarded": '="{}"', "tab": "{}\t", "apostrophe": "'{}"}[style.ids].format(found[1])


def _amount(value: Decimal, style: Style) -> str:
    return {
        "plain": f"{value:.2f}", "grouped": f"{value:,.2f}", "yen": f"￥{value:,.2f}", "unit": f"{value:.2f}元",
        "full_width": f"{value:.2f}".translate(_FULL),
    }[style.numbers]  # fmt: skip


def _time(value: str, style: Style) -> str:
    found = _TIME.fullmatch(value)
    assert found is not None
    year, month, day, clock, offset = found.groups()
    if style.dates == "dashes":
        return value
    written = {"chinese": f"{year}年{month}月{day}日", "slashes": f"{year}/{month}/{day}"}.get(
        style.dates, f"{year}-{month}-{day}"
    )
    if clock is None:
        return written
    if style.dates == "iso":
        return f"{written}T{clock}" + (f"{offset[1:4]}:{offset[4:]}" if offset else "")
    return f"{written} {clock}" + (offset or "")


def _total(values: list[str], kind: str, style: Style) -> str:
    return _amount(sum((Decimal(v) for v in values if v), Decimal(0)), style) if kind == "money" else ""
