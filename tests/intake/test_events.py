"""Events by JSON and NDJSON: each taken as sent or quarantined with its reason, counted, and durable when acknowledged."""

from __future__ import annotations

import asyncio
import gzip
import json
import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from castanea.contracts.tables import TABLES
from castanea.intake.event_lines import Shapes, read_lines
from castanea.intake.events import JSON, EventLimits
from castanea.kit.errors import Busy, InputError, Unavailable

VIEW = {"kind": "web_event", "event_id": "e1", "time": "2026-11-20T14:36:00Z", "event": "page_view", "visitor_id": "v1"}
ORDER = {
    "kind": "order",
    "order_id": "o1",
    "order_time": "2026-11-20T14:36:00Z",
    "customer_id": "c1",
    "phone": "13800000000",
}


def ndjson(*events: object) -> bytes:
    return b"\n".join(e if isinstance(e, bytes) else json.dumps(e, ensure_ascii=False).encode() for e in events)


def test_events_land_in_the_landed_schema(place):
    receipt = place.send(ndjson(VIEW, {**VIEW, "event_id": "e2", "visitor_id": "v2"}))
    assert (receipt.received, receipt.accepted, receipt.quarantined, receipt.errors) == (2, 2, 0, ())
    (landed,) = place.batches()
    assert receipt.offsets == (landed.offset,)
    assert landed.batch.rows.schema.equals(TABLES["web_event"].landed_schema)
    first, second = landed.batch.rows.to_pylist()
    assert (first["event_id"], first["shop_id"], first["_occurrence"], first["_row"], second["_row"]) == (
        "e1",
        "main",
        1,
        1,
        2,
    )
    assert first["_version"] == first["time"] == datetime(2026, 11, 20, 14, 36, tzinfo=UTC)
    assert first["visitor_id"] == first["_subject"] != second["visitor_id"]
    assert first["_sealed"] is None


@pytest.mark.parametrize("encoding", ["", "identity", "gzip", "zstd"])
def test_a_json_array_and_a_compressed_body_are_read_alike(place, encoding):
    body = json.dumps([VIEW, {**VIEW, "event_id": "e2"}], indent=2).encode()
    packed = {"gzip": gzip.compress, "zstd": zstandard.compress}.get(encoding, bytes)(body)
    assert place.send(packed, JSON, encoding).accepted == 2
    assert [r["event_id"] for r in place.rows("web_event")] == ["e1", "e2"]


def test_a_single_object_is_one_event(place):
    assert place.send(json.dumps(VIEW).encode(), JSON).accepted == 1


def test_an_empty_body_is_received_as_nothing(place):
    assert place.send(b"\n\n").received == 0
    assert place.send(b"[]", JSON).received == 0
    assert place.log.head() == 0


def test_one_bad_event_does_not_refuse_the_others(place):
    body = ndjson(
        VIEW,
        {**VIEW, "event_id": "e2", "time": "soon"},
        {**VIEW, "event_id": "e3", "event": "dance"},
        {**VIEW, "event_id": "e4"},
    )
    receipt = place.send(body)
    assert (receipt.received, receipt.accepted, receipt.quarantined) == (4, 2, 2)
    assert [(e["row"], e["code"], e["column"]) for e in receipt.errors] == [
        (2, "not_a_time", "time"),
        (3, "not_in_list", "event"),
    ]
    assert [r["event_id"] for r in place.rows("web_event")] == ["e1", "e4"]
    waiting = place.rejects()
    assert [(r["reason"], r["value"], r["source_row"], r["table"]) for r in waiting] == [
        ("not_a_time", "soon", 2, "web_event"),
        ("not_in_list", "dance", 3, "web_event"),
    ]
    assert json.loads(waiting[0]["raw"])["event_id"] == "e2"


def test_lines_that_are_no_events_are_quarantined_as_they_came(place):
    bad = [
        b'{"kind": "nonsense"}',
        b"nope",
        b"[1, 2]",
        b'{"a":"\\ud800"}',
        b'{"a":"\xff"}',
        b"[" * 5000,
        b'{"kind":["order"]}',
        b'{"kind":"quarantine"}',
    ]
    receipt = place.send(ndjson(VIEW, *bad, {**VIEW, "event_id": "e2"}))
    assert (receipt.accepted, receipt.quarantined) == (2, len(bad))
    reasons = [r["reason"] for r in sorted(place.rejects(), key=lambda r: r["source_row"])]
    assert reasons == [
        "unknown_kind",
        "not_json",
        "not_an_object",
        "not_json",
        "not_json",
        "not_json",
        "unknown_kind",
        "unknown_kind",
    ]
    assert {r["raw"] for r in place.rejects()} >= {'{"kind": "nonsense"}', "nope"}


