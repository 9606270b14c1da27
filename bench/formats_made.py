# ruff: noqa: E501  the tables of made rows and totals are one line each
"""Files of every shipped format from its made sample: more rows by seed, each cell's value known, written in any style and container."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

from bench.books import Cell, Moment, xls, xlsx
from castanea.cleaning.choosing import fit_mapping, sample_frame
from castanea.contracts.mappings import Mapping, shipped_mappings

SEED, BLOCKS, STYLES = 23, 12, 15
SAMPLES = Path(__file__).parents[1] / "tests" / "formats" / "samples"
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "utf-16")
CONTAINERS = ("csv", "csv", "tsv", "semicolon", "xlsx", "xls")
NUMBERS = ("plain", "grouped", "comma", "spaced", "yen", "ten_thousands", "brackets", "minus_behind")
DATES = ("dashes", "slashes", "dmy", "mdy", "serial", "chinese", "epoch", "zoned")
ENDS = ("nothing", "total", "wordless", "remark")
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")
_TIME = re.compile(r"(\d{4})[-/](\d\d?)[-/](\d\d?)(?:[ T](\d\d?):(\d\d)(?::(\d\d)(?:\.0+)?)?)?( ?[+-]\d\d:?\d\d|Z)?")
_FACTORS = (1, 7, 13, 137, 2_011, 3, 41, 990, 17, 5, 71, 1_213)
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  a cell has no zone
# formats whose made files lie in the shared test data only
_MORE = {
    "uci_online_retail": ("InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country", (
        "536365,85123A,TEA LIGHT,6,2010-12-01 08:26:00,2.55,17850,United Kingdom", "C536379,22960,JAM SET,-1,2010-12-02 09:41:00,27.50,14527,France")),
    "superstore": ("Row ID,Order ID,Order Date,Ship Date,Ship Mode,Customer ID,Customer Name,Segment,Country/Region,City,State,Postal Code,Region,Product ID,Category,Sub-Category,Product Name,Sales,Quantity,Discount,Profit", (
        "100001,CA-2020-152156,2020-11-08,2020-11-11,Second Class,CG-12520,Claire,Consumer,United States,Henderson,Kentucky,42420,South,FUR-BO-10001798,Furniture,Bookcases,Bush,261.96,2,0.00,41.91",
        "100002,CA-2020-138688,2020-06-12,2020-06-16,Second Class,DV-13045,Darrin,Corporate,United States,Los Angeles,California,90036,West,OFF-LA-10000240,Office Supplies,Labels,Label,14.62,2,0.00,-6.87")),
    "tmall_summary": ("订单编号,总金额,买家实际支付金额,收货地址 ,订单创建时间,订单付款时间 ,退款金额", (
        "500000001,100.00,60.00,上海,2020-02-01 10:00:00,2020-02-01 10:01:00,40.00", "500000002,55.50,55.50,江苏省,2020-02-02 23:00:00,2020-02-02 23:59:00,0.00",
        "500000003,70.00,0.00,北京,2020-02-03 00:10:00,,0.00")),
    "listing_snapshot": ("update_time,id,title,price,sale_count,comment_count,店名", (
        "2016-11-01,A520001,保湿霜,139.00,26719,2704,相宜", "2016-11-01,A520002,面膜,59.90,100,20,佳洁")),
}  # fmt: skip


@dataclass(frozen=True)
class Written:
    """How a file is written. `names`: own, alias or shuffled columns; `merged`: a row of groups above the header."""

    container: str = "csv"
    encoding: str = "utf-8"
    titles: int = 0
    numbers: str = "plain"
    dates: str = "dashes"
    end: str = "nothing"
    names: str = "own"
    merged: bool = False
    packed: bool = False

    def __str__(self) -> str:
        told = (self.container, self.encoding, f"{self.titles} titles", self.numbers, self.dates, self.end, self.names)
        return " ".join((*told, *(["merged"] if self.merged else []), *(["packed"] if self.packed else [])))


@dataclass(frozen=True)
class Made:
    """A file of one format. `types` per column: the mapping's type of cell, or empty where the mapping does not know it."""

    mapping: Mapping
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[str, ...]
    types: tuple[str, ...]
    text: str = ""
    file: str = "made.csv"


@cache
def _samples() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {name: {"header": h, "rows": rows} for name, (h, rows) in _MORE.items()}
    for path in sorted(SAMPLES.glob("*.yaml")):
        found |= yaml.safe_load(path.read_text("utf-8"))
    return found


