"""Arrow streams: taken as JSON is, and not trusted."""

from __future__ import annotations

import random
from decimal import Decimal

import pyarrow as pa
import pytest

from castanea.intake.events import ARROW, EventLimits
from castanea.kit.errors import CastaneaError, InputError

VIEWS = pa.table({
    "kind": ["web_event"] * 3, "event_id": ["a", "b", "c"], "time": ["2026-11-20T14:36:00Z", "soon", "2026-11-20T14:36:01Z"],
    "event": pa.array(["page_view"] * 3).dictionary_encode(), "visitor_id": ["v", "v", "w"], "mood": ["x", None, None],
})  # fmt: skip


def stream(table: pa.Table, **options: object) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def test_an_arrow_stream_is_taken_like_json(place):
    receipt = place.send(stream(VIEWS), ARROW)
    assert (receipt.received, receipt.accepted, receipt.quarantined) == (3, 2, 1)
    assert [(r["event_id"], r["_row"]) for r in place.rows("web_event")] == [("a", 1), ("c", 3)]
    (reject,) = place.rejects()
    assert (reject["value"], reject["source_row"]) == ("soon", 2)


def test_the_kind_may_stand_in_the_schemas_metadata(place):
    lines = pa.array([[{"kind": "product", "amount": Decimal("1.5")}], []])
    table = pa.table(
        {"order_id": ["1", "2"], "order_time": ["2026-11-20T14:36:00Z"] * 2, "lines": lines}
    ).replace_schema_metadata({"kind": "order"})
    receipt = place.send(stream(table), ARROW)
    assert (receipt.accepted, receipt.lines) == (2, 1)
    assert place.rows("order_line")[0]["amount"] == Decimal("1.5")


def test_kinds_may_be_mixed_and_unknown_ones_are_quarantined(place):
    table = pa.table(
        {
            "kind": ["product", "shop", "dream", None],
            "product_id": ["p", None, None, None],
            "shop_id": [None, "s", None, None],
        }
    )
    receipt = place.send(stream(table), ARROW)
    assert (receipt.accepted, receipt.quarantined) == (2, 2)
    assert [e["code"] for e in receipt.errors] == ["unknown_kind"] * 2


@pytest.mark.parametrize("codec", ["zstd", "lz4"])
def test_compressed_buffers_are_refused_for_they_inflate_unseen(place, codec):
    with pytest.raises(InputError, match="compressed"):
        place.send(stream(VIEWS, compression=codec), ARROW)


def test_more_events_than_allowed_are_refused_even_when_they_take_no_bytes(make_place):
    place = make_place(EventLimits(body_events=100))
    table = pa.table({"kind": pa.nulls(101)})
    with pytest.raises(InputError) as refused:
        place.send(stream(table), ARROW)
    assert refused.value.code == "request.too_large"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"hello world, no arrow",
        b"\xff\xff\xff\xff\x10\x00\x00\x00",
        stream(VIEWS)[:200],
        stream(pa.table({"a": [1]})),
    ],
)
def test_what_is_no_stream_of_events_is_refused(place, body):
    with pytest.raises(InputError) as refused:
        place.send(body, ARROW)
    assert refused.value.code == "request.not_arrow"


def test_damaged_streams_never_break_the_intake(place):
    whole, chance = stream(VIEWS.drop_columns("event")), random.Random(7)
    for _ in range(300):
        body = bytearray(whole)
        for _ in range(chance.randrange(1, 4)):
            body[chance.randrange(len(body))] = chance.randrange(256)
        try:
            receipt = place.send(bytes(body), ARROW)
        except CastaneaError:
            continue
        assert receipt.received == receipt.accepted + receipt.quarantined
    assert place.send(stream(VIEWS), ARROW).accepted == 2
