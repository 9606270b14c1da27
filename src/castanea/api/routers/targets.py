"""Targets: what metrics should come to, how far they have come, and every change of them."""

from __future__ import annotations

import contextlib
from dataclasses import fields, replace

import msgspec
from anyio.to_thread import run_sync
from fastapi import APIRouter, Request

from castanea.access import Permission
from castanea.api.bodies import decode_body
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.problems import locale_of
from castanea.api.schemas import body_of
from castanea.api.target_models import CurveFile, OpenedTarget, TargetFile, TargetList, TargetsRead
from castanea.contracts.target import CurveDay, Target, TargetProgress
from castanea.kit.errors import CastaneaError, Conflict, InputError, NotFound
from castanea.kit.messages import say, say_error
from castanea.targets import CsvFault, KeptTarget, NewTarget, TargetEdit, check_target, read_curve, read_targets

router = APIRouter(prefix="/api/v1/targets", route_class=GuardedRoute, tags=["targets"])


@router.get("", operation_id="targets")
@needs(Permission.TARGETS_READ)
async def targets(request: Request, archived: bool = False) -> TargetList:
    """The targets whose figures the reader may see, with how far they have come as of now."""
    kept = await run_sync(lambda: services_of(request).targets.all(archived=archived))
    return TargetList(await _progress(request, [each.target for each in kept]), await _teams(request))


@router.post("", operation_id="makeTarget", status_code=201, openapi_extra=body_of(NewTarget))
@needs(Permission.TARGETS_EDIT)
async def make(request: Request) -> KeptTarget:
    """Set a target."""
    asked = await decode_body(request, NewTarget, services_of(request).settings.max_body)
    named = await _checked(request, asked)
    by = principal_of(request).id
    kept = await run_sync(services_of(request).targets.make, named, by)
    await _tell(request)
    return kept


@router.post("/import", operation_id="importTargets")
@needs(Permission.TARGETS_EDIT)
async def bring(request: Request, body: TargetFile) -> TargetsRead:
    """Read targets from CSV. Those that are there (same metric, scope and period) are changed; with a fault nothing is kept."""
    teams = {name: number for number, name in (await _teams(request)).items()}
    read = await run_sync(read_targets, body.text, teams)
    locale = locale_of(request)
    faults = [replace(fault, message=say(fault.code, locale, fault.values, fault.message)) for fault in read.faults]
    good = []
    for line in read.lines:
        try:
            good.append(await _checked(request, line.target))
        except InputError as refused:
            values = {name: str(value) for name, value in refused.values.items()}
            faults.append(CsvFault(line.line, refused.code, say_error(refused, locale), values))
    if faults or not body.keep:
        return TargetsRead(len(read.lines), sorted(faults, key=lambda fault: fault.line), 0, 0, kept=False)
    by = principal_of(request).id
    made, changed = await run_sync(services_of(request).targets.import_all, good, by)
    await _tell(request)
    return TargetsRead(len(good), [], made, changed, kept=True)


@router.post("/curve", operation_id="readCurve")
@needs(Permission.TARGETS_EDIT)
async def curve(request: Request, body: CurveFile) -> list[CurveDay]:  # noqa: ARG001
    """Read a curve from lines of a day and a value. Nothing is kept."""
    return list(await run_sync(read_curve, body.text))


@router.get("/{target}", operation_id="target")
@needs(Permission.TARGETS_READ)
async def opened(request: Request, target: str) -> OpenedTarget:
    """A target day by day, with its history."""
    services = services_of(request)
    kept = await _shown(request, target)
    told = await _progress(request, [kept.target], with_days=True)
    history = await run_sync(services.targets.history, target)
    names = {person.id: person.name for person in await run_sync(services.people.all)}
    by = {change.by for change in history}
    return OpenedTarget(
        told[0], kept.archived, history, await _teams(request), {i: n for i, n in names.items() if i in by}
    )


@router.patch("/{target}", operation_id="changeTarget", openapi_extra=body_of(TargetEdit))
@needs(Permission.TARGETS_EDIT)
async def change(request: Request, target: str) -> KeptTarget:
    """Change a target, or put it into the archive. 409 when somebody else changed it since `base`."""
    services, by = services_of(request), principal_of(request).id
    await _shown(request, target)
    edit = await decode_body(request, TargetEdit, services.settings.max_body)
    if edit.target is not None:
        edit = TargetEdit(edit.base, await _checked(request, edit.target), edit.archived)
    try:
        kept = await run_sync(services.targets.change, target, edit, by)
    except Conflict as conflict:
        names = {person.id: person.name for person in await run_sync(services.people.all)}
        conflict.values["by"] = names.get(str(conflict.values.get("by", "")), "")
        raise
    await _tell(request)
    return kept


async def _progress(request: Request, wanted: list[Target], *, with_days: bool = False) -> list[TargetProgress]:
    if not wanted:
        return []
    told = await services_of(request).link.target_progress(wanted, principal_of(request).rights, with_days=with_days)
    return msgspec.json.decode(told, type=list[TargetProgress])


async def _shown(request: Request, target: str) -> KeptTarget:
    """Raises NotFound for a target whose figures the reader may not see, as for one that is not."""
    kept = await run_sync(services_of(request).targets.get, target)
    if not await _progress(request, [kept.target]):
        raise NotFound(f"there is no target {target!r}", code="target.not_shown", values={"target": target})
    return kept


async def _checked(request: Request, new: NewTarget) -> NewTarget:
    """As it can be kept, with the names as the catalogue writes them. Raises InputError."""
    new = check_target(new)
    values = {each.name: getattr(new, each.name) for each in fields(NewTarget)}
    named = await services_of(request).link.check_target(Target(id="", **values), principal_of(request).rights)
    return NewTarget(**{**values, "metric": named.metric, "where": named.where})


async def _teams(request: Request) -> dict[str, str]:
    return {team.id: team.name for team in await run_sync(services_of(request).teams.all)}


async def _tell(request: Request) -> None:
    """Tiles follow at once; while the warehouse process is away it is told when it is back."""
    services = services_of(request)
    with contextlib.suppress(CastaneaError):
        await services.link.know_targets(await run_sync(services.targets.living))
