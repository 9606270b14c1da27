"""Landing: what is personal lies in no file in clear, and equal rows stay equal."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pyarrow as pa
import pytest

from castanea.contracts.sent import SentBatch
from castanea.contracts.tables import TABLES
from castanea.contracts.validate import quarantined, validate
from castanea.kit.errors import NotFound

NOW = datetime(2026, 11, 20, 14, 36, tzinfo=UTC)
SECRETS = (
    "王小明之名",
    "13987654321",
    "secret@example.com",
    "西湖区文一路九十九号",
    "C-777-secret",
    "extra-secret-value",
    "visitor-secret",
)


def orders(**columns: object) -> SentBatch:
    count = len(next(iter(columns.values())))
    base = {
        "shop_id": ["main"] * count,
        "order_id": [str(i) for i in range(count)],
        "order_time": ["2026-11-20T14:36:00Z"] * count,
    }
    raw = pa.table({**base, **columns, "_version": pa.array([NOW] * count), "_occurrence": [1] * count})
    done = validate(TABLES["order"], raw)
    rejects = (
        quarantined("order", raw, done.rejects, source="file", import_id="import-1", time=NOW) if done.rejects else None
    )
    return SentBatch("order", "file", done.rows, rejects, "import-1")


def landed(place, *batches: SentBatch) -> list[dict]:
    place.landing.land(list(batches))
    return place.rows("order")


def test_an_orders_personal_values_open_for_its_subject(place):
    (row,) = landed(place, orders(customer_id=["c"], phone=["138"], customer_name=["王"], email=[None], foo=["bar"]))
    assert row["customer_id"] == row["_subject"]
    assert place.vault.open(row["_subject"], row["_sealed"]) == {
        "customer_name": "王",
        "phone": "138",
        "_extra": {"foo": "bar"},
    }


def test_a_subject_is_the_first_identifier_that_is_not_empty(place):
    rows = landed(
        place,
        orders(
            customer_id=["c", "c", None, None, None],
            phone=["1", "2", "1", None, None],
            email=["x", "y", "z", "z", None],
        ),
    )
    who = [r["customer_id"] for r in rows]
    assert who[0] == who[1]
    assert len({*who[1:4]}) == 3
    assert who[4] is None
    assert [r["_subject"] == r["customer_id"] for r in rows] == [True] * 5


def test_a_signed_in_visitor_is_sealed_as_the_customer_and_stays_a_visitor_of_its_own(place):
    view = {"kind": "web_event", "time": "2026-11-20T14:36:00Z", "event": "page_view", "visitor_id": "v"}
    place.send(
        b"\n".join(
            json.dumps({**view, "event_id": e, **more}).encode() for e, more in (("1", {}), ("2", {"customer_id": "c"}))
        )
    )
    anonymous, known = place.rows("web_event")
    assert anonymous["visitor_id"] == known["visitor_id"] == anonymous["_subject"]
    assert anonymous["customer_id"] is None
    assert known["_subject"] == known["customer_id"] != known["visitor_id"]


def test_a_row_without_a_subject_is_sealed_all_the_same_and_equal_rows_stay_equal(place):
    batch = orders(customer_name=["nobody"])
    first, second = landed(place, batch, batch)
    assert first["customer_id"] is None
    assert place.vault.open(first["_subject"], first["_sealed"]) == {"customer_name": "nobody"}
    assert first == second


def test_the_same_file_landed_again_lands_the_same_rows(place):
    batch = orders(customer_id=["a", "b", None], phone=["1", None, "3"], address=["x", "y", "z"])
    rows = landed(place, batch)
    assert landed(place, batch) == rows * 2


def test_rejected_rows_are_sealed_under_the_key_of_their_import(place):
    batch = orders(customer_id=["a", "b"], pay_time=["soon", None], phone=["139", "138"])
    place.landing.land([batch])
    (reject,) = place.rejects()
    assert (reject["reason"], reject["value"], json.loads(reject["raw"])["phone"]) == ("not_a_time", "soon", "139")
    assert place.vault.find("", "import", "import-1").bytes == reject["_subject"].bytes
    place.vault.erase(reject["_subject"])
    with pytest.raises(NotFound):
        place.rejects()


def test_no_personal_value_lies_in_any_file(place):
    name, phone, email, address, customer, extra, visitor = SECRETS
    order = {
        "kind": "order", "order_id": "1", "order_time": "2026-11-20T14:36:00Z", "customer_id": customer, "customer_name": name, "phone": phone,
        "email": email, "address": address, "mood": extra, "lines": [{"kind": "product", "amount": "x", "note": extra}],
    }  # fmt: skip
    view = {
        "kind": "web_event",
        "event_id": "e",
        "time": "2026-11-20T14:36:00Z",
        "event": "page_view",
        "visitor_id": visitor,
    }
    bad = [
        {**order, "order_time": phone},
        {**view, "time": name, "customer_id": customer},
        {"kind": "unknown", "email": email},
    ]
    events = [order, view, *bad, {"kind": "review", "review_id": "1", "time": "2026-11-20T14:36:00Z", "text": address}]
    receipt = place.send("\n".join(json.dumps(e, ensure_ascii=False) for e in events).encode())
    assert (receipt.accepted, receipt.quarantined) == (3, 3)
    place.landing.land([orders(customer_id=[customer], phone=[phone], address=[address], foo=[extra], total=["many"])])
    for everything in (_bytes(place), _bytes_inflated(place)):
        for secret in SECRETS:
            assert secret.encode() not in everything
            assert secret.encode("utf-16-le") not in everything
            assert json.dumps(secret).strip('"').encode() not in everything


def _bytes(place) -> bytes:
    return b"".join(f.read_bytes() for f in place.folder.rglob("*") if f.is_file())


def _bytes_inflated(place) -> bytes:
    """What the log's blobs hold."""
    found = []
    for landed_batch in place.batches():
        batch = landed_batch.batch
        found += [batch.rows, batch.rejects] if batch.rejects is not None else [batch.rows]
    sink = pa.BufferOutputStream()
    for table in found:
        with pa.ipc.new_stream(sink, table.schema) as writer:
            writer.write_table(table)
    return sink.getvalue().to_pybytes() + repr([b.batch.attributes for b in place.batches()]).encode()


def test_somebody_erased_while_landing_is_landed_under_a_new_pseudonym(place):
    batch = orders(customer_id=["c"], phone=["138"])
    (before,) = landed(place, batch)
    place.vault.erase(before["_subject"])
    _, after = landed(place, batch)
    assert after["_subject"] != before["_subject"]
    assert place.vault.open(after["_subject"], after["_sealed"]) == {"phone": "138"}


def test_every_table_lands_in_its_schema(place):
    for name, table in TABLES.items():
        columns = {c.name: [_value(c)] for c in table.sent if c.required}
        raw = pa.table({**columns, "_version": pa.array([NOW]), "_occurrence": [1]})
        done = validate(table, raw)
        assert done.rejects == (), name
        place.landing.land([SentBatch(name, "test", done.rows)])
    assert [b.batch.table for b in place.batches()] == list(TABLES)


def _value(column) -> object:
    if column.values:
        return column.values[0]
    return {"text": "x", "uuid": "x", "timestamp": "2026-11-20T14:36:00Z", "date": "2026-11-20", "boolean": True}.get(
        column.type, 1
    )
