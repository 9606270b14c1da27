"""Bodies and answers about one's own account."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from castanea.access import SessionInfo
from castanea.api.models import Sent


class PassphraseChange(Sent):
    current: str = Field(min_length=1, max_length=256)
    new: str = Field(min_length=1, max_length=256)


class SessionInfoModel(BaseModel):
    """`agent` is what the browser called itself; `here` marks the session that asks."""

    id: str
    created_at: datetime
    seen_at: datetime
    agent: str
    here: bool

    @classmethod
    def of(cls, kept: SessionInfo, *, here: bool) -> SessionInfoModel:
        return cls(id=kept.id, created_at=kept.created_at, seen_at=kept.seen_at, agent=kept.agent, here=here)


class QrModel(BaseModel):
    """Dark cells as an SVG path in a square of `size` × `size` cells, its quiet zone included."""

    size: int
    path: str


class NewFactorModel(BaseModel):
    """`address` is for the authenticator; `qr` is its picture."""

    secret: str
    address: str
    qr: QrModel


class KeepFactor(Sent):
    secret: str = Field(pattern="^[A-Z2-7]{32}$")
    code: str = Field(min_length=6, max_length=16)
    passphrase: str = Field(min_length=1, max_length=256)


class SpareCodes(BaseModel):
    """Each is good for one sign-in; shown this once."""

    codes: list[str]


class Proof(Sent):
    passphrase: str = Field(min_length=1, max_length=256)
