"""A warehouse process in a pocket: a small Link that computes views from a counter, and an intake that keeps events in a list."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import msgspec

from castanea.alerts import Alert
from castanea.contracts.alert import AlertCause, AlertPast, AlertReading, AlertReadings, AlertRule
from castanea.contracts.behind import BehindColumn, BehindQuestion, RowsBehind, RowSource
from castanea.contracts.board import BoardSpec, Frame, Freshness, Place, TilePayload, TileSpec, View
from castanea.contracts.buyers import BuyerGroups, BuyerQuestion, BuyerSegment
from castanea.contracts.changes import BoardChanges
from castanea.contracts.query import Answer, AnswerColumn, Period, Quality, Query, Rights, TimeRange
from castanea.contracts.sentence import Meaning, Understanding
from castanea.contracts.target import Target, TargetDay, TargetProgress, may_see
from castanea.decisions import Effect, EffectQuestion
from castanea.kit.errors import InputError, NotFound, Unavailable

AT = datetime(2026, 11, 20, 6, 36, tzinfo=UTC)
BOARD = BoardSpec(
    id="live-today",
    title={"zh-CN": "今日实时", "en": "Live today"},
    tiles=(
        TileSpec("hero", "hero", {"en": "Net sales"}, Place(0, 0, 6, 4), {"main": Query(("net_sales",))}),
        TileSpec("orders", "number", {"en": "Orders"}, Place(6, 0, 3, 4), {"main": Query(("orders",))}),
    ),
    time=TimeRange(relative="today"),
    compare="last_week",
)


def answer(metric: str, value: str) -> Answer:
    return Answer(
        columns=(AnswerColumn(metric, "metric", "money", "CNY", metric),),
        rows=({metric: value},),
        as_of=AT,
        quality=Quality(100),
        period=Period(None, None, "Asia/Shanghai"),
    )


def payload(tile: str, value: str) -> TilePayload:
    return TilePayload(tile, "ok", {"main": answer(tile, value)}, Freshness("live", AT))


@dataclass
class Opened:
    view_id: str
    board: bytes
    frame: bytes


class PocketLink:
    """`change` makes a frame of one tile; `down` makes everything raise Unavailable."""

    def __init__(self) -> None:
        self.views: dict[str, tuple[View, dict[str, str], int]] = {}
        self.opened = 0
        self.closed: list[str] = []
        self.down = False
        self.notified = 0
        self.load: dict[str, Any] = {"offset": 7, "head": 7, "rebuilding": None, "message": ""}
        self.known_targets: list[Target] = []
        self.alert_figures: dict[str, tuple[AlertReading, ...]] = {}
        self.asked: list[tuple[Query, Rights]] = []
        self._streams: set[asyncio.Queue[tuple[str, int, bytes] | None]] = set()

    def _check(self) -> None:
        if self.down:
            raise Unavailable("the warehouse's process does not answer")

    async def query(self, query: Query, rights: Rights) -> bytes:
        self._check()
        self.asked.append((query, rights))
        if not query.metrics:
            raise InputError("a query needs at least one metric", code="query.no_metric")
        if "nonsense" in query.metrics:
            raise InputError(
                "there is no metric 'nonsense'; nearest: net_sales",
                code="query.unknown_metric",
                values={"name": "nonsense", "nearest": ["net_sales"]},
            )
        return msgspec.json.encode(answer(query.metrics[0], "1902487.15"))

    async def behind(self, asked: BehindQuestion, rights: Rights) -> bytes:
        self._check()
        self.asked.append((asked.query, rights))
        columns = (
            BehindColumn("order_id", "text", {"en": "Order", "zh-CN": "订单号"}),
            BehindColumn("_value", "value", {"en": "Counts as"}),
        )
        rows = tuple(
            {"order_id": f"=o{n}", "_value": "1.5"} for n in range(asked.offset, min(asked.offset + asked.limit, 3))
        )
        source = RowSource("paid.0", "order_line", {"en": "Order line", "zh-CN": "订单行"})
        period = Period(None, None, "Asia/Shanghai")
        return msgspec.json.encode(
            RowsBehind("paid_amount", (source,), "paid.0", columns, rows, 3, "4.5", "CNY", period)
        )

    async def buyer_groups(self, asked: BuyerQuestion, rights: Rights) -> bytes:
        self._check()
        self.asked.append((Query((asked.kind,)), rights))
        segment = BuyerSegment("loyal", {"en": "Loyal", "zh-CN": "忠诚客户"}, 12, "1200.5", 1.0, 3.0, 4.0)
        period = Period(None, None, "Asia/Shanghai")
        return msgspec.json.encode(BuyerGroups(asked.kind, period, "CNY", 12, withheld=False, segments=(segment,)))

    async def changes(self, board: BoardSpec | str, rights: Rights) -> bytes:
        self._check()
        if board != "live-today":
            raise NotFound("there is no such board")
        return msgspec.json.encode(BoardChanges(AT.date(), "ok", ()))

    async def understand(self, sentence: str, rights: Rights) -> bytes:
        self._check()
        if sentence == "nothing":
            raise InputError("no number was found", code="ask.no_metric", values={"sentence": sentence})
        words = {"zh-CN": rights.key, "en": rights.key}
        return msgspec.json.encode(Understanding(Meaning(Query(("net_sales",)), words)))

    async def know_targets(self, targets: list[Target]) -> None:
        self._check()
        self.known_targets = targets

    async def target_progress(self, targets: list[Target], rights: Rights, *, with_days: bool = False) -> bytes:
        self._check()
        days = (TargetDay(AT.date(), "1", None, None, None),) if with_days else ()
        return msgspec.json.encode([TargetProgress(t, "running", days=days) for t in targets if may_see(t, rights)])

    async def check_target(self, target: Target, rights: Rights) -> Target:
        self._check()
        if target.metric == "nonsense":
            raise InputError("there is no metric 'nonsense'", code="query.unknown_metric", values={"name": "nonsense"})
        if not may_see(target, rights):
            raise InputError("the target reaches too far", code="target.beyond")
        return target

    async def alert_readings(self, rules: list[AlertRule], targets: list[Target]) -> list[AlertReadings]:
        self._check()
        return [AlertReadings(rule.id, self.alert_figures.get(rule.metric, ()), "money", "CNY") for rule in rules]

    async def alert_past(self, rule: AlertRule) -> AlertPast:
        self._check()
        return AlertPast(self.alert_figures.get(rule.metric, ()), 90, "money", "CNY")

    async def check_alert(self, rule: AlertRule) -> AlertRule:
        self._check()
        if rule.metric == "nonsense":
            raise InputError("there is no metric 'nonsense'", code="query.unknown_metric", values={"name": "nonsense"})
        return rule

    async def alert_cause(self, alert: Alert) -> AlertCause | None:
        self._check()
        return AlertCause(AT, "1", alert.against or "0", {"zh-CN": "供应不足", "en": "supply is short"})

    async def decision_effect(self, question: EffectQuestion) -> Effect:
        self._check()
        return Effect(
            AT, question.until.isoformat(), "worked", "", 100.0, 60.0, 140.0, 0.1, 0.06, 0.14, ("product=P2",), 10, 1
        )

    async def catalog(self) -> bytes:
        self._check()
        return b'{"metrics":[{"name":"paid_amount","additivity":"additive"}],"dimensions":[]}'

    async def grid(self, table: str, limit: int) -> bytes:
        self._check()
        return msgspec.json.encode({"table": table, "columns": [], "rows": [], "total": 0, "versions": []})

    async def boards(self) -> bytes:
        self._check()
        return msgspec.json.encode([BOARD])

    async def check_board(self, board: BoardSpec) -> None:
        self._check()
        for tile in board.tiles:
            for query in tile.queries.values():
                if "nonsense" in query.metrics:
                    raise InputError("there is no metric 'nonsense'", code="board.tile", values={"why": "no metric"})

    async def open_view(self, view: View, rights: Rights) -> Opened:
        self._check()
        if view.board != BOARD.id:
            raise NotFound(f"there is no board {view.board!r}", code="boards.not_found", values={"board": view.board})
        self.opened += 1
        view_id = f"v{abs(hash((view, rights.key))):x}"
        self.views.setdefault(view_id, (view, {"hero": "0", "orders": "0"}, 1))
        return Opened(view_id, msgspec.json.encode(BOARD), self.frame(view_id))

    def frame(self, view_id: str) -> bytes:
        _, tiles, sequence = self.views[view_id]
        payloads = tuple(payload(tile, value) for tile, value in tiles.items())
        return msgspec.json.encode(Frame(view_id, sequence, AT, payloads))

    async def close_view(self, view_id: str) -> None:
        self.closed.append(view_id)
        self.views.pop(view_id, None)

    async def frames(self) -> AsyncIterator[tuple[str, int, bytes]]:
        self._check()
        queue: asyncio.Queue[tuple[str, int, bytes] | None] = asyncio.Queue()
        self._streams.add(queue)
        try:
            while (item := await queue.get()) is not None:
                yield item
            raise Unavailable("the warehouse's process went away")
        finally:
            self._streams.discard(queue)

    def change(self, view_id: str, tile: str, value: str) -> int:
        """Call in the server's loop."""
        view, tiles, sequence = self.views[view_id]
        tiles[tile] = value
        self.views[view_id] = (view, tiles, sequence + 1)
        frame = msgspec.json.encode(Frame(view_id, sequence + 1, AT, (payload(tile, value),)))
        for queue in self._streams:
            queue.put_nowait((view_id, sequence + 1, frame))
        return sequence + 1

    def restart(self) -> None:
        """As if the process had died: views are lost, streams of frames end."""
        self.views.clear()
        for queue in self._streams:
            queue.put_nowait(None)

    def notify_soon(self) -> None:
        self.notified += 1

    async def state(self) -> dict[str, Any]:
        self._check()
        return dict(self.load)

    async def imports(self, limit: int) -> bytes:
        self._check()
        return b"[]"

    async def quarantine(self, import_id: str, limit: int) -> bytes:
        self._check()
        return b'{"rows":[],"total":0}'


