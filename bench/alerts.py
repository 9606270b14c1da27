"""The ready-made alert rules on small simulated shops: which planted incidents they raise, whether class and place are right, and how often
they fire when nothing was planted.

    python -m bench.alerts [--seeds 30] [--first 1] [--check] [--told]

Rules, figures, states and causes are those of the server: the shop's rows land as they would, the clock moves on, and after each step the
rules are read, followed and explained as `castanea serve` does. On days with an incident by the hour the steps are hours.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bench.report import Line, Report
from castanea.alerts import READY, Alert
from castanea.alerts.kept import Alerts
from castanea.app import Castanea, Settings
from castanea.contracts.sent import SentBatch
from castanea.contracts.workspace import WorkspaceSettings
from castanea.demo.config import small
from castanea.demo.history import Past
from castanea.demo.incidents import Incident
from castanea.demo.sending import BEGINNING
from castanea.demo.sending_things import dimension_facts
from castanea.demo.stream import planned
from castanea.demo.world import World
from castanea.kit.clock import FixedClock, micros
from castanea.runs.alert_causes import AlertCauses
from castanea.runs.alert_readings import AlertDesk
from castanea.runs.workspace import init_workspace
from castanea.state import Database

BEGIN = -63  # the day on which watching begins: the weeks before are the past that is compared with
AFTER = {
    "supply": 1,
    "site": 1,
    "competition": 2,
    "quality": 10,
    "marketing": 2,
    "data": 1,
}  # days in which it may still be told
QUIET_HOURS = (10, 16, 22)
HOURLY = range(8, 24)
RAISED, RIGHT, FALSE = 0.95, 0.9, 1.0


@dataclass
class Told:
    """What one shop's alerts came to. `raised` and `right` by incident; `false` by rule, over `quiet` days; `lines` for reading."""

    raised: dict[str, bool] = field(default_factory=dict)
    right: dict[str, bool] = field(default_factory=dict)
    false: Counter[str] = field(default_factory=Counter)
    quiet: int = 0
    lines: list[str] = field(default_factory=list)


def watched(seed: int) -> Told:
    """A shop's 63 days, watched."""
    world = World(small(seed))
    past = Past(world, 1)
    castanea = Castanea(Settings())
    start = _at(world, BEGIN, 0)
    clock = FixedClock(start)
    castanea.clock = clock  # type: ignore[assignment]
    with tempfile.TemporaryDirectory(prefix="castanea-bench-alerts-") as folder:
        workspace = init_workspace(Path(folder) / "w", WorkspaceSettings("bench"))
        desk = castanea.desk(workspace)
        database = Database(Path(folder) / "state.sqlite")
        alerts = Alerts(database, clock)
        for ready in READY:
            alerts.make(replace(ready.rule, title=ready.titles["en"]), "")
        names = {ready.titles["en"]: ready.name for ready in READY}
        reading, explaining = AlertDesk(desk), AlertCauses(desk)
        fired: list[tuple[datetime, Alert, Any]] = []
        with castanea.landing(workspace) as (landing, _):

            def land(tables: dict[str, Any]) -> None:
                if batches := [SentBatch(name, "demo", rows) for name, rows in tables.items() if rows.num_rows]:
                    landing.land(batches)

            land(dimension_facts(world))
            for index in sorted(past.days):
                if index <= BEGIN:
                    land(past.facts(index, BEGINNING, micros(start)))
            for at in _steps(world):
                before = micros(clock.now())
                clock.move(at - clock.now())
                land(planned(past, before, micros(at)))
                desk.warehouse.catch_up()
                news = alerts.evaluate([reading.read(rule, []) for rule in alerts.watching()])
                fired += [(at, alert, explaining.of(alert)) for alert in news.fired]
        desk.close()
        database.close()
    return _judged(seed, world, fired, names)


def _steps(world: World) -> Iterator[datetime]:
    by_hour = {i.first for i in world.incidents if i.hours != (0, 24)}
    for index in range(BEGIN, 1):
        for hour in HOURLY if index in by_hour else QUIET_HOURS:
            yield _at(world, index, hour)