def test_a_body_that_is_no_json_array_is_refused_whole(place):
    for body in (b'[{"kind":', b"hello", b"[1,,2]", b"[" * 100_000):
        with pytest.raises(InputError) as refused:
            place.send(body, JSON)
        assert refused.value.code == "request.not_json"
    assert place.log.head() == 0


def test_numbers_are_read_exactly_whether_sent_as_text_or_number(place):
    event = {"kind": "refund", "refund_id": "r", "status": "succeeded"}
    body = ndjson(
        {**event, "amount": "12345678901234.5678"},
        b'{"kind":"refund","refund_id":"s","status":"succeeded","amount":12345678901234.5678}',
    )
    assert place.send(body).accepted == 2
    assert {r["amount"] for r in place.rows("refund")} == {Decimal("12345678901234.5678")}


def test_a_table_with_a_kind_of_its_own_takes_it_by_another_name(place):
    paid = {"payment_id": "p", "order_id": "o", "status": "succeeded", "time": "2026-11-20T14:36:00Z", "amount": "5"}
    assert (
        place.send(
            ndjson({"kind": "payment", "payment_kind": "full", **paid}, {"table": "payment", "kind": "deposit", **paid})
        ).accepted
        == 2
    )
    assert [r["kind"] for r in place.rows("payment")] == ["full", "deposit"]


def test_a_version_is_the_senders_change_else_the_arrival(place):
    product = {"kind": "product", "product_id": "p"}
    place.send(ndjson({**ORDER, "updated_at": "2026-11-21T00:00:00Z"}, ORDER, product))
    first, second = place.rows("order")
    assert first["_version"] == datetime(2026, 11, 21, tzinfo=UTC)
    assert second["_version"] > second["order_time"]  # the arrival: a later status must not tie with the order's time
    assert place.rows("product")[0]["_version"] == datetime(2026, 11, 20, 14, 36, tzinfo=UTC)


def test_a_sender_cannot_set_the_logs_own_columns(place):
    place.send(
        ndjson(
            *[
                {**VIEW, "event_id": f"e{i}", "_version": "2099-01-01T00:00:00Z", "_subject": "x", "_row": "7"}
                for i in range(3)
            ]
        )
    )
    for number, row in enumerate(place.rows("web_event"), 1):
        assert (row["_version"], row["_row"]) == (row["time"], number)
        assert place.vault.open(row["_subject"], row["_sealed"])["_extra"]["_version"] == "2099-01-01T00:00:00Z"


def test_unknown_fields_are_sealed_not_lost(place):
    place.send(
        ndjson(
            {**VIEW, "mood": "好", "tags": [1, {"a": 2}]},
            {**VIEW, "event_id": "e2", "mood": "sad"},
            {"kind": "product", "product_id": "p", "shelf": "A"},
        )
    )
    opened = [place.vault.open(r["_subject"], r["_sealed"]) for t in ("web_event", "product") for r in place.rows(t)]
    assert opened == [
        {"_extra": {"mood": "好", "tags": [1, {"a": 2}]}},
        {"_extra": {"mood": "sad"}},
        {"_extra": {"shelf": "A"}},
    ]


def test_an_orders_lines_become_a_derived_batch(place):
    line = {"line_id": "1", "kind": "product", "product_id": "p", "amount": "9.90", "quantity": 2}
    receipt = place.send(
        ndjson(
            {**ORDER, "lines": [line, {**line, "line_id": "2", "amount": 5}]},
            {**ORDER, "order_id": "o2", "lines": []},
            {**ORDER, "order_id": "o3"},
        )
    )
    assert (receipt.received, receipt.accepted, receipt.lines) == (3, 3, 2)
    orders, lines = place.batches()
    assert (orders.batch.table, orders.batch.derived, lines.batch.table, lines.batch.derived) == (
        "order",
        False,
        "order_line",
        True,
    )
    assert [(r["order_id"], r["line_id"], r["amount"], r["_occurrence"]) for r in lines.batch.rows.to_pylist()] == [
        ("o1", "1", Decimal("9.9"), 1),
        ("o1", "2", 5, 1),
    ]
    assert set(receipt.offsets) == {1, 2}


