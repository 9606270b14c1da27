"""Workbooks written by hand, cell by cell: XLSX (zipped XML) and the old binary XLS (a compound file with BIFF8 records)."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TypeAlias

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACK = "http://schemas.openxmlformats.org/package/2006"
_SHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_SECTOR, _END, _FREE, _FATS = 512, 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD


@dataclass(frozen=True)
class Moment:
    """A day number (1899-12-30 = 0) shown as a date."""

    days: float


Cell: TypeAlias = "str | float | Moment"
Sheets: TypeAlias = Mapping[str, Sequence[Sequence[Cell]]]


def xlsx(sheets: Sheets) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as book:
        parts = "".join(
            f'<Override PartName="/xl/worksheets/s{i}.xml" ContentType="{_SHEET}.worksheet+xml"/>'
            for i in range(len(sheets))
        )
        parts += f'<Override PartName="/xl/workbook.xml" ContentType="{_SHEET}.sheet.main+xml"/>'
        parts += f'<Override PartName="/xl/styles.xml" ContentType="{_SHEET}.styles+xml"/>'
        rels = '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        book.writestr("[Content_Types].xml", f'<Types xmlns="{_PACK}/content-types">{rels}{parts}</Types>')
        whole = f'<Relationship Id="r" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/>'
        book.writestr("_rels/.rels", f'<Relationships xmlns="{_PACK}/relationships">{whole}</Relationships>')
        names = "".join(f'<sheet name="{escape(n)}" sheetId="{i + 1}" r:id="s{i}"/>' for i, n in enumerate(sheets))
        book.writestr(
            "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{names}</sheets></workbook>'
        )
        links = "".join(
            f'<Relationship Id="s{i}" Type="{_REL}/worksheet" Target="worksheets/s{i}.xml"/>'
            for i in range(len(sheets))
        )
        links += f'<Relationship Id="st" Type="{_REL}/styles" Target="styles.xml"/>'
        book.writestr(
            "xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACK}/relationships">{links}</Relationships>'
        )
        styles = '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs>'
        book.writestr("xl/styles.xml", f'<styleSheet xmlns="{_MAIN}">{styles}</styleSheet>')
        for i, rows in enumerate(sheets.values()):
            body = "".join(
                f'<row r="{r}">{"".join(_xml(c, v, r) for c, v in enumerate(row))}</row>'
                for r, row in enumerate(rows, 1)
            )
            book.writestr(
                f"xl/worksheets/s{i}.xml", f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>'
            )
    return out.getvalue()


def _xml(column: int, value: Cell, row: int) -> str:
    letters = chr(65 + column) if column < 26 else chr(64 + column // 26) + chr(65 + column % 26)
    at = f"{letters}{row}"
    if isinstance(value, str):
        return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(value)}</t></is></c>' if value else ""
    if isinstance(value, Moment):
        return f'<c r="{at}" s="1"><v>{value.days!r}</v></c>'
    return f'<c r="{at}"><v>{value!r}</v></c>'


def xls(sheets: Sheets) -> bytes:
    bodies = [_sheet(rows) for rows in sheets.values()]
    head = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 6)) + _record(0x42, struct.pack("<H", 1200))
    head += b"".join(_record(0xE0, struct.pack("<HHH", 0, number, 0) + bytes(14)) for number in (0, 22))
    bound = [_name(name) for name in sheets]
    place = len(head) + sum(len(b) + 10 for b in bound) + 4
    for body, name in zip(bodies, bound, strict=True):
        head += _record(0x85, struct.pack("<IH", place, 0) + name)
        place += len(body)
    return _compound(head + _record(0x0A, b"") + b"".join(bodies))


def _name(name: str) -> bytes:
    return struct.pack("<BB", len(name), 1) + name.encode("utf-16-le")


def _sheet(rows: Sequence[Sequence[Cell]]) -> bytes:
    width = max((len(row) for row in rows), default=0)
    out = [
        _record(0x809, struct.pack("<HHHHII", 0x600, 16, 0, 0, 0, 6)),
        _record(0x200, struct.pack("<IIHHH", 0, len(rows), 0, width, 0)),
    ]
    for r, row in enumerate(rows):
        for c, value in enumerate(row):
            if isinstance(value, str):
                if value:
                    out.append(
                        _record(0x204, struct.pack("<HHHHB", r, c, 0, len(value), 1) + value.encode("utf-16-le"))
                    )
            else:
                moment = isinstance(value, Moment)
                number = value.days if isinstance(value, Moment) else float(value)
                out.append(_record(0x203, struct.pack("<HHHd", r, c, int(moment), number)))
    return b"".join([*out, _record(0x0A, b"")])


def _record(kind: int, data: bytes) -> bytes:
    return struct.pack("<HH", kind, len(data)) + data


def _compound(stream: bytes) -> bytes:
    """The stream as the workbook of a compound file: header, table of sectors, directory, the stream (padded above the small limit)."""
    stream = stream.ljust(4_096, b"\0")
    sectors = -(-len(stream) // _SECTOR)
    tables = 1
    while tables * 128 < tables + 1 + sectors:
        tables += 1
    chain = [_FATS] * tables + [_END] + [tables + 2 + i for i in range(sectors - 1)] + [_END]
    chain += [_FREE] * (tables * 128 - len(chain))
    first = [*range(tables), *[_FREE] * (109 - tables)]
    header = struct.pack(
        "<8s16xHHHHH6xIII4xIIIII",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        0x3E,
        3,
        0xFFFE,
        9,
        6,
        0,
        tables,
        tables,
        4_096,
        _END,
        0,
        _END,
        0,
    )
    folder = _entry("Root Entry", 5, 1, _END, 0) + _entry("Workbook", 2, _FREE, tables + 1, len(stream)) + bytes(256)
    return (
        header
        + struct.pack("<109I", *first)
        + struct.pack(f"<{len(chain)}I", *chain)
        + folder
        + stream.ljust(sectors * _SECTOR, b"\0")
    )


def _entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return struct.pack("<64sHBBIII36xIII", text, len(text), kind, 1, _FREE, _FREE, child, start, size, 0)
