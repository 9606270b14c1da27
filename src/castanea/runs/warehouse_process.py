"""The process that owns the warehouse: loads, plans, computes tiles, and answers on the workspace's socket."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import msgspec
import structlog

from castanea.alerts import Alert
from castanea.contracts.alert import AlertRule
from castanea.contracts.behind import BehindQuestion
from castanea.contracts.board import BoardSpec, View
from castanea.contracts.buyers import BuyerQuestion
from castanea.contracts.query import Query, Rights
from castanea.contracts.target import Target
from castanea.contracts.warehouse import Change
from castanea.decisions import EffectQuestion
from castanea.kit.errors import CastaneaError, InputError
from castanea.live import Live
from castanea.runs.alert_readings import AlertDesk
from castanea.runs.desk import Desk
from castanea.runs.explore_changes import Changes
from castanea.runs.loading import Loading
from castanea.runs.reconcile import ReconcileRequest
from castanea.runs.sentences import Sentences
from castanea.runs.target_progress import check_target, target_progress
from castanea.runs.wire import bound, error_head, packed, read_message

_log = structlog.get_logger("castanea.warehouse")
READING_THREADS = 2  # for questions, and as many for tiles, so that a slow question does not hold up the boards
UNSENT = 8 << 20  # bytes of frames that may wait for a slow HTTP process before it is cut off
Head = dict[str, Any]
Reply = tuple[Head, bytes]
Value = TypeVar("Value")


class WarehouseProcess:
    """Serves until told to end, or until the process that started it (`parent`, a process id) has gone."""

    def __init__(self, desk: Desk, parent: int | None = None) -> None:
        self._desk, self._parent = desk, parent
        self._pool = ThreadPoolExecutor(READING_THREADS, "reading")
        self._tiles = ThreadPoolExecutor(READING_THREADS, "tiles")
        self._live = Live(desk.boards, desk.planner, desk.reader, desk.standing, desk.clock, self._tiles)
        self._loading = Loading(desk.warehouse, self._changed)
        self._sentences = Sentences(desk)
        self._explored = Changes(desk)
        self._alerts = AlertDesk(desk)
        self._subscribers: set[asyncio.StreamWriter] = set()
        self._connections: dict[asyncio.Task[None], asyncio.StreamWriter] = {}
        self._ended = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._questions: dict[str, Callable[[Head], Awaitable[Reply]]] = {
            "query": self._query, "open_view": self._open_view, "close_view": self._close_view, "notify": self._notify, "state": self._state,
            "catalog": self._catalog, "boards": self._boards, "imports": self._imports, "quarantine": self._quarantine,
            "bookings": self._bookings, "zones": self._zones, "checksums": self._checksums,
            "order_shops": self._order_shops, "reconcile": self._reconcile, "grid": self._grid, "check_board": self._check_board,
            "understand": self._understand, "behind": self._behind, "buyer_groups": self._buyer_groups, "changes": self._what_changed,
            "alert_readings": self._alert_readings, "alert_past": self._alert_past, "check_alert": self._check_alert,
            "alert_cause": self._alert_cause,
            "decision_effect": self._decision_effect,
            "know_targets": self._know_targets, "target_progress": self._target_progress, "check_target": self._check_target,
        }  # fmt: skip

    async def serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            self._loop.add_signal_handler(number, self._ended.set)
        path = self._desk.workspace.socket
        server = await asyncio.start_unix_server(self._answer, sock=bound(path))
        self._loading.start()
        ticking = asyncio.create_task(self._live.run(self._push))
        watching = asyncio.create_task(self._watch_parent())
        _log.info("the warehouse process is ready", offset=self._desk.warehouse.state().offset)
        await self._ended.wait()
        server.close()
        path.unlink(missing_ok=True)
        for writer in self._connections.values():
            writer.close()
        if self._connections:
            await asyncio.wait(self._connections, timeout=1)
        for task in (ticking, watching):
            task.cancel()
        self._loading.end()
        await asyncio.to_thread(self._loading.join)
        for pool in (self._pool, self._tiles):
            pool.shutdown(cancel_futures=True)

    def _changed(self, change: Change) -> None:
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._live.changed, change)

    async def _watch_parent(self) -> None:
        while self._parent is not None:
            if os.getppid() != self._parent:
                self._ended.set()
            await asyncio.sleep(1)

    def _push(self, view_id: str, sequence: int, frame: bytes) -> None:
        message = packed({"push": "frame", "view": view_id, "sequence": sequence}, frame)
        for writer in tuple(self._subscribers):
            if writer.transport.get_write_buffer_size() > UNSENT:
                _log.warning("the HTTP process does not read its frames; it must ask again")
                self._subscribers.discard(writer)
                writer.transport.abort()
            else:
                writer.write(message)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks: set[asyncio.Task[None]] = set()
        connection = asyncio.current_task()
        if connection is not None:
            self._connections[connection] = writer
        with contextlib.suppress(CastaneaError, ConnectionError):
            while not self._ended.is_set():
                head, _ = await read_message(reader)
                task = asyncio.create_task(self._reply(head, writer))
                tasks.add(task)
                task.add_done_callback(tasks.discard)
        self._subscribers.discard(writer)
        writer.close()
        if connection is not None:
            self._connections.pop(connection, None)

    async def _reply(self, head: dict[str, Any], writer: asyncio.StreamWriter) -> None:
        number = head.get("id")
        try:
            result, body = await self._do(str(head.get("op")), head, writer)
            message = packed({"id": number, "ok": True, **result}, body)
        except CastaneaError as refused:
            message = packed({"id": number, "error": error_head(refused)})
        except Exception as defect:  # noqa: BLE001 - the outermost loop of a worker: the asker is told, the process stays up
            _log.exception("a question failed", op=head.get("op"))
            failed = CastaneaError(
                f"the warehouse process failed on this question ({type(defect).__name__}); its log says more",
                code="castanea.defect",
            )
            message = packed({"id": number, "error": error_head(failed)})
        if not writer.is_closing():
            writer.write(message)

    async def _do(self, op: str, head: dict[str, Any], writer: asyncio.StreamWriter) -> Reply:
        if op in self._questions:
            return await self._questions[op](head)
        if op == "frames":
            self._subscribers.add(writer)
            return {}, b""
        if op == "rebuild":
            return {}, await self._rebuild(head.get("id"), writer)
        raise InputError(
            f"nobody answers {op!r} on the socket; is the server of the same version as this command?",
            code="link.unknown_question",
        )

    async def _query(self, head: Head) -> Reply:
        query, rights = _value(head, "query", Query), _value(head, "rights", Rights)
        return {}, await self._in_pool(self._desk.query, query, rights)

    async def _behind(self, head: Head) -> Reply:
        asked, rights = _value(head, "asked", BehindQuestion), _value(head, "rights", Rights)
        return {}, msgspec.json.encode(await self._in_pool(self._desk.behind, asked, rights))

    async def _buyer_groups(self, head: Head) -> Reply:
        from castanea.runs.buyer_groups import buyer_groups  # polars and the methods are loaded with the first question

        asked, rights = _value(head, "asked", BuyerQuestion), _value(head, "rights", Rights)
        return {}, msgspec.json.encode(await self._in_pool(buyer_groups, self._desk, asked, rights))

    async def _what_changed(self, head: Head) -> Reply:
        rights = _value(head, "rights", Rights)
        named = isinstance(head.get("board"), str)
        spec = self._desk.board(_value(head, "board", str)) if named else _value(head, "board", BoardSpec)
        return {}, msgspec.json.encode(await self._in_pool(self._explored.of, spec, rights))

    async def _understand(self, head: Head) -> Reply:
        sentence, rights = _value(head, "sentence", str), _value(head, "rights", Rights)
        return {}, msgspec.json.encode(await self._in_pool(self._sentences.understand, sentence, rights))

    async def _alert_readings(self, head: Head) -> Reply:
        rules, targets = _value(head, "rules", list[AlertRule]), _value(head, "targets", list[Target])
        told = await self._in_pool(lambda: [self._alerts.read(rule, targets) for rule in rules])
        return {}, msgspec.json.encode(told)

    async def _alert_past(self, head: Head) -> Reply:
        return {}, msgspec.json.encode(await self._in_pool(self._alerts.past, _value(head, "rule", AlertRule)))

    async def _check_alert(self, head: Head) -> Reply:
        return {}, msgspec.json.encode(await self._in_pool(self._alerts.check, _value(head, "rule", AlertRule)))

    async def _alert_cause(self, head: Head) -> Reply:
        from castanea.runs.alert_causes import AlertCauses  # polars and the methods are loaded with the first alert

        causes = AlertCauses(self._desk)
        return {}, msgspec.json.encode(await self._in_pool(causes.of, _value(head, "alert", Alert)))

    async def _decision_effect(self, head: Head) -> Reply:
        from castanea.runs.decision_effects import measure  # polars and the method are loaded with the first decision

        planner, reader, now = self._desk.planner(), self._desk.reader(), self._desk.clock.now()
        question = _value(head, "question", EffectQuestion)
        told = await self._in_pool(lambda: measure(lambda query: planner.answer(query, reader, now), question, now))
        return {}, msgspec.json.encode(told)

    async def _know_targets(self, head: Head) -> Reply:
        self._live.know_targets(_value(head, "targets", tuple[Target, ...]))
        return {}, b""

    async def _target_progress(self, head: Head) -> Reply:
        targets, rights = _value(head, "targets", list[Target]), _value(head, "rights", Rights)
        days = _value(head, "with_days", bool)
        told = await self._in_pool(lambda: target_progress(self._desk, targets, rights, with_days=days))
        return {}, msgspec.json.encode(told)

    async def _check_target(self, head: Head) -> Reply:
        named = await self._in_pool(
            check_target, self._desk, _value(head, "target", Target), _value(head, "rights", Rights)
        )
        return {}, msgspec.json.encode(named)

    async def _open_view(self, head: Head) -> Reply:
        view, rights = _value(head, "view", View), _value(head, "rights", Rights)
        opened = await self._live.open(view, rights)
        return {"view": opened.view_id, "board_bytes": len(opened.board)}, opened.board + opened.frame

    async def _close_view(self, head: Head) -> Reply:
        self._live.close(_value(head, "view", str))
        return {}, b""

    async def _notify(self, _: Head) -> Reply:
        self._loading.landed()
        return {}, b""

    async def _state(self, _: Head) -> Reply:
        return {"state": await self._in_pool(self._desk.state)}, b""

    async def _catalog(self, _: Head) -> Reply:
        return {}, self._desk.catalog_json()

    async def _boards(self, _: Head) -> Reply:
        return {}, self._desk.boards_json()

    async def _check_board(self, head: Head) -> Reply:
        await self._in_pool(self._desk.check_board, _value(head, "board", BoardSpec))
        return {}, b""

    async def _imports(self, head: Head) -> Reply:
        return {}, await self._in_pool(self._desk.imports, _value(head, "limit", int))

    async def _quarantine(self, head: Head) -> Reply:
        return {}, await self._in_pool(
            self._desk.quarantine, _value(head, "import_id", str), _value(head, "limit", int)
        )

    async def _bookings(self, head: Head) -> Reply:
        return {}, await self._in_pool(self._desk.bookings, _value(head, "import_id", str))

    async def _grid(self, head: Head) -> Reply:
        return {}, await self._in_pool(self._desk.grid, _value(head, "table", str), _value(head, "limit", int))

    async def _reconcile(self, head: Head) -> Reply:
        return {}, await self._in_pool(self._desk.reconcile, _value(head, "request", ReconcileRequest))

    async def _order_shops(self, head: Head) -> Reply:
        found = await self._in_pool(self._desk.order_shops, [str(order) for order in head["orders"]])
        return {}, msgspec.json.encode(found)

    async def _zones(self, _: Head) -> Reply:
        return {}, await self._in_pool(self._desk.zones)

    async def _checksums(self, _: Head) -> Reply:
        return {}, await asyncio.to_thread(self._desk.checksums)

    async def _in_pool(self, do: Callable[..., Any], *arguments: Any) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._pool, do, *arguments)

    async def _rebuild(self, number: Any, writer: asyncio.StreamWriter) -> bytes:
        loop = asyncio.get_running_loop()

        def tell(state: dict[str, Any]) -> None:
            loop.call_soon_threadsafe(writer.write, packed({"id": number, "progress": state}))

        return await asyncio.to_thread(self._desk.rebuild, tell)


def _value(head: Head, name: str, kind: type[Value]) -> Value:
    """A value of a question. Raises InputError when it is not there or not of its kind."""
    try:
        return msgspec.convert(head[name], kind)
    except (KeyError, msgspec.ValidationError) as wrong:
        raise InputError(
            f"the question {head.get('op')!r} on the socket is not of its form: {name}: {wrong}",
            code="link.bad_question",
        ) from wrong