@dataclass
class PocketReceipt:
    received: int
    accepted: int
    quarantined: int
    errors: list[dict[str, object]] = field(default_factory=list)


class PocketIntake:
    def __init__(self) -> None:
        self.bodies: list[tuple[bytes, str, str, str]] = []
        self.raises: Exception | None = None

    async def submit(self, body: bytes, content_type: str, content_encoding: str, source: str) -> PocketReceipt:
        if self.raises is not None:
            raise self.raises
        self.bodies.append((body, content_type, content_encoding, source))
        rows = body.count(b'"kind"')
        return PocketReceipt(rows, rows, 0)


class PocketDesk:
    """Grids and imports of a shop that has none."""

    def check(self, table: str, text: str) -> object:
        raise NotFound("there is no such grid")

    def paste(self, table: str, text: str) -> object:
        raise InputError(f"there is no grid {table!r}; {len(text)} characters were not kept", code="grid.unknown")

    def undo(self, table: str, version: str) -> object:
        raise NotFound(f"{table} has no version {version!r}", code="grid.unknown_version")

    def rows(self, import_id: str, limit: int) -> object:
        raise NotFound(f"import {import_id!r} left no record")

    def replay(self, import_id: str, mended: object) -> object:
        raise NotFound(f"import {import_id!r} left no record")

    def set_undone(self, import_id: str, *, undone: bool) -> object:
        raise NotFound(
            f"there is no import {import_id!r} to be {'undone' if undone else 'redone'}", code="import.unknown"
        )


class PocketUploads:
    """Files brought through the browser, of a shop to which none was brought."""

    def all(self) -> list[object]:
        return []

    def get(self, number: str) -> object:
        raise NotFound(f"there is no file {number!r}")

    async def upload(self, name: str, by: str, chunks: AsyncIterator[bytes], most: int) -> object:
        size = sum([len(chunk) async for chunk in chunks])
        raise InputError(f"{name}: {size} bytes of no file that can be read; {by} may bring at most {most}")

    async def look(self, number: str, wish: object) -> object:
        return self.get(number)

    async def keep_format(self, number: str, wish: object, name: str) -> object:
        return self.get(number)

    def begin(self, number: str, wish: object) -> object:
        return self.get(number)

    cancel = remove = get
