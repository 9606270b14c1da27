"""Import records and quarantined rows as people see them: reasons and places, never a personal value."""

from __future__ import annotations

from typing import Any

from castanea.contracts.warehouse import Reader

_IMPORTS = """
SELECT import_id, file, format, encoding, zone, currency, exported_at, received, suspects, undone, "time"
FROM fact."import_run" ORDER BY "time" DESC, import_id LIMIT ?
"""
_BOOKED = """
SELECT import_id, sum(received) AS received, sum(loaded) AS loaded, sum(duplicates) AS duplicates, sum(superseded) AS superseded,
       sum(quarantined) AS quarantined
FROM book.booking WHERE NOT derived AND import_id <> '' GROUP BY import_id
"""
_QUARANTINED = """
SELECT quarantine_id, import_id, source, "table", source_row, reason, "column", rule, state, "time"
FROM fact."quarantine" WHERE ? = '' OR import_id = ? ORDER BY "time" DESC, source_row LIMIT ?
"""
_REASONS = """
SELECT reason, count(*) AS rows FROM fact."quarantine" WHERE state = 'waiting' AND (? = '' OR import_id = ?) GROUP BY reason ORDER BY 2 DESC
"""


def import_records(reader: Reader, limit: int) -> list[dict[str, Any]]:
    """Newest first, with how their rows were booked."""
    booked = {row.pop("import_id"): row for row in _rows(reader, _BOOKED)}
    return [{**record, **booked.get(record["import_id"], {})} for record in _rows(reader, _IMPORTS, limit)]


def quarantine_rows(reader: Reader, import_id: str, limit: int) -> dict[str, Any]:
    """`reasons`: how many rows wait for each reason; `rows`: the newest."""
    return {
        "reasons": _rows(reader, _REASONS, import_id, import_id),
        "rows": _rows(reader, _QUARANTINED, import_id, import_id, limit),
    }


def _rows(reader: Reader, sql: str, *parameters: Any) -> list[dict[str, Any]]:
    rows = reader.fetch(sql, parameters).to_pylist()
    return [{name: int(v) if type(v).__name__ == "Decimal" else v for name, v in row.items()} for row in rows]
