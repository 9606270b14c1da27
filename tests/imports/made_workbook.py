# ruff: noqa: E501  the parts of a workbook are one line each
"""Writes a small XLSX by hand: texts, numbers, dates by style, merged cells, several sheets."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Mapping, Sequence
from html import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_REL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACK = "http://schemas.openxmlformats.org/package/2006"
Cell = str | int | float | dt.datetime | None


def workbook(sheets: Mapping[str, Sequence[Sequence[Cell]]]) -> bytes:
    """The bytes of a workbook. Numbers stay numbers, moments become Excel's day numbers with a date style."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as book:
        kinds = "".join(
            f'<Override PartName="/xl/worksheets/s{i}.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/>'
            for i in range(len(sheets))
        )
        book.writestr("[Content_Types].xml", f'<Types xmlns="{_PACK}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.styles+xml"/>{kinds}</Types>')  # fmt: skip
        book.writestr("_rels/.rels", f'<Relationships xmlns="{_PACK}/relationships"><Relationship Id="r" Type="{_REL}/officeDocument" Target="xl/workbook.xml"/></Relationships>')  # fmt: skip
        names = "".join(f'<sheet name="{escape(n)}" sheetId="{i + 1}" r:id="s{i}"/>' for i, n in enumerate(sheets))
        book.writestr("xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_REL}"><sheets>{names}</sheets></workbook>')  # fmt: skip
        links = "".join(f'<Relationship Id="s{i}" Type="{_REL}/worksheet" Target="worksheets/s{i}.xml"/>' for i in range(len(sheets)))  # fmt: skip
        book.writestr("xl/_rels/workbook.xml.rels", f'<Relationships xmlns="{_PACK}/relationships">{links}<Relationship Id="st" Type="{_REL}/styles" Target="styles.xml"/></Relationships>')  # fmt: skip
        book.writestr("xl/styles.xml", f'<styleSheet xmlns="{_MAIN}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="22"/></cellXfs></styleSheet>')  # fmt: skip
        for i, rows in enumerate(sheets.values()):
            body = "".join(f'<row r="{r}">{"".join(_cell(c, v, r) for c, v in enumerate(row))}</row>' for r, row in enumerate(rows, 1))  # fmt: skip
            book.writestr(f"xl/worksheets/s{i}.xml", f'<worksheet xmlns="{_MAIN}"><sheetData>{body}</sheetData></worksheet>')  # fmt: skip
    return out.getvalue()


def _cell(column: int, value: Cell, row: int) -> str:
    at = f"{chr(65 + column)}{row}"
    if value is None:
        return ""
    if isinstance(value, str):
        return f'<c r="{at}" t="inlineStr"><is><t>{escape(value)}</t></is></c>'
    if isinstance(value, dt.datetime):
        days = (value - dt.datetime(1899, 12, 30)) / dt.timedelta(days=1)  # noqa: DTZ001  a cell has no zone
        return f'<c r="{at}" s="1"><v>{days!r}</v></c>'
    return f'<c r="{at}"><v>{value!r}</v></c>'
