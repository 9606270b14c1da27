"""Write keys: with them sources send events. Several, named, revocable; shown once, kept as hashes.

A key is `cwk_<id>_<secret>`; the secret is derived from the workspace's own secret and the id. So a signature can be checked without
the state holding anything to sign with: a copy of the state yields no key.
"""

from __future__ import annotations

import base64
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from castanea.access.keyring import Keyring, fingerprint
from castanea.access.permissions import OF_WRITE_KEY, Principal
from castanea.access.remembered import Remembered
from castanea.kit.clock import Clock, monotonic
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.state import Database, WriteKey

_KEY = re.compile(r"cwk_([0-9a-f]{16})_[0-9A-Za-z_-]{43}")
_NAME = re.compile(r"[^\x00-\x1f]{1,64}")
_TOUCH = timedelta(minutes=1)
_TRUST = 2.0


@dataclass(frozen=True)
class WriteKeyInfo:
    id: str
    name: str
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class CreatedKey:
    """`token` is shown once and kept nowhere."""

    info: WriteKeyInfo
    token: str

    def __repr__(self) -> str:
        return f"CreatedKey(info={self.info!r}, token='…')"


class WriteKeys:
    """All but `remembered` and `secret` block. What this process revokes is over at once, what another revokes after 2 seconds."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock
        self._remembered: Remembered[Principal] = Remembered(_TRUST, 1_000, monotonic)

    def create(self, name: str, by: str) -> CreatedKey:
        """A new key. Raises InputError for a bad name, Conflict when a standing key has the name."""
        name = name.strip()
        if not _NAME.fullmatch(name):
            raise InputError(
                f"{name!r} is no name for a write key; take 1 to 64 characters",
                code="write_key.bad_name",
                values={"name": name},
            )
        key_id = secrets.token_hex(8)
        token = self._token(key_id)
        now = self._clock.now()
        with self._database.write() as session:
            if session.scalar(select(WriteKey.id).where(WriteKey.name == name, WriteKey.revoked_at.is_(None))):
                raise Conflict(
                    f"there is a write key {name!r} already; take another name, or revoke that one first",
                    code="write_key.name_taken",
                    values={"name": name},
                )
            key = WriteKey(id=key_id, name=name, token_hash=fingerprint(token), created_at=now, created_by=by)
            session.add(key)
        return CreatedKey(_info(key), token)

    def list(self) -> list[WriteKeyInfo]:
        """All keys, newest first, revoked ones too."""
        with self._database.read() as session:
            keys = session.scalars(select(WriteKey).order_by(WriteKey.created_at.desc(), WriteKey.id)).all()
        return [_info(key) for key in keys]

    def revoke(self, key_id: str) -> WriteKeyInfo:
        """End a key at once; revoking again changes nothing. Raises NotFound."""
        with self._database.write() as session:
            key = session.get(WriteKey, key_id)
            if key is None:
                raise NotFound(
                    f"there is no write key {key_id!r}; list the keys to see them", code="write_key.not_found"
                )
            key.revoked_at = key.revoked_at or self._clock.now()
        self._remembered.clear()
        return _info(key)

    def remembered(self, token: str) -> Principal | None:
        """The key's principal, when it was looked up within the last 2 seconds; never blocks."""
        return self._remembered.get(fingerprint(token))

    def find(self, token: str) -> Principal | None:
        """The key's principal, or None when no standing key has this token."""
        matched = _KEY.fullmatch(token)
        return self.find_by_id(matched[1], fingerprint(token)) if matched else None

    def find_by_id(self, key_id: str, token_hash: bytes | None = None) -> Principal | None:
        """The principal of a standing key by its id (for signatures), and by its token's hash when that is given."""
        now = self._clock.now()
        mark = self._remembered.mark()
        with self._database.read() as session:
            key = session.get(WriteKey, key_id)
        if key is None or key.revoked_at is not None:
            return None
        if token_hash is not None and not hmac.compare_digest(token_hash, key.token_hash):
            return None
        if key.used_at is None or now - key.used_at >= _TOUCH:
            with self._database.write() as session:
                session.execute(update(WriteKey).where(WriteKey.id == key_id).values(used_at=now))
        principal = Principal("write_key", id=key.id, name=key.name, permissions=OF_WRITE_KEY)
        self._remembered.put(key.token_hash, principal, mark)
        return principal

    def secret(self, key_id: str) -> str:
        """What a sender with this key signs with: the whole key as it was shown."""
        return self._token(key_id)

    def _token(self, key_id: str) -> str:
        derived = self._keyring.derive("write-key", key_id)
        return f"cwk_{key_id}_{base64.urlsafe_b64encode(derived).decode().rstrip('=')}"


def _info(key: WriteKey) -> WriteKeyInfo:
    return WriteKeyInfo(key.id, key.name, key.created_at, key.used_at, key.revoked_at)
