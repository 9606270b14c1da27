"""The heavy dependencies work together at run time: some versions resolve and then fail."""

from __future__ import annotations

import asyncio
import io
import zipfile
from decimal import Decimal

import pytest

SHEET = (
    '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1" t="inlineStr"><is><t>订单</t></is></c></row><row r="2"><c r="A2"><v>7</v></c></row></sheetData></worksheet>'
)
WORKBOOK = {
    "[Content_Types].xml": '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    '<Override PartName="/xl/workbook.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
    '<Override PartName="/xl/worksheets/sheet1.xml" '
    'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
    'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/>'
    "</sheets></workbook>",
    "xl/_rels/workbook.xml.rels": '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    'Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/>'
    "</Relationships>",
    "xl/worksheets/sheet1.xml": SHEET,
}


def test_arrow_polars_and_duckdb_hand_each_other_decimals_and_times_unchanged() -> None:
    import duckdb
    import polars as pl
    import pyarrow as pa

    sent = pa.table(
        {
            "amount": pa.array([Decimal("0.1000"), Decimal("0.2000")], pa.decimal128(18, 4)),
            "moment": pa.array([0, 1], pa.timestamp("us", "UTC")),
        }
    )
    through = pl.from_arrow(sent)
    assert isinstance(through, pl.DataFrame)
    back = through.to_arrow()
    with duckdb.connect() as connection:
        connection.register("back", back)
        total = connection.execute("SELECT sum(amount), count(DISTINCT moment) FROM back").fetchall()
        assert total == [(Decimal("0.3000"), 2)]
        assert connection.sql("FROM back").to_arrow_table().schema.field("amount").type == pa.decimal128(18, 4)


def test_one_tree_renders_for_both_databases() -> None:
    import sqlglot

    tree = sqlglot.parse_one("SELECT date_trunc('day', t) AS d, sum(a) FROM f GROUP BY 1", dialect="duckdb")
    assert "GROUP BY" in tree.sql("duckdb")
    assert "DATE_TRUNC('day'" in tree.sql("postgres").replace('"', "'").replace("DAY", "day")


def test_sealing_opens_only_with_its_key() -> None:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    key, other, nonce = AESGCM.generate_key(256), AESGCM.generate_key(256), bytes(12)
    sealed = AESGCM(key).encrypt(nonce, "张三".encode(), None)
    assert AESGCM(key).decrypt(nonce, sealed, None).decode() == "张三"
    with pytest.raises(InvalidTag):
        AESGCM(other).decrypt(nonce, sealed, None)


def test_passwords_are_hashed_with_argon2id() -> None:
    from pwdlib import PasswordHash

    hashed = PasswordHash.recommended().hash("secret")
    assert hashed.startswith("$argon2id$")


def test_a_workbook_is_read() -> None:
    import python_calamine

    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in WORKBOOK.items():
            archive.writestr(name, text)
    file.seek(0)
    assert python_calamine.CalamineWorkbook.from_filelike(file).get_sheet_by_index(0).to_python() == [["订单"], [7.0]]


def test_compression_and_hashes_are_stable_between_versions() -> None:
    import xxhash
    import zstandard

    assert xxhash.xxh3_128_hexdigest(b"") == "99aa06d3014798d86001c324468d497f"  # the published vector
    assert zstandard.decompress(zstandard.compress(b"castanea" * 100)) == b"castanea" * 100


def test_the_event_loop_and_the_http_parser_are_the_fast_ones() -> None:
    import httptools
    import uvloop

    async def loop_name() -> str:
        return type(asyncio.get_running_loop()).__module__

    assert uvloop.run(loop_name()).startswith("uvloop")
    assert httptools.HttpRequestParser is not None
