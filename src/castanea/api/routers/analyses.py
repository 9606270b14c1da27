"""Analyses of what the warehouse holds: offered, run, watched, read, stopped."""

from __future__ import annotations

from dataclasses import replace

from anyio.to_thread import run_sync
from fastapi import APIRouter, Request, Response

from castanea.access import Permission
from castanea.access.permissions import Role
from castanea.api.bodies import decode_body
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.problems import locale_of
from castanea.api.schemas import body_of
from castanea.api.services import Analyses
from castanea.contracts.analysis import AnalysisJob, AnalysisOffer, AnalysisResult, AnalysisWish
from castanea.kit.errors import Unavailable
from castanea.kit.messages import say

router = APIRouter(prefix="/api/v1/analyses", route_class=GuardedRoute, tags=["analyses"])


@router.get("/offers", operation_id="analysisOffers")
@needs(Permission.NUMBERS_ASK)
async def offers(request: Request) -> list[AnalysisOffer]:
    """What can be asked, and what the reader's warehouse lacks for it."""
    return await _room(request).offers(principal_of(request).rights)


@router.get("", operation_id="analyses")
@needs(Permission.NUMBERS_ASK)
async def analyses(request: Request) -> list[AnalysisJob]:
    """The analyses that the reader may see, newest first."""
    return [_in_words(request, job) for job in _room(request).all(principal_of(request).rights)]


@router.post("", operation_id="runAnalysis", status_code=202, openapi_extra=body_of(AnalysisWish))
@needs(Permission.NUMBERS_ASK)
async def run(request: Request) -> AnalysisJob:
    """Run an analysis, on numbers that the reader may see."""
    wish = await decode_body(request, AnalysisWish, services_of(request).settings.max_body)
    principal = principal_of(request)
    return _room(request).begin(wish, principal.id, principal.rights)


@router.get("/{number}", operation_id="analysis")
@needs(Permission.NUMBERS_ASK)
async def one(request: Request, number: str) -> AnalysisJob:
    """How far an analysis is."""
    return _in_words(request, _room(request).get(number, principal_of(request).rights))


@router.get("/{number}/result", operation_id="analysisResult")
@needs(Permission.NUMBERS_ASK)
async def result(request: Request, number: str) -> AnalysisResult:
    """What came of it."""
    return await run_sync(_room(request).result, number, principal_of(request).rights)


@router.get("/{number}/table.csv.gz", operation_id="analysisTable", response_class=Response)
@needs(Permission.NUMBERS_ASK)
async def table(request: Request, number: str) -> Response:
    """The table that was analysed: `castanea analyze` says the same of it."""
    packed = await run_sync(_room(request).table, number, principal_of(request).rights)
    named = {"Content-Disposition": f'attachment; filename="analysis-{number[:8]}.csv.gz"'}
    return Response(packed, media_type="application/gzip", headers=named)


@router.post("/{number}/cancel", operation_id="cancelAnalysis")
@needs(Permission.NUMBERS_ASK)
async def cancel(request: Request, number: str) -> AnalysisJob:
    """Stop an analysis that is not over."""
    return _in_words(request, _room(request).cancel(number, principal_of(request).rights, _only(request)))


@router.delete("/{number}", operation_id="removeAnalysis", status_code=204)
@needs(Permission.NUMBERS_ASK)
async def remove(request: Request, number: str) -> Response:
    """Forget an analysis that is over."""
    _room(request).remove(number, principal_of(request).rights, _only(request))
    return Response(status_code=204)


def _only(request: Request) -> str:
    """Whose analyses the asker may stop and remove: an owner or manager anybody's, others their own."""
    principal = principal_of(request)
    return "" if principal.role in (Role.OWNER, Role.MANAGER) else principal.id


def _room(request: Request) -> Analyses:
    room = services_of(request).analyses
    if room is None:
        raise Unavailable("this server runs no analyses")
    return room


def _in_words(request: Request, job: AnalysisJob) -> AnalysisJob:
    if job.refused is None:
        return job
    values = {**job.refused.values, "message": job.refused.message}
    said = say(job.refused.code, locale_of(request), values, otherwise=job.refused.message)
    return replace(job, refused=replace(job.refused, message=said))
