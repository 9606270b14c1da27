"""SQL for the two 128-bit hashes of a row. They are stable for ever: MD5 over text, never the engine's own hash.

`_key` is over the natural key (null = "") and the occurrence; `_content` over all other landed columns but `_version`, `_row` and
`_occurrence`, where null and "" differ. Text is divided by U+001F and followed by the lengths of the key's parts, so that no two
different keys give the same text.
"""

from __future__ import annotations

from collections.abc import Collection

from castanea.contracts.table import Table, Type
from castanea.warehouse.schema import quoted

_NOT_CONTENT = frozenset({"_version", "_occurrence", "_row"})
_NULL = "chr(30)"


def key_expression(table: Table, empty: Collection[str] = ()) -> str:
    """`empty` names columns that are null in every row at hand: the hash is the same, and made in less time."""
    parts = ["''" if name in empty else _key_text(table, name) for name in table.key]
    lengths = [
        "0" if name in empty else f"coalesce(strlen({quoted(name)}), 0)"
        for name in table.key[:-1]
        if table.by_name[name].type is Type.TEXT
    ]
    return f"md5_number(concat_ws(chr(31), {', '.join([*parts, '_occurrence', *lengths])}))"


def content_expression(table: Table, empty: Collection[str] = ()) -> str:
    """Of mutable tables. Required key columns are in the key already and left out; of the others null and "" must differ here too.
    `empty` as in `key_expression`."""
    known = {name for name in table.key if table.by_name[name].required}
    hashed = [
        _NULL if c.name in empty else _content_text(c.name, c.type)
        for c in table.landed
        if c.name not in _NOT_CONTENT | known
    ]
    return f"md5_number(concat_ws(chr(31), {', '.join(hashed)}))" if hashed else "0::UHUGEINT"


def _key_text(table: Table, name: str) -> str:
    text = quoted(name) if table.by_name[name].type is Type.TEXT else f"{quoted(name)}::VARCHAR"
    return f"coalesce({text}, '')"


def _content_text(name: str, kind: Type) -> str:
    column = quoted(name)
    if kind is Type.BYTES:
        text = f"md5({column})"
    elif kind is Type.TIMESTAMP:
        text = f"epoch_us({column})::VARCHAR"
    elif kind is Type.TEXT:
        text = column
    else:
        text = f"{column}::VARCHAR"
    return f"coalesce({text}, {_NULL})"
