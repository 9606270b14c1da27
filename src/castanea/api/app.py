"""Building the application from the services it is given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from castanea import __version__
from castanea.access import Permission
from castanea.api import problems
from castanea.api.door import Door
from castanea.api.gate import Gate
from castanea.api.guard import GuardedRoute, needs
from castanea.api.measurements import Measurements
from castanea.api.pages import Pages
from castanea.api.presence import Presence
from castanea.api.routers import (
    account,
    alerts,
    analyses,
    boards,
    buyers,
    channels,
    decisions,
    events,
    explore,
    grids,
    health,
    imports,
    invitations,
    kanban,
    numbers,
    own_boards,
    people,
    provider,
    remarks,
    session,
    shares,
    targets,
    teams,
    uploads,
    walls,
    watching,
    write_keys,
)
from castanea.api.schemas import document
from castanea.api.services import Services
from castanea.api.streaming import Hub, Upkeep
from castanea.kit.errors import CastaneaError


class Application(FastAPI):
    """FastAPI behind the door that all requests pass."""

    door: Door | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.door is None:
            await super().__call__(scope, receive, send)
        else:
            await self.door(scope, receive, send)

    async def inside(self, scope: Scope, receive: Receive, send: Send) -> None:
        await super().__call__(scope, receive, send)

    def tell_of_alerts(self, changed: list[str]) -> None:
        """Tell all who look at alerts which ones changed; they read those anew, with their own rights."""
        self.state.hub.tell_topic(alerts.TOPIC, alerts.changed_event(changed))

    def close_streams(self) -> None:
        """End all open streams; call it when the server is told to stop, before it waits for its connections."""
        self.state.hub.stop()


def create_app(services: Services) -> Application:
    """The whole HTTP side. Its lifespan starts and stops the stream's hub; the services belong to the caller."""
    measurements = Measurements()
    hub = Hub(services.link, services.settings, measurements)
    upkeep = Upkeep(hub, services.link, services.sessions, services.settings)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        upkeep.start()
        try:
            yield
        finally:
            await upkeep.stop()

    app = routes_only(lifespan)
    app.state.services = services
    app.state.measurements = measurements
    app.state.hub = hub
    app.state.presence = Presence()
    app.state.sign_in_gate = Gate(4, 60, "server.too_many_sign_ins")
    app.state.readiness = health.Readiness(services)
    _serve_pages(app, Pages(services.settings.web))
    app.add_exception_handler(CastaneaError, problems.of_castanea_error)  # type: ignore[arg-type]
    app.add_exception_handler(RequestValidationError, problems.of_validation)  # type: ignore[arg-type]
    app.add_exception_handler(HTTPException, problems.of_http_exception)  # type: ignore[arg-type]
    app.add_exception_handler(Exception, problems.of_unknown)
    app.door = Door(app.inside, services.settings.allowed_hosts, measurements)
    return app


def routes_only(lifespan: object = None) -> Application:
    """The application with its routes and nothing behind them: enough for the OpenAPI document."""
    app = Application(
        title="Castanea",
        version=__version__,
        summary="A self-hosted e-commerce analytics platform.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,  # type: ignore[arg-type]
    )
    # In the order in which they are asked for most: events come by the thousand.
    rooms = (
        events,
        boards,
        numbers,
        session,
        account,
        provider,
        health,
        write_keys,
        imports,
        people,
        teams,
        invitations,
        walls,
    )
    for room in (
        *rooms,
        shares,
        kanban,
        remarks,
        grids,
        uploads,
        watching,
        own_boards,
        targets,
        alerts,
        analyses,
        channels,
        decisions,
        explore,
        buyers,
    ):
        app.include_router(room.router)
    app.openapi = lambda: document(app)  # type: ignore[method-assign]
    return app


def _serve_pages(app: Application, pages: Pages) -> None:
    @needs(Permission.PUBLIC)
    async def page(request: Request) -> Response:
        return pages.answer(request)

    methods = ["GET", "HEAD"]
    route = GuardedRoute("/{path:path}", page, methods=methods, include_in_schema=False, operation_id="page")
    app.router.routes.append(route)
