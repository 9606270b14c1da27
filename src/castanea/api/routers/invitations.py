"""Invitations: made and revoked by those who manage people, accepted by whoever holds the link."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from castanea.access import Permission
from castanea.api.blocking import blocking
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.letting_in import let_in
from castanea.api.models import SessionModel
from castanea.api.people_models import Accept, InvitationModel, LinkToken, NewInvitation, NewLink, OfferModel

router = APIRouter(prefix="/api/v1/invitations", route_class=GuardedRoute, tags=["people"])


@router.get("", operation_id="invitations")
@needs(Permission.PEOPLE_MANAGE)
async def invitations(request: Request) -> list[InvitationModel]:
    """All invitations, newest first."""
    return [InvitationModel.of(each) for each in await blocking(services_of(request).invitations.list)]


@router.post("", operation_id="invite", status_code=201)
@needs(Permission.PEOPLE_MANAGE)
async def invite(request: Request, body: NewInvitation) -> NewLink:
    """Make an invitation. Its link is in this answer and nowhere else."""
    make = services_of(request).invitations.make
    made = await blocking(make, principal_of(request), **body.terms())
    return NewLink(id=made.id, path=f"/invitation#{made.token}")


@router.delete("/{invitation_id}", operation_id="revokeInvitation", status_code=204)
@needs(Permission.PEOPLE_MANAGE)
async def revoke_invitation(request: Request, invitation_id: str) -> None:
    """Make an invitation worthless at once."""
    await blocking(services_of(request).invitations.revoke, invitation_id)


@router.post("/look", operation_id="lookAtInvitation")
@needs(Permission.PUBLIC)
async def look(request: Request, body: LinkToken) -> OfferModel:
    """What an invitation offers to who holds its link."""
    services = services_of(request)
    found = await request.app.state.sign_in_gate.run(services.invitations.look, body.token)
    return OfferModel(workspace=services.workspace.settings.name, role=found.role.value, expires_at=found.expires_at)


@router.post("/accept", operation_id="acceptInvitation", status_code=201)
@needs(Permission.PUBLIC)
async def accept(request: Request, response: Response, body: Accept) -> SessionModel:
    """Make the account that an invitation offers, and sign in with it."""
    take, gate = services_of(request).invitations.accept, request.app.state.sign_in_gate
    return await let_in(request, response, await gate.run(take, body.token, body.name, body.passphrase))
