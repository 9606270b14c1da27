"""The days of festivals, from the calendar table, for the shading of time axes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from castanea.contracts.warehouse import Reader

_STATEMENT = (
    'SELECT day, name, MAX(name_zh) AS zh, MAX(name_en) AS en, MAX(festival_day) AS nth FROM fact."calendar" '
    "WHERE _occurrence = 1 GROUP BY day, name ORDER BY day, name"
)


@dataclass(frozen=True)
class FestivalDay:
    """One day of a festival, with the festival's names in zh-CN and en; `number` is negative on its days of preparation."""

    day: date
    name: str
    labels: dict[str, str]
    number: int


def festival_days(reader: Reader, *, preparing: bool = False) -> tuple[FestivalDay, ...]:
    """All festival days that the workspace's calendar knows, in order; with their days of preparation when `preparing`."""
    found = reader.fetch(_STATEMENT).to_pylist()
    return tuple(
        FestivalDay(
            r["day"], r["name"], {"zh-CN": r["zh"] or r["name"], "en": r["en"] or r["name"]},
            1 if r["nth"] is None else int(r["nth"]),
        )
        for r in found
        if preparing or r["nth"] is None or r["nth"] >= 1
    )  # fmt: skip
