"""Is it alive, is it ready, where does it stand."""

from __future__ import annotations

import asyncio

import anyio
import anyio.to_thread
from fastapi import APIRouter, Request, Response

from castanea import __version__
from castanea.access import Permission
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.models import Health, Status
from castanea.api.services import Services
from castanea.api.streaming.upkeep import VOLATILE
from castanea.contracts.query import Query, Rights, TimeRange
from castanea.kit.clock import monotonic
from castanea.kit.errors import CastaneaError, Unavailable

router = APIRouter(route_class=GuardedRoute, tags=["operation"])
# Asks nothing of the data's size: one metric of one day.
_PROBE = Query(metrics=("orders",), time=TimeRange(relative="today"))
_PATIENCE = 3.0
_TRUST = 0.5


class Readiness:
    """Whether all that is needed answers; looked at once for all who ask within half a second, for anybody may."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._looking = asyncio.Lock()
        self._good_until = 0.0

    async def check(self) -> None:
        """Raises Unavailable."""
        async with self._looking:
            if monotonic() < self._good_until:
                return
            try:
                with anyio.fail_after(_PATIENCE):
                    await self._look()
            except TimeoutError as error:
                raise Unavailable("a part that is needed did not answer in time") from error
            except Unavailable:
                raise
            except CastaneaError as error:
                raise Unavailable(f"not ready: {error}") from error
            self._good_until = monotonic() + _TRUST

    async def _look(self) -> None:
        await anyio.to_thread.run_sync(self._services.sessions.living, ())
        await self._services.link.boards()
        await self._services.link.query(_PROBE, Rights())


@router.get("/healthz", operation_id="healthz")
@needs(Permission.PUBLIC)
async def healthz() -> Health:
    """200 while this process answers."""
    return Health(status="ok")


@router.get("/readyz", operation_id="readyz")
@needs(Permission.PUBLIC)
async def readyz(request: Request) -> Health:
    """200 once sign-in, boards and questions answer; 503 until then."""
    if request.app.state.hub.stopping:
        raise Unavailable("the server is stopping", code="server.stopping")
    await request.app.state.readiness.check()
    return Health(status="ready")


@router.get("/api/v1/status", operation_id="status")
@needs(Permission.STATUS_READ)
async def status(request: Request) -> Status:
    """Where loading stands; without counts of rows for those who see parts only."""
    try:
        state = dict(await services_of(request).link.state())
    except Unavailable:
        return Status(version=__version__, available=False)
    if principal_of(request).rights != Rights():
        state = {name: value for name, value in state.items() if name not in VOLATILE}
    return Status(**{"available": True, **state, "version": __version__})


@router.get("/metrics", operation_id="metrics", response_class=Response)
@needs(Permission.METRICS_READ)
async def metrics(request: Request) -> Response:
    """The server's own measurements in Prometheus' format; open to programs on the same machine."""
    return Response(request.app.state.measurements.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
