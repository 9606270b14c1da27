"""Write keys: made, listed, revoked."""

from __future__ import annotations

import anyio.to_thread
from fastapi import APIRouter, Request

from castanea.access import Permission, WriteKeyInfo
from castanea.api.guard import GuardedRoute, needs, principal_of, services_of
from castanea.api.models import NewWriteKey, WriteKeyModel, WriteKeyName

router = APIRouter(prefix="/api/v1/write-keys", route_class=GuardedRoute, tags=["intake"])


@router.get("", operation_id="writeKeys")
@needs(Permission.KEYS_MANAGE)
async def write_keys(request: Request) -> list[WriteKeyModel]:
    """All write keys, newest first, revoked ones too."""
    keys = await anyio.to_thread.run_sync(services_of(request).write_keys.list)
    return [_model(key) for key in keys]


@router.post("", operation_id="createWriteKey", status_code=201)
@needs(Permission.KEYS_MANAGE)
async def create_write_key(request: Request, body: WriteKeyName) -> NewWriteKey:
    """Make a write key. Its token is in this answer and nowhere else."""
    create = services_of(request).write_keys.create
    created = await anyio.to_thread.run_sync(create, body.name, principal_of(request).id)
    return NewWriteKey(key=_model(created.info), token=created.token)


@router.delete("/{key_id}", operation_id="revokeWriteKey")
@needs(Permission.KEYS_MANAGE)
async def revoke_write_key(request: Request, key_id: str) -> WriteKeyModel:
    """Revoke a write key at once."""
    return _model(await anyio.to_thread.run_sync(services_of(request).write_keys.revoke, key_id))


def _model(key: WriteKeyInfo) -> WriteKeyModel:
    return WriteKeyModel(
        id=key.id, name=key.name, created_at=key.created_at, used_at=key.used_at, revoked_at=key.revoked_at
    )