def made_files() -> list[Made]:
    """One per shipped format. Raises KeyError where a format has no sample."""
    return [made(mapping) for mapping in shipped_mappings()]


def made(mapping: Mapping) -> Made:
    sample = _samples()[mapping.name]
    if "text" in sample:
        return Made(mapping, (), (), (), (), str(sample["text"]), sample["file"])
    header, *rows = list(csv.reader(io.StringIO("\n".join([sample["header"], *sample["rows"]]))))
    places = {place: name for name, place in fit_mapping(mapping, header, sample_frame(header, rows)).places.items()}
    columns = tuple(places.get(i, "") for i in range(len(header)))
    types = tuple(mapping.columns[name].type if name else "" for name in columns)
    likes = [
        re.compile(mapping.columns[name].like) if name and mapping.columns[name].like else None for name in columns
    ]
    grown = [
        tuple(_grown(c, t, likes[i], block) for i, (c, t) in enumerate(zip(row, types, strict=True)))
        for block in range(BLOCKS)
        for row in rows
    ]
    return Made(mapping, tuple(header), tuple(grown), columns, types, "", sample.get("file", "made.csv"))


def _grown(cell: str, kind: str, like: re.Pattern[str] | None, block: int) -> str:
    """The cell in a later block of rows: another number, order or day; identities between amounts of a row hold as before."""
    if not block or not cell:
        return cell
    if kind == "number" and re.fullmatch(r"-?\d+\.\d\d", cell):
        return str(Decimal(cell) * _FACTORS[block % len(_FACTORS)])
    if kind in ("time", "date") and (found := _TIME.fullmatch(cell)):
        return f"{(_clock(found) + timedelta(days=block)):%Y-%m-%d}" + cell[found.end(3) :]
    if kind == "id":
        inner = re.sub(r"\d{6,}(?=\D*$)", lambda m: str(int(m[0]) + 1_000 * block).zfill(len(m[0])), cell)
        other = inner if inner != cell else f"{cell}{block}"
        return other if like is None or like.search(other) else cell
    return cell


def _clock(found: re.Match[str]) -> datetime:
    year, month, day, hour, minute, second = (int(part or 0) for part in found.groups()[:6])
    return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001  as written, on the file's clock


def written_styles(file: Made) -> Iterator[Written]:
    """The plain one, then each dimension by chance of the format's own seed."""
    chance = random.Random(f"{SEED}{file.mapping.name}")
    plain = Written("text" if file.text else "csv")
    yield plain
    if file.text:
        yield from (
            replace(plain, encoding=encoding, packed=packed)
            for encoding in ENCODINGS
            for packed in (False, True)
            if (encoding, packed) != ("utf-8", False)
        )
        return
    for number in range(STYLES - 1):
        container = CONTAINERS[number % len(CONTAINERS)]
        book = container in ("xlsx", "xls")
        yield Written(
            container, "utf-8" if book else chance.choice(ENCODINGS), chance.choice((0, 0, 1, 3)), chance.choice(NUMBERS), chance.choice(DATES),
            chance.choice(ENDS), chance.choice(("own", "alias", "shuffled")), chance.random() < 0.2, chance.random() < 0.1,
        )  # fmt: skip


def save(file: Made, style: Written, folder: Path) -> Path:
    import gzip

    folder.mkdir(parents=True)
    stem, ending = (
        Path(file.file).stem,
        {"tsv": "tsv", "xlsx": "xlsx", "xls": "xls", "text": Path(file.file).suffix[1:]}.get(style.container, "csv"),
    )
    if file.text:
        data = file.text.encode(style.encoding)
    else:
        rows = sheet(file, style)
        if style.container in ("xlsx", "xls"):
            data = {"xlsx": xlsx, "xls": xls}[style.container]({"数据": rows})
        else:
            out = io.StringIO()
            delimiter = {"csv": ",", "tsv": "\t", "semicolon": ";"}[style.container]
            csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
            data = out.getvalue().encode(style.encoding)
    path = folder / f"{stem}.{ending}{'.gz' if style.packed else ''}"
    path.write_bytes(gzip.compress(data, 1) if style.packed else data)
    return path


