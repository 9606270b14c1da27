"""Targets and curves from CSV. What cannot be read in one way only is refused with its line; nothing of such a file is kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass

from castanea.contracts.query import Filter
from castanea.contracts.target import CurveDay, Shape
from castanea.kit.errors import InputError
from castanea.targets.checking import check_target, read_day, read_number, read_period, wrong
from castanea.targets.model import NewTarget, TargetLine

MOST_LINES = 2000
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "name": ("name", "名称", "目标"),
    "metric": ("metric", "指标"),
    "period": ("period", "周期", "时间"),
    "since": ("since", "from", "开始"),
    "until": ("until", "to", "结束"),
    "value": ("value", "target", "目标值", "数值"),
    "scope": ("scope", "filters", "范围"),
    "shape": ("shape", "spread", "分摊"),
    "team": ("team", "团队"),
}
_SHAPES: Mapping[str, Shape] = {
    **dict.fromkeys(("", "last_year", "last year", "去年同期", "去年"), "last_year"),
    **dict.fromkeys(("flat", "平均"), "flat"),
}


@dataclass(frozen=True)
class CsvFault:
    """`line` counts from 1, the header being line 1."""

    line: int
    code: str
    message: str
    values: dict[str, str]


@dataclass(frozen=True)
class CsvTargets:
    lines: tuple[TargetLine, ...]
    faults: tuple[CsvFault, ...]


def read_targets(text: str, teams: Mapping[str, str]) -> CsvTargets:
    """The targets of a file with a header: name, metric, value, and either period (2026-11, 2026Q4, 2026) or since and until; optional
    scope (`shop=山野集; channel=tmall|jd`), shape (last_year or flat), team. `teams`: ids by name. Raises InputError for a file without these columns.
    """
    rows = _rows(text)
    if not rows:
        raise wrong("file", "", "name,metric,period,value", code="target.no_header")
    header = _header(rows[0][1])
    lines: list[TargetLine] = []
    faults: list[CsvFault] = []
    for number, cells in rows[1:]:
        try:
            if len(cells) > len(rows[0][1]):
                raise wrong("line", str(len(cells)), str(len(rows[0][1])), code="target.bad_cells")
            lines.append(
                TargetLine(
                    number,
                    _target({name: cells[at].strip() if at < len(cells) else "" for name, at in header.items()}, teams),
                )
            )
        except InputError as refused:
            faults.append(CsvFault(number, refused.code, str(refused), {k: str(v) for k, v in refused.values.items()}))
    return CsvTargets(tuple(lines), tuple(faults))


def read_curve(text: str) -> tuple[CurveDay, ...]:
    """Lines of a day and a value (a header is passed over). Raises InputError with the line."""
    found: list[CurveDay] = []
    for number, cells in _rows(text):
        if number == 1 and cells and not cells[0][:1].isdigit():
            continue
        try:
            if len(cells) != 2:
                raise wrong("curve", ",".join(cells)[:40], "2026-11-01,12000")
            found.append(CurveDay(read_day(cells[0], "day"), str(read_number(cells[1]))))
        except InputError as refused:
            raise InputError(
                f"line {number}: {refused}", code=refused.code, values={**refused.values, "field": f"{number}"}
            ) from refused
    return tuple(found)


def _rows(text: str) -> list[tuple[int, list[str]]]:
    body = text.lstrip("\ufeff")
    mark = "\t" if "\t" in body.partition("\n")[0] else ","
    reader = csv.reader(io.StringIO(body), delimiter=mark)
    rows: list[tuple[int, list[str]]] = []
    try:
        for cells in reader:
            if any(cell.strip() for cell in cells):
                rows.append((reader.line_num, cells))
            if len(rows) > MOST_LINES + 1:
                raise wrong("file", f"> {MOST_LINES}", f"≤ {MOST_LINES}")
    except csv.Error as broken:
        raise wrong("file", f"{reader.line_num}: {broken}", "CSV, UTF-8") from broken
    return rows


def _header(cells: list[str]) -> dict[str, int]:
    known = {alias: name for name, aliases in COLUMNS.items() for alias in aliases}
    found: dict[str, int] = {}
    for at, cell in enumerate(cells):
        name = known.get(cell.strip().lower())
        if name is None or name in found:
            code = "target.twice" if name else "target.no_header"
            raise wrong("header", cell.strip()[:40], ", ".join(COLUMNS), code=code)
        found[name] = at
    needed = {"name", "metric", "value"} | (set() if "period" in found else {"since", "until"})
    if needed - found.keys():
        raise wrong("header", "", "name, metric, value, period (since, until)", code="target.no_header")
    return found


def _target(row: dict[str, str], teams: Mapping[str, str]) -> NewTarget:
    since, until = (
        read_period(row["period"])
        if row.get("period")
        else (read_day(row.get("since", ""), "since"), read_day(row.get("until", ""), "until"))
    )
    shape = _SHAPES.get(row.get("shape", "").lower())
    if shape is None:
        raise wrong("shape", row["shape"][:40], "last_year, flat")
    team = row.get("team", "")
    if team and team not in teams:
        raise wrong("team", team[:40], ", ".join(teams) or "–")
    value = str(read_number(row["value"]))
    new = NewTarget(
        row["name"], row["metric"], since, until, value, _scope(row.get("scope", "")), shape,
        team=teams[team] if team else "",
    )  # fmt: skip
    return check_target(new)


def _scope(text: str) -> tuple[Filter, ...]:
    """`shop=山野集; channel=tmall|jd`."""
    found = []
    for part in (p.strip() for p in text.replace("；", ";").split(";")):
        if not part:
            continue
        name, mark, values = part.partition("=")
        members = tuple(v.strip() for v in values.split("|") if v.strip())
        if not mark or not name.strip() or not members:
            raise wrong("scope", part[:40], "shop=A; channel=tmall|jd")
        found.append(Filter(name.strip(), "in", members))
    return tuple(found)
