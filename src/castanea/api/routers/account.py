"""One's own account: its sessions, passphrase and second factor."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from castanea.access import Permission
from castanea.api.account_models import (
    KeepFactor,
    NewFactorModel,
    PassphraseChange,
    Proof,
    QrModel,
    SessionInfoModel,
    SpareCodes,
)
from castanea.api.blocking import blocking
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.letting_in import address_of, put_out
from castanea.kit.qr import qr_code

router = APIRouter(prefix="/api/v1", route_class=GuardedRoute, tags=["access"])


@router.get("/sessions", operation_id="sessions")
@needs(Permission.SELF)
async def sessions(request: Request) -> list[SessionInfoModel]:
    """Where this account is signed in, the last used first."""
    principal = principal_of(request)
    kept = await blocking(services_of(request).sessions.of, principal.id)
    return [SessionInfoModel.of(each, here=each.id == principal.session_id) for each in kept]


@router.delete("/sessions/{session_id}", operation_id="endSession", status_code=204)
@needs(Permission.SELF)
async def end_session(request: Request, session_id: str) -> None:
    """End one of one's own sessions and its streams."""
    await blocking(services_of(request).sessions.end_own, principal_of(request).id, session_id)
    request.app.state.hub.close_streams({session_id})


@router.delete("/sessions", operation_id="signOutEverywhere", status_code=204)
@needs(Permission.SELF)
async def sign_out_everywhere(request: Request, response: Response) -> None:
    """End all sessions of this account, on every device, and their streams."""
    principal = principal_of(request)
    await blocking(services_of(request).sessions.end_all, principal.id)
    request.app.state.hub.end_account(principal.id)
    put_out(response)


@router.put("/me/passphrase", operation_id="changePassphrase", status_code=204)
@needs(Permission.SELF)
async def change_passphrase(request: Request, response: Response, body: PassphraseChange) -> None:
    """Change one's passphrase. All sessions of the account end, this one too: sign in again."""
    services, principal = services_of(request), principal_of(request)
    change = services.accounts.change_passphrase
    await request.app.state.sign_in_gate.run(change, principal.id, body.current, body.new, address_of(request))
    services.sessions.forget()
    request.app.state.hub.end_account(principal.id)
    put_out(response)


@router.post("/me/second-factor", operation_id="newSecondFactor")
@needs(Permission.SELF)
async def new_second_factor(request: Request) -> NewFactorModel:
    """A secret for an authenticator; nothing is kept until a code made with it comes back."""
    made = await blocking(services_of(request).accounts.new_factor, principal_of(request).id)
    code = await blocking(qr_code, made.address)
    return NewFactorModel(secret=made.secret, address=made.address, qr=QrModel(size=code.size, path=code.path))


@router.put("/me/second-factor", operation_id="keepSecondFactor")
@needs(Permission.SELF)
async def keep_second_factor(request: Request, body: KeepFactor) -> SpareCodes:
    """Ask for a code at sign-in from now on. The answer holds codes to fall back on, this once."""
    keep, account = services_of(request).accounts.keep_factor, principal_of(request).id
    given = (account, body.passphrase, address_of(request), body.secret, body.code)
    return SpareCodes(codes=await request.app.state.sign_in_gate.run(keep, *given))


@router.post("/me/second-factor/codes", operation_id="newSpareCodes")
@needs(Permission.SELF)
async def new_spare_codes(request: Request, body: Proof) -> SpareCodes:
    """New codes to fall back on; the old ones are worth nothing any more."""
    make, account = services_of(request).accounts.new_codes, principal_of(request).id
    gate = request.app.state.sign_in_gate
    return SpareCodes(codes=await gate.run(make, account, body.passphrase, address_of(request)))


@router.post("/me/second-factor/off", operation_id="takeSecondFactor", status_code=204)
@needs(Permission.SELF)
async def take_second_factor(request: Request, body: Proof) -> None:
    """No code at sign-in any more."""
    take, account = services_of(request).accounts.take_factor, principal_of(request).id
    await request.app.state.sign_in_gate.run(take, account, body.passphrase, address_of(request))
