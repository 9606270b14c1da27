"""Folders of the server whose new files are imported by themselves."""

from __future__ import annotations

from dataclasses import dataclass

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from castanea.access import Forbidden, Permission
from castanea.api.bodies import decode_body
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.schemas import body_of
from castanea.api.services import Watched
from castanea.contracts.query import Rights
from castanea.contracts.watching import NewWatch, WatchedFile, WatchedFolder
from castanea.kit.errors import Unavailable

router = APIRouter(prefix="/api/v1/watched-folders", route_class=GuardedRoute, tags=["data"])


@dataclass(frozen=True)
class WatchedFolders:
    """`inbox`: the folder on the server's disk in which folders are made here. `files`: what was found, newest first, at most 200."""

    inbox: str
    folders: list[WatchedFolder]
    files: list[WatchedFile]


@router.get("", operation_id="watchedFolders")
@needs(Permission.DATA_WRITE)
async def watched(request: Request) -> WatchedFolders:
    """The watched folders, and what became of the files that were found in them."""
    room = _room(request)
    inbox = str(services_of(request).workspace.inbox)
    return WatchedFolders(inbox, await run_sync(room.folders), await run_sync(room.files))


@router.post("", operation_id="watchFolder", status_code=201, openapi_extra=body_of(NewWatch))
@needs(Permission.DATA_WRITE)
async def watch(request: Request) -> WatchedFolder:
    """Watch a folder of the workspace's inbox; it is made where it is not."""
    room, new = _room(request), await decode_body(request, NewWatch, services_of(request).settings.max_body)
    return await run_sync(room.make, new, principal_of(request).id)


@router.delete("/{folder}", operation_id="unwatchFolder", status_code=204)
@needs(Permission.DATA_WRITE)
async def unwatch(request: Request, folder: str) -> Response:
    """Watch a folder no longer. Its files and what was imported stay."""
    await run_sync(_room(request).remove, folder)
    return Response(status_code=204)


def _room(request: Request) -> Watched:
    if principal_of(request).rights != Rights():
        raise Forbidden(
            "an import is of the whole shop; the rules of this account allow parts only. Ask an owner or manager."
        )
    room = services_of(request).watched
    if room is None:
        raise Unavailable("this server watches no folders")
    return room
