"""The stream as a response: starts it, hands its sink to the hub, and waits for its end."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from castanea.access import Principal
from castanea.api.streaming.hub import Hub
from castanea.api.streaming.subscriber import QueueSink, Sink, Subscriber, TransportSink
from castanea.api.streaming.wire import GREETING, event


class StreamResponse(Response):
    """Server-sent events of some views for one viewer. Views that are not open, or not the viewer's, are answered by `gone`."""

    media_type = "text/event-stream"

    def __init__(
        self, hub: Hub, principal: Principal, views: tuple[str, ...], last_event_id: str, status_code: int = 200,
        topic: str = "",
    ) -> None:  # fmt: skip
        super().__init__(
            status_code=status_code,
            media_type=self.media_type,
            headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        )
        if "content-length" in self.headers:
            del self.headers["content-length"]
        self._hub = hub
        self._principal = principal
        self._views, self._topic = views, topic
        view, _, sequence = last_event_id.rpartition(":")
        self._known = {view: int(sequence)} if sequence.isdecimal() and len(sequence) < 16 else {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        mine = tuple(view for view in self._views if self._hub.may_watch(self._principal, view))
        gone = b"".join(event("gone", msgspec.json.encode({"view": view})) for view in self._views if view not in mine)
        await send({"type": "http.response.body", "body": GREETING + gone, "more_body": True})
        sink = _sink(scope, send)
        closed: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        viewer = Subscriber(self._principal, mine, sink, closed, self._topic)
        helpers = [asyncio.create_task(_until_gone(receive, viewer))]
        if isinstance(sink, QueueSink):
            helpers.append(asyncio.create_task(sink.pump()))
        self._hub.attach(viewer, self._known)
        try:
            reason = await closed
        finally:
            self._hub.detach(viewer)
            for helper in helpers:
                helper.cancel()
            await asyncio.gather(*helpers, return_exceptions=True)
        if reason != "gone":
            if not viewer.ready():
                sink.abort()  # a farewell would wait behind what is not read
            bye = event("bye", msgspec.json.encode({"reason": reason}))
            await send({"type": "http.response.body", "body": bye, "more_body": False})


async def _until_gone(receive: Receive, viewer: Subscriber) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    viewer.close("gone")


def _sink(scope: Scope, send: Send) -> Sink:
    cycle: Any = getattr(scope.get("castanea.send"), "__self__", None)
    if type(cycle).__module__ == "uvicorn.protocols.http.httptools_impl":
        return TransportSink(cycle)
    return QueueSink(send)
