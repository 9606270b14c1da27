"""The days of festivals, from the calendar table, for the shading of time axes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from castanea.contracts.warehouse import Reader

_STATEMENT = (
    'SELECT day, name, MAX(name_zh) AS zh, MAX(name_en) AS en, MAX(festival_day) AS nth FROM fact."calendar" '
    "WHERE _occurrence = 1 AND COALESCE(festival_day, 1) >= 1 GROUP BY day, name ORDER BY day, name"
)


@dataclass(frozen=True)
class FestivalDay:
    """One day of a festival (its days of preparation are left out), with the festival's names in zh-CN and en."""

    day: date
    name: str
    labels: dict[str, str]
    number: int


def festival_days(reader: Reader) -> tuple[FestivalDay, ...]:
    """All festival days that the workspace's calendar knows, in order."""
    found = reader.fetch(_STATEMENT).to_pylist()
    return tuple(
        FestivalDay(
            r["day"], r["name"], {"zh-CN": r["zh"] or r["name"], "en": r["en"] or r["name"]}, int(r["nth"] or 1)
        )
        for r in found
    )
