"""Files brought through the browser: kept, looked at as they will be read, imported as a job that goes on without the page."""

from __future__ import annotations

from dataclasses import replace
from typing import TypeVar

from fastapi import APIRouter, Query, Request, Response

from castanea.access import Forbidden, Permission, Role
from castanea.api.bodies import decode_body
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.models import KeptFormat
from castanea.api.problems import locale_of
from castanea.api.schemas import body_of
from castanea.api.services import Uploads
from castanea.contracts.importing import FileLook, ImportJob, ImportWish
from castanea.contracts.query import Rights
from castanea.kit.errors import NotFound, Unavailable
from castanea.kit.messages import say

Told = TypeVar("Told", ImportJob, FileLook)
router = APIRouter(prefix="/api/v1/uploads", route_class=GuardedRoute, tags=["data"])


@router.get("", operation_id="uploads")
@needs(Permission.DATA_WRITE)
async def uploads(request: Request) -> list[ImportJob]:
    """The files that this account brought, those of watched folders, and how far their imports are, newest first; an owner sees everybody's."""
    return [_in_words(request, job) for job in _room(request).all() if _is_shown(request, job)]


@router.post(
    "",
    operation_id="upload",
    status_code=201,
    openapi_extra={"requestBody": {"required": True, "content": {"application/octet-stream": {}}}},
)
@needs(Permission.DATA_WRITE)
async def upload(request: Request, name: str = Query(max_length=400, description="The file's name.")) -> ImportJob:
    """Bring a file: its bytes are the body. Nothing is imported yet."""
    room = _room(request)
    return await room.upload(name, principal_of(request).id, request.stream(), services_of(request).settings.max_upload)


@router.get("/{number}", operation_id="uploadState")
@needs(Permission.DATA_WRITE)
async def state(request: Request, number: str) -> ImportJob:
    """How far an import is, and what became of its rows."""
    return _in_words(request, _mine(request, number))


@router.post("/{number}/look", operation_id="lookAtUpload", openapi_extra=body_of(ImportWish))
@needs(Permission.DATA_WRITE)
async def look(request: Request, number: str) -> FileLook:
    """How the file will be read, every guess with its confidence, and what its sampled rows become. What is wished overrides guesses."""
    _mine(request, number)
    return _in_words(request, await _room(request).look(number, await _wish(request)))


@router.post("/{number}/import", operation_id="importUpload", status_code=202, openapi_extra=body_of(ImportWish))
@needs(Permission.DATA_WRITE)
async def import_upload(request: Request, number: str) -> ImportJob:
    """Import the file when its turn comes; ask its state for progress."""
    _mine(request, number)
    return _room(request).begin(number, await _wish(request))


@router.post("/{number}/cancel", operation_id="cancelUpload")
@needs(Permission.DATA_WRITE)
async def cancel(request: Request, number: str) -> ImportJob:
    """Stop an import after the rows under way. What was landed stays; undo the import to take it back."""
    _mine(request, number)
    return _room(request).cancel(number)


@router.post("/{number}/format", operation_id="keepFormat", openapi_extra=body_of(ImportWish))
@needs(Permission.DATA_WRITE)
async def keep_format(
    request: Request, number: str, name: str = Query(max_length=62, description="Small letters, digits and _.")
) -> KeptFormat:
    """Keep how the file is read, as a format of this workspace, so that the next one is known."""
    _mine(request, number)
    return KeptFormat(name=await _room(request).keep_format(number, await _wish(request), name))


@router.delete("/{number}", operation_id="removeUpload", status_code=204)
@needs(Permission.DATA_WRITE)
async def remove(request: Request, number: str) -> Response:
    """Remove an uploaded file with its report; what was imported stays."""
    _mine(request, number)
    _room(request).remove(number)
    return Response(status_code=204)


def _room(request: Request) -> Uploads:
    principal = principal_of(request)
    if principal.rights != Rights():
        raise Forbidden(
            "an import is of the whole shop; the rules of this account allow parts only. Ask an owner or manager."
        )
    room = services_of(request).uploads
    if room is None:
        raise Unavailable("this server takes no files")
    return room


def _mine(request: Request, number: str) -> ImportJob:
    """Raises NotFound for another's upload too: a file that somebody brought is theirs."""
    job = _room(request).get(number)
    if not _is_shown(request, job):
        raise NotFound(
            "there is no such upload; it was removed, or never was. Bring the file again", code="upload.not_found"
        )
    return job


def _in_words(request: Request, told: Told) -> Told:
    """With the reason of a refusal in the reader's language."""
    if told.refused is None:
        return told
    values = {**told.refused.values, "message": told.refused.message}
    said = say(told.refused.code, locale_of(request), values, otherwise=told.refused.message)
    return replace(told, refused=replace(told.refused, message=said))


def _is_shown(request: Request, job: ImportJob) -> bool:
    principal = principal_of(request)
    return principal.role is Role.OWNER or job.by == principal.id or bool(job.watched)


async def _wish(request: Request) -> ImportWish:
    return await decode_body(request, ImportWish, services_of(request).settings.max_body)
