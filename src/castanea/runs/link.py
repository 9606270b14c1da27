"""The HTTP process's side of the socket (`Link`), and the command line's (`CommandLink`)."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from castanea.alerts import Alert
from castanea.contracts.alert import AlertCause, AlertPast, AlertReadings, AlertRule
from castanea.contracts.behind import BehindQuestion
from castanea.contracts.board import BoardSpec, View
from castanea.contracts.buyers import BuyerQuestion
from castanea.contracts.query import Query, Rights
from castanea.contracts.target import Target
from castanea.decisions import Effect, EffectQuestion
from castanea.kit.errors import CastaneaError
from castanea.runs.wire import address_of, error_of, gone_away, packed, read_message, read_message_now

Reply = tuple[dict[str, Any], bytes]


@dataclass(frozen=True)
class OpenedView:
    view_id: str
    board: bytes
    frame: bytes


class Link:
    """One connection for questions, one for frames; both made anew when the warehouse process has been restarted.

    Every question raises what the rooms behind it raise, Unavailable while nobody answers.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[Reply]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._connecting = asyncio.Lock()
        self._noticing: asyncio.Task[None] | None = None

    async def query(self, query: Query, rights: Rights) -> bytes:
        return (await self._ask("query", query=msgspec.to_builtins(query), rights=msgspec.to_builtins(rights)))[1]

    async def behind(self, asked: BehindQuestion, rights: Rights) -> bytes:
        return (await self._ask("behind", asked=msgspec.to_builtins(asked), rights=msgspec.to_builtins(rights)))[1]

    async def buyer_groups(self, asked: BuyerQuestion, rights: Rights) -> bytes:
        told = {"asked": msgspec.to_builtins(asked), "rights": msgspec.to_builtins(rights)}
        return (await self._ask("buyer_groups", **told))[1]

    async def changes(self, board: BoardSpec | str, rights: Rights) -> bytes:
        return (await self._ask("changes", board=msgspec.to_builtins(board), rights=msgspec.to_builtins(rights)))[1]

    async def understand(self, sentence: str, rights: Rights) -> bytes:
        return (await self._ask("understand", sentence=sentence, rights=msgspec.to_builtins(rights)))[1]

    async def know_targets(self, targets: list[Target]) -> None:
        await self._ask("know_targets", targets=msgspec.to_builtins(targets))

    async def target_progress(self, targets: list[Target], rights: Rights, *, with_days: bool = False) -> bytes:
        told = msgspec.to_builtins(targets)
        return (
            await self._ask("target_progress", targets=told, rights=msgspec.to_builtins(rights), with_days=with_days)
        )[1]

    async def check_target(self, target: Target, rights: Rights) -> Target:
        head = {"target": msgspec.to_builtins(target), "rights": msgspec.to_builtins(rights)}
        return msgspec.json.decode((await self._ask("check_target", **head))[1], type=Target)

    async def alert_readings(self, rules: list[AlertRule], targets: list[Target]) -> list[AlertReadings]:
        head = {"rules": msgspec.to_builtins(rules), "targets": msgspec.to_builtins(targets)}
        return msgspec.json.decode((await self._ask("alert_readings", **head))[1], type=list[AlertReadings])

    async def alert_past(self, rule: AlertRule) -> AlertPast:
        return msgspec.json.decode((await self._ask("alert_past", rule=msgspec.to_builtins(rule)))[1], type=AlertPast)

    async def check_alert(self, rule: AlertRule) -> AlertRule:
        return msgspec.json.decode((await self._ask("check_alert", rule=msgspec.to_builtins(rule)))[1], type=AlertRule)

    async def alert_cause(self, alert: Alert) -> AlertCause | None:
        told = (await self._ask("alert_cause", alert=msgspec.to_builtins(alert)))[1]
        return msgspec.json.decode(told, type=AlertCause | None)

    async def decision_effect(self, question: EffectQuestion) -> Effect:
        told = (await self._ask("decision_effect", question=msgspec.to_builtins(question)))[1]
        return msgspec.json.decode(told, type=Effect)

    async def keep_targets(self, all_targets: Callable[[], list[Target]], every: float = 30.0) -> None:
        """Tell the warehouse process of the targets, now and ever again (it may have been restarted), until cancelled."""
        while True:
            pause = 0.5  # until the warehouse process answers
            with contextlib.suppress(CastaneaError):
                await self.know_targets(await asyncio.to_thread(all_targets))
                pause = every
            await asyncio.sleep(pause)

    async def catalog(self) -> bytes:
        return (await self._ask("catalog"))[1]

    async def boards(self) -> bytes:
        return (await self._ask("boards"))[1]

    async def check_board(self, board: BoardSpec) -> None:
        await self._ask("check_board", board=msgspec.to_builtins(board))

    async def open_view(self, view: View, rights: Rights) -> OpenedView:
        head, body = await self._ask("open_view", view=msgspec.to_builtins(view), rights=msgspec.to_builtins(rights))
        at = head["board_bytes"]
        return OpenedView(head["view"], body[:at], body[at:])

    async def close_view(self, view_id: str) -> None:
        await self._ask("close_view", view=view_id)

    async def state(self) -> dict[str, Any]:
        return dict((await self._ask("state"))[0]["state"])

    async def notify(self) -> None:
        """Something landed. The loader looks by itself ten times a second, so that nobody there is no matter."""
        with contextlib.suppress(CastaneaError):
            await self._ask("notify")

    def notify_soon(self) -> None:
        """`notify` without waiting for it; for the event loop's own thread."""
        if self._noticing is None or self._noticing.done():
            self._noticing = asyncio.create_task(self.notify())

    async def bookings(self, import_id: str) -> bytes:
        return (await self._ask("bookings", import_id=import_id))[1]

    async def zones(self) -> dict[str, str]:
        """Shops' own zones."""
        return msgspec.json.decode((await self._ask("zones"))[1], type=dict[str, str])

    async def keep_zones(self, know: Callable[[dict[str, str]], None], every: float = 30.0) -> None:
        """Tell `know` what the warehouse knows of shops' zones, now and ever again, until cancelled."""
        while True:
            pause = 0.5  # until the warehouse process answers
            with contextlib.suppress(CastaneaError):
                know(await self.zones())
                pause = every
            await asyncio.sleep(pause)

    async def imports(self, limit: int) -> bytes:
        return (await self._ask("imports", limit=limit))[1]

    async def quarantine(self, import_id: str, limit: int) -> bytes:
        return (await self._ask("quarantine", import_id=import_id, limit=limit))[1]

    async def grid(self, table: str, limit: int) -> bytes:
        return (await self._ask("grid", table=table, limit=limit))[1]

    async def frames(self) -> AsyncIterator[tuple[str, int, bytes]]:
        """Frames of all open views as they are made. Raises Unavailable when the warehouse process goes away."""
        reader, writer = await self._connect()
        try:
            writer.write(packed({"id": 0, "op": "frames"}))
            while True:
                head, body = await read_message(reader)
                if head.get("push") == "frame":
                    yield head["view"], head["sequence"], body
        finally:
            writer.close()

    async def close(self) -> None:
        if self._listening is not None:
            self._listening.cancel()
        if self._writer is not None:
            self._writer.close()

    async def _ask(self, op: str, **values: Any) -> Reply:
        writer = await self._connected()
        number = next(self._numbers)
        answer: asyncio.Future[Reply] = asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            writer.write(packed({"id": number, "op": op, **values}))
            await writer.drain()
            return await answer
        except ConnectionError as gone:
            raise gone_away() from gone
        finally:
            self._waiting.pop(number, None)

    async def _connected(self) -> asyncio.StreamWriter:
        async with self._connecting:
            if self._writer is None or self._writer.is_closing():
                reader, self._writer = await self._connect()
                self._listening = asyncio.create_task(self._listen(reader, self._writer))
            return self._writer

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        try:
            with address_of(self._path) as address:
                return await asyncio.open_unix_connection(address, limit=1 << 22)
        except OSError as nobody:
            raise gone_away() from nobody

    async def _listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head, body = await read_message(reader)
                answer = self._waiting.get(head.get("id", -1))
                if answer is None or answer.done() or "progress" in head:
                    continue
                if "error" in head:
                    answer.set_exception(error_of(head["error"]))
                else:
                    answer.set_result((head, body))
        except CastaneaError as gone:
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(gone)
        finally:
            writer.close()


class CommandLink:
    """The command line's connection to a running server: one question at a time, blocking."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel

    @classmethod
    def find(cls, path: Path) -> CommandLink | None:
        """A connection to the server of a workspace, None when none runs there."""
        channel = socket.socket(socket.AF_UNIX)
        try:
            with address_of(path) as address:
                channel.connect(address)
        except OSError:
            channel.close()
            return None
        return cls(channel)

    def ask(self, op: str, progress: Callable[[dict[str, Any]], None] | None = None, **values: Any) -> Reply:
        try:
            self._channel.sendall(packed({"id": 1, "op": op, **values}))
            while True:
                head, body = read_message_now(self._channel)
                if "progress" not in head:
                    break
                if progress is not None:
                    progress(head["progress"])
        except ConnectionError as gone:
            raise gone_away() from gone
        if "error" in head:
            raise error_of(head["error"])
        return head, body

    def close(self) -> None:
        self._channel.close()