def sheet(file: Made, style: Written) -> list[list[Cell]]:
    """Every row of the file from the first: titles, groups, header, rows, end."""
    chance = random.Random(f"{file.mapping.name}{style}")
    order = list(range(len(file.header)))
    header = list(file.header)
    if style.names == "alias":
        header = _aliases(file, chance)
    elif style.names == "shuffled":
        chance.shuffle(order)
    book = style.container in ("xlsx", "xls")
    rows: list[list[Cell]] = [[_cell(row[i], file, i, style, book=book) for i in order] for row in file.rows]
    blank: list[Cell] = [""] * (len(order) - 1)
    titles = ("店铺数据报表", "制表人：运营部", "")[: style.titles]
    above: list[list[Cell]] = [[title, *blank] for title in titles]
    if style.merged:
        above.append(["基本信息" if i == 0 else "明细" if i == len(order) // 2 else "" for i in range(len(order))])
    return [*above, [header[i] for i in order], *rows, *_end(file, order, style)]


def _aliases(file: Made, chance: random.Random) -> list[str]:
    """Another accepted spelling of each column, where that is no other column's."""
    taken = {name for column in file.mapping.columns.values() for name in column.names}
    names = []
    for own, column in zip(file.header, file.columns, strict=True):
        others = file.mapping.columns[column].names if column else ()
        mine = [n for n in others if sum(n in c.names for c in file.mapping.columns.values()) == 1 and n in taken]
        names.append(chance.choice(mine) if mine else own)
    return names if len(set(names)) == len(names) else list(file.header)


def _end(file: Made, order: Sequence[int], style: Written) -> list[list[Cell]]:
    if style.end == "nothing":
        return []
    if style.end == "remark":
        return [[f"共 {len(file.rows)} 条", *[""] * (len(order) - 1)]]
    sums: list[Cell] = []
    for i in order:
        cells = [Decimal(row[i]) for row in file.rows if _NUMBER.fullmatch(row[i])] if file.types[i] == "number" else []
        sums.append(_amount(sum(cells, Decimal(0)), style) if cells else "")
    if style.end == "total":
        sums[0] = "合计"
    return [sums] if any(sums) else []


def _cell(cell: str, file: Made, i: int, style: Written, *, book: bool) -> Cell:
    kind = file.types[i]
    if kind == "number" and _NUMBER.fullmatch(cell):
        plain = style.numbers == "plain" and book
        return float(cell) if plain else _amount(Decimal(cell), style)
    if kind == "number" and style.numbers == "comma" and cell.endswith("%"):
        return cell.replace(".", ",")
    if kind in ("time", "date") and (found := _TIME.fullmatch(cell)) and not found[7]:
        return _moment(_clock(found), cell, kind, file, style, book=book)
    return cell


def _amount(value: Decimal, style: Written) -> str:
    text = f"{value:,f}"
    money = "." in text
    match style.numbers:
        case "grouped":
            return text
        case "comma":
            return text.translate(str.maketrans(",.", ".,"))
        case "spaced":
            return text.replace(",", " ")
        case "yen":
            return f"￥{text}" if money else text
        case "ten_thousands":
            return f"{(value / 10_000).normalize():f}万" if money and value else f"{value:f}"
        case "brackets":
            return f"({text[1:]})" if value < 0 else text
        case "minus_behind":
            return f"{text[1:]}-" if value < 0 else text
        case _:
            return f"{value:f}"


def _moment(at: datetime, cell: str, kind: str, file: Made, style: Written, *, book: bool) -> Cell:
    timed = ":" in cell
    clock = f" {at:%H:%M:%S}" if timed else ""
    match style.dates:
        case "slashes":
            return f"{at.year}/{at.month}/{at.day}" + (f" {at.hour}:{at:%M:%S}" if timed else "")
        case "dmy":
            return f"{at:%d/%m/%Y}{clock}"
        case "mdy":
            return f"{at:%m/%d/%Y}{clock}"
        case "serial":
            days = (at - _EPOCH) / timedelta(days=1)
            return Moment(days) if book else f"{days:.6f}" if timed else f"{days:.0f}"
        case "chinese":
            return f"{at.year}年{at.month}月{at.day}日{clock}"
        case "epoch" if timed and kind == "time":
            return str(int(at.replace(tzinfo=zone_of(file)).timestamp() * 1_000))
        case "zoned" if timed:
            return at.replace(tzinfo=zone_of(file)).isoformat()
        case _:
            return f"{at:%Y-%m-%d}{clock}"


def zone_of(file: Made) -> ZoneInfo:
    return ZoneInfo(file.mapping.zone or "Asia/Shanghai")
