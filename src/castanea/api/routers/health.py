"""Is it alive, is it ready, where does it stand."""

from __future__ import annotations

import anyio
import anyio.to_thread
from fastapi import APIRouter, Request, Response

from castanea import __version__
from castanea.access import Permission
from castanea.api.guard import GuardedRoute, needs, services_of
from castanea.api.models import Health, Status
from castanea.contracts.query import Query, Rights, TimeRange
from castanea.kit.errors import CastaneaError, Unavailable

router = APIRouter(route_class=GuardedRoute, tags=["operation"])
# Asks nothing of the data's size: one metric of one day.
_PROBE = Query(metrics=("orders",), time=TimeRange(relative="today"))
_PATIENCE = 3.0


@router.get("/healthz", operation_id="healthz")
@needs(Permission.PUBLIC)
async def healthz() -> Health:
    """200 while this process answers."""
    return Health(status="ok")


@router.get("/readyz", operation_id="readyz")
@needs(Permission.PUBLIC)
async def readyz(request: Request) -> Health:
    """200 once sign-in, boards and questions answer; 503 until then."""
    services = services_of(request)
    if request.app.state.hub.stopping:
        raise Unavailable("the server is stopping", code="server.stopping")
    try:
        with anyio.fail_after(_PATIENCE):
            await anyio.to_thread.run_sync(services.sessions.living, ())
            await services.link.boards()
            await services.link.query(_PROBE, Rights())
    except TimeoutError as error:
        raise Unavailable("a part that is needed did not answer in time") from error
    except Unavailable:
        raise
    except CastaneaError as error:
        raise Unavailable(f"not ready: {error}") from error
    return Health(status="ready")


@router.get("/api/v1/status", operation_id="status")
@needs(Permission.STATUS_READ)
async def status(request: Request) -> Status:
    """Where loading stands."""
    try:
        state = dict(await services_of(request).link.state())
    except Unavailable:
        return Status(version=__version__, available=False)
    return Status(**{"available": True, **state, "version": __version__})


@router.get("/metrics", operation_id="metrics", response_class=Response)
@needs(Permission.METRICS_READ)
async def metrics(request: Request) -> Response:
    """The server's own measurements in Prometheus' format; open to programs on the same machine."""
    return Response(request.app.state.measurements.text(), media_type="text/plain; version=0.0.4; charset=utf-8")