def test_equal_lines_of_an_order_are_different_lines(place):
    line = {"kind": "product", "product_id": "p", "amount": "9.90"}
    place.send(ndjson({**ORDER, "lines": [line, line, {**line, "product_id": "q"}, line]}, {**ORDER, "lines": [line]}))
    assert [(r["product_id"], r["_occurrence"]) for r in place.rows("order_line")] == [
        ("p", 1),
        ("p", 2),
        ("q", 1),
        ("p", 3),
        ("p", 1),
    ]


def test_a_bad_line_is_quarantined_and_the_order_is_kept(place):
    line = {"kind": "product", "amount": "1"}
    receipt = place.send(
        ndjson(
            {**ORDER, "lines": [line, {**line, "amount": "much"}, {"kind": "product", "amount": "2", "colour": "red"}]}
        )
    )
    assert (receipt.accepted, receipt.quarantined, receipt.lines, receipt.lines_quarantined) == (1, 0, 3, 1)
    (reject,) = place.rejects()
    assert (reject["table"], reject["reason"], reject["value"], json.loads(reject["raw"])["order_id"]) == (
        "order_line",
        "not_a_number",
        "much",
        "o1",
    )
    assert [place.vault.open(r["_subject"], r["_sealed"]) for r in place.rows("order_line") if r["_sealed"]] == [
        {"_extra": {"colour": "red"}}
    ]


def test_lines_that_are_no_list_of_objects_refuse_the_order(place):
    receipt = place.send(ndjson({**ORDER, "lines": "none"}, {**ORDER, "lines": [1]}, {**ORDER, "lines": None}))
    assert [e["code"] for e in receipt.errors] == ["not_lines", "not_lines"]
    assert receipt.accepted == 1


def test_a_shops_own_zone_holds_from_its_first_event_on(make_place):
    place = make_place(zones={"main": "Asia/Tokyo", "uk": "Asia/Tokyo"})
    local = {**ORDER, "order_time": "2026-11-20T14:36:00"}
    shop = {"kind": "shop", "shop_id": "uk", "zone": "Europe/London", "updated_at": "2026-11-20T00:00:00Z"}
    assert place.send(ndjson({**local, "shop_id": "uk"}, shop, local)).accepted == 3
    place.send(ndjson({**local, "shop_id": "uk", "order_id": "o2"}))
    hours = {(r["shop_id"], r["order_id"]): r["order_time"].astimezone(UTC).hour for r in place.rows("order")}
    assert hours == {("uk", "o1"): 14, ("main", "o1"): 5, ("uk", "o2"): 14}


def test_senders_of_one_group_keep_their_own_counts_and_sources(make_place):
    place = make_place()
    held = threading.Event()
    real = place.landing.land
    entered = threading.Event()

    def slow(batches):
        entered.set()
        assert held.wait(30)
        return real(batches)

    place.landing.land = slow

    async def run():
        first = asyncio.create_task(place.intake.submit(ndjson(VIEW), "application/x-ndjson", "", "a"))
        await asyncio.to_thread(entered.wait, 30)
        bodies = {"a": ndjson(VIEW, b"bad"), "b": ndjson({**VIEW, "time": "x"}, VIEW, VIEW), "c": ndjson(ORDER)}
        tasks = [
            asyncio.create_task(place.intake.submit(body, "application/x-ndjson", "", source))
            for source, body in bodies.items()
        ]
        while len(place.intake._waiting) < 3:  # noqa: ASYNC110 (the intake has no event for it)
            await asyncio.sleep(0)
        held.set()
        return [await first, *[await t for t in tasks]]

    receipts = asyncio.run(run())
    assert [(r.received, r.accepted, r.quarantined) for r in receipts] == [(1, 1, 0), (2, 1, 1), (3, 2, 1), (1, 1, 0)]
    by_offset = {b.offset: b.batch for b in place.batches()}
    for receipt, source in zip(receipts, "aabc", strict=True):
        assert {by_offset[o].source for o in receipt.offsets} == {source}
    assert sum(b.rows.num_rows for b in by_offset.values()) == 5