def _at(world: World, index: int, hour: int) -> datetime:
    day = world.config.last_day + timedelta(days=index)
    return datetime(day.year, day.month, day.day, tzinfo=world.zone).astimezone(UTC) + timedelta(hours=hour)


def _judged(seed: int, world: World, fired: list[tuple[datetime, Alert, Any]], names: dict[str, str]) -> Told:
    told = Told()
    matched: dict[str, list[bool]] = defaultdict(list)
    covered = {index for i in world.incidents for index in range(i.first, i.last + AFTER[i.cause] + 1)}
    told.quiet = sum(index not in covered for index in range(BEGIN, 1))
    for at, alert, cause in fired:
        index = (at.astimezone(world.zone).date() - world.config.last_day).days
        where = _place(alert, cause)
        top = cause.why[0]["cause_class"] if cause is not None and cause.why else ""
        found = next((i for i in world.incidents if _about(world, i, index, where)), None)
        if found is not None:
            matched[found.name].append(top == found.cause)
        elif index not in covered:
            told.false[names[alert.rule.title]] += 1
        what = found.name if found else ("covered" if index in covered else "FALSE")
        told.lines.append(f"seed {seed} day {index:>4} {at:%H}h {names[alert.rule.title]:<22} {where} value {alert.fired.value} "
                          f"base {alert.fired.base} against {alert.against} → {top or 'none'} [{what}]")  # fmt: skip
    for incident in world.incidents:
        told.raised[incident.name] = incident.name in matched
        # the first alert that names the place is the one that people act upon
        told.right[incident.name] = bool(matched.get(incident.name)) and matched[incident.name][0]
    return told


def _place(alert: Alert, cause: Any) -> dict[str, str]:
    found = {alert.rule.each: alert.member} if alert.rule.each else {}
    if cause is not None and cause.where:
        found = {part["dimension"]: part["member"] for part in cause.where[0]["parts"]} | found
    return found


def _about(world: World, incident: Incident, index: int, where: dict[str, str]) -> bool:
    if not incident.first <= index <= incident.last + AFTER[incident.cause]:
        return False
    if incident.product is not None:
        return where.get("product") == str(world.catalogue.ids[incident.product])
    if incident.device is not None:
        return where.get("device") == incident.device
    return where.get("channel") == incident.channel


def measure(report: Report, seeds: range, *, workers: int = 1, told: bool = False) -> None:
    begin = time.monotonic()
    with ProcessPoolExecutor(workers) as pool:
        shops = list(pool.map(watched, seeds))
    if told:
        for shop in shops:
            report.say("\n".join(shop.lines))
    incidents = list(shops[0].raised)
    for name in incidents:
        raised = sum(shop.raised[name] for shop in shops)
        right = sum(shop.right[name] for shop in shops)
        report.add(Line(f"{name}: raised", raised / len(shops), "of shops", at_least=RAISED))
        report.add(Line(f"{name}: class and place right", right / max(raised, 1), "of raised", at_least=RIGHT))
    quiet = sum(shop.quiet for shop in shops)
    for ready in READY:
        count = sum(shop.false[ready.name] for shop in shops)
        report.add(Line(f"{ready.name}: false alarms", count / quiet * 30, "per quiet month", at_most=FALSE,
                        beside=f"{count} in {quiet} days"))  # fmt: skip
    report.say(f"{len(shops)} shops in {time.monotonic() - begin:.0f} s")


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.alerts", description=__doc__)
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--first", type=int, default=1)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--check", action="store_true", help="exit 1 when a line misses its figure")
    parser.add_argument("--told", action="store_true", help="print every alert")
    asked = parser.parse_args()
    report = Report()
    measure(report, range(asked.first, asked.first + asked.seeds), workers=asked.workers, told=asked.told)
    return 1 if asked.check and report.missed else 0


if __name__ == "__main__":
    sys.exit(main())
