"""What all links that let somebody in have in common: a token that is shown once and kept as its fingerprint alone."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass

from castanea.access.keyring import fingerprint

__all__ = ["Made", "fingerprint", "new_link"]


@dataclass(frozen=True)
class Made:
    """A new link's number and its token, which is shown once and kept nowhere."""

    id: str
    token: str

    def __repr__(self) -> str:
        return f"Made(id={self.id!r}, token='…')"

    @property
    def fingerprint(self) -> bytes:
        """As the token is kept."""
        return fingerprint(self.token)


def new_link() -> Made:
    """A token of 256 random bits."""
    return Made(uuid.uuid4().hex, secrets.token_urlsafe(32))
