"""The shop goes on: what its world has planned for the time that passes, and orders beside the plan at a rate that can be set."""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa

from castanea.demo.beside import Span, day_index, days_beside, picked
from castanea.demo.history import Past
from castanea.demo.sending import BEGINNING, END
from castanea.demo.sending_orders import customer_facts
from castanea.demo.sending_traffic import event_facts, extra_events

LOOK_BACK_DAYS = 58  # an order's last change (its refund, of a presale after the balance) comes within this many days


def planned(past: Past, after: int, until: int, *, sent_live: bool = False) -> dict[str, pa.Table]:
    """All rows that the world's plan brings in the span (after, until], from any day that may still change, and what becomes of the
    orders beside the plan. `sent_live`: those that were placed in the span itself have been sent already."""
    found: dict[str, list[pa.Table]] = defaultdict(list)
    first = max(past.world.config.first_index, day_index(past.world, after) - LOOK_BACK_DAYS)
    span = range(first, max(past.days) + 1)
    past.keep(span)
    for index in span:
        today = index >= day_index(past.world, after) - 1
        for name, table in past.facts(index, after, until, events=None if today else False).items():
            found[name].append(table)
        if index in past.beside:
            orders = past.beside[index]
            for name, table in past.facts_beside(
                picked(orders, orders.ordered <= (after if sent_live else until)), after, until
            ).items():
                found[name].append(table)
    return {name: pa.concat_tables(tables) for name, tables in found.items()}


def beside(past: Past, span: Span) -> dict[str, pa.Table]:
    """The orders beside the plan of a span, evenly spaced and paid at once, with the visits around them and their new customers."""
    found: dict[str, list[pa.Table]] = defaultdict(list)
    for orders in days_beside(past.world, [span]).values():
        facts = past.facts_beside(orders, BEGINNING, span.until)
        facts["customer"] = customer_facts(past.world, past.meet(orders))
        facts["web_event"] = event_facts(past.world, orders, extra_events(past.world, orders), BEGINNING, END)
        for name, table in facts.items():
            if table.num_rows:
                found[name].append(table)
    return {name: pa.concat_tables(tables) for name, tables in found.items()}