def test_a_full_queue_refuses_and_says_when_to_come_again(make_place):
    place = make_place(EventLimits(queue_events=3))
    held, entered = threading.Event(), threading.Event()
    real = place.landing.land
    place.landing.land = lambda batches: (entered.set(), held.wait(30), real(batches))[2]

    async def run():
        tasks = [asyncio.create_task(place.intake.submit(ndjson(VIEW), "application/x-ndjson", "", "a"))]
        await asyncio.to_thread(entered.wait, 30)
        tasks += [
            asyncio.create_task(place.intake.submit(ndjson(VIEW), "application/x-ndjson", "", "a")) for _ in range(3)
        ]
        while len(place.intake._waiting) < 3:  # noqa: ASYNC110 (the intake has no event for it)
            await asyncio.sleep(0)
        with pytest.raises(Busy) as refused:
            await place.intake.submit(ndjson(VIEW), "application/x-ndjson", "", "a")
        assert 0 < refused.value.retry_after <= 30
        held.set()
        return await asyncio.gather(*tasks)

    assert sum(r.accepted for r in asyncio.run(run())) == 4
    assert len(place.rows("web_event")) == 4


def test_too_large_a_body_or_too_many_events_are_refused(make_place):
    place = make_place(EventLimits(body_bytes=2_000, body_events=5))
    for body, encoding in ((b"x" * 2_001, ""), (gzip.compress(b"\n" * 2_001), "gzip"), (ndjson(*[{}] * 6), "")):
        with pytest.raises(InputError) as refused:
            place.send(body, encoding=encoding)
        assert refused.value.code == "request.too_large"
    assert place.log.head() == 0


def test_after_closing_nothing_is_taken_in(place):
    place.send(ndjson(VIEW))
    place.intake.close()
    with pytest.raises(Unavailable):
        place.send(ndjson(VIEW))


def test_a_failure_to_keep_is_told_to_every_sender_and_nothing_is_kept(place):
    from castanea.kit.errors import NoSpace

    def full(batches):
        raise NoSpace("full")

    real, place.landing.land = place.landing.land, full
    with pytest.raises(NoSpace):
        place.send(ndjson(VIEW))
    place.landing.land = real
    assert place.send(ndjson(VIEW)).accepted == 1


VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-(10**20), 10**20), st.floats(allow_nan=False, allow_infinity=False), st.text(max_size=6),
    st.sampled_from(["2026-11-20T14:36:00Z", "2026-11-20", "5", "1.25", "paid", "product"]), st.lists(st.integers(), max_size=2), st.just({"a": 1}),
)  # fmt: skip
FIELDS = st.sampled_from(
    ["order_id", "shop_id", "order_time", "status", "total", "test", "phone", "colour", "customer_id", "_version"]
)
LINE = st.dictionaries(st.sampled_from(["line_id", "kind", "amount", "quantity", "size"]), VALUES, max_size=4)
EVENTS = st.builds(
    lambda event, lines: {**ORDER, **event, **({} if lines is None else {"lines": lines})},
    st.dictionaries(FIELDS, VALUES, max_size=4),
    st.one_of(st.none(), st.lists(LINE, max_size=2)),
)


def _taken(received):
    """Per event's row what was taken from it: its raw columns as validation sees them, or the reason."""
    from castanea.contracts.validate import validate

    found = {}
    for events in received.events:
        done = validate(TABLES[events.kind], events.raw, zone="UTC")
        kept = range(len(events.rows)) if done.kept is None else done.kept.tolist()
        for at, row in zip(kept, done.rows.drop_columns("_row").to_pylist(), strict=True):
            lines = events.lines[at].as_py() if events.lines is not None else None
            found[int(events.rows[at])] = {k: v for k, v in row.items() if v is not None}, len(lines or [])
        for reject in done.rejects:
            found[int(events.rows[reject.position])] = reject.reason, reject.column
    for bad in received.unreadable:
        found[bad.reject.row] = bad.reject.reason, bad.reject.column
    return found


@settings(max_examples=60)
@given(st.lists(EVENTS, min_size=1, max_size=6))
def test_an_event_is_read_alike_whatever_stands_beside_it(events):
    texts = [json.dumps(e, ensure_ascii=False).encode("utf-8", "surrogatepass") for e in events]
    together = _taken(read_lines([texts], Shapes()))
    shapes = Shapes()
    again = (
        _taken(read_lines([texts], shapes)),
        _taken(read_lines([texts], shapes)),
    )  # the second time the shapes are known
    alone = {n: _taken(read_lines([[t]], Shapes()))[1] for n, t in enumerate(texts, 1)}
    assert together == alone == again[0] == again[1]
    assert sorted(together) == list(range(1, len(events) + 1))
