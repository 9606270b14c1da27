"""Reading the facts that count in a measure by the planner's own scan, so that filters and rules of rows hold as in the number itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from castanea.semantics.catalog import Catalog
from castanea.semantics.layout import FACTS, Layout, Segment, ZoneGroup, local_date, naive
from castanea.semantics.model import Part
from castanea.semantics.question import Question
from castanea.semantics.scan import Scan, Workshop


@dataclass
class FactRows:
    """The zone's scope bounds the rows in UTC, the question holds the filters of the asker and of the rules."""

    catalog: Catalog
    question: Question
    zones: tuple[ZoneGroup, ...]
    currency: str
    week_start: int
    dialect: str

    def scan(self, part: Part, shop: Workshop) -> Scan:
        scope = self.zones[0].scope
        segment = Segment(False, FACTS, scope.start, scope.end, 0)
        return Scan(shop, Layout(self.zones, (), ()), segment, ("span",), part.table, part.clock)

    def shop(self) -> Workshop:
        return Workshop(self.catalog.declared, self.question, self.currency, self.week_start, 0)

    def values(self, shop: Workshop) -> list[Any]:
        scope, found = self.zones[0].scope, []
        for path in shop.parameters.paths:
            if path[0] == "where":
                found.append(self.question.where[path[1]].values[path[2]])
            else:
                found.append(_bound(scope.start if path[1] == "low" else scope.end, str(path[2]), scope.zone))
        return found


def _bound(at: datetime | None, form: str, zone: Any) -> Any:
    if at is None:
        raise AssertionError(form)
    return local_date(at, zone) if form == "date" else naive(at)
