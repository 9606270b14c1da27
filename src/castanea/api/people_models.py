"""Bodies and answers about people."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from castanea.access import InvitationInfo, Person, Rules, WallInfo
from castanea.access.preferences import Language, Theme
from castanea.access.rules import FigureClass
from castanea.api.models import Sent

RoleName = Literal["owner", "manager", "editor", "member", "viewer"]
Token = Field(min_length=20, max_length=100)


class RulesModel(Sent):
    """Empty lists bound nothing. `hidden`: cost (costs and margins), profit (profits)."""

    shops: list[str] = Field(default_factory=list, max_length=500)
    categories: list[str] = Field(default_factory=list, max_length=500)
    hidden: list[FigureClass] = Field(default_factory=list, max_length=2)

    def rules(self) -> Rules:
        return Rules(tuple(self.shops), tuple(self.categories), tuple(self.hidden))

    @classmethod
    def of(cls, rules: Rules) -> RulesModel:
        return cls(shops=list(rules.shops), categories=list(rules.categories), hidden=list(rules.hidden))


class PersonModel(BaseModel):
    """`rules`, `second_factor` and the times are null for those who do not manage people."""

    id: str
    name: str
    role: RoleName
    teams: list[str]
    disabled: bool
    rules: RulesModel | None = None
    second_factor: bool | None = None
    created_at: datetime | None = None
    seen_at: datetime | None = None

    @classmethod
    def of(cls, person: Person, *, whole: bool) -> PersonModel:
        told = cls(
            id=person.id,
            name=person.name,
            role=person.role.value,
            teams=list(person.teams),
            disabled=person.disabled_at is not None,
        )
        if whole:
            told.rules, told.second_factor = RulesModel.of(person.rules), person.second_factor
            told.created_at, told.seen_at = person.created_at, person.seen_at
        return told


class PersonChange(Sent):
    """What is left out stays."""

    role: RoleName | None = None
    rules: RulesModel | None = None
    teams: list[str] | None = Field(None, max_length=100)
    disabled: bool | None = None


class TeamName(Sent):
    name: str = Field(min_length=1, max_length=64)


class TeamModel(BaseModel):
    id: str
    name: str
    members: list[str]


class NewInvitation(Sent):
    role: RoleName = "member"
    rules: RulesModel = Field(default_factory=RulesModel)
    teams: list[str] = Field(default_factory=list, max_length=100)
    note: str = Field("", max_length=160, description="For whom it is; only those who manage people see it.")
    days: int = Field(7, ge=1, le=30)


class InvitationModel(BaseModel):
    id: str
    role: RoleName
    teams: list[str]
    note: str
    created_at: datetime
    expires_at: datetime
    state: Literal["open", "accepted", "revoked", "expired"]
    rules: RulesModel | None = None

    @classmethod
    def of(cls, kept: InvitationInfo, *, rules: bool = True) -> InvitationModel:
        return cls(
            id=kept.id if rules else "",
            role=kept.role.value,
            teams=list(kept.teams) if rules else [],
            note=kept.note if rules else "",
            created_at=kept.created_at,
            expires_at=kept.expires_at,
            state=kept.state,  # type: ignore[arg-type]
            rules=RulesModel.of(kept.rules) if rules else None,
        )


class NewLink(BaseModel):
    """`path` goes behind the server's address; what follows the # never reaches a log."""

    id: str
    path: str


class LinkToken(Sent):
    token: str = Token


class Accept(Sent):
    token: str = Token
    name: str = Field(min_length=1, max_length=64)
    passphrase: str = Field(min_length=1, max_length=256)


class NewWall(Sent):
    name: str = Field(min_length=1, max_length=64)
    board: str = Field(min_length=1, max_length=64)
    rules: RulesModel | None = None
    language: Language = ""
    theme: Theme = "dark"


class WallModel(BaseModel):
    id: str
    name: str
    board: str
    rules: RulesModel
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None

    @classmethod
    def of(cls, kept: WallInfo) -> WallModel:
        rules = RulesModel.of(kept.rules)
        return cls(
            id=kept.id,
            name=kept.name,
            board=kept.board,
            rules=rules,
            created_at=kept.created_at,
            used_at=kept.used_at,
            revoked_at=kept.revoked_at,
        )


class SharesModel(Sent):
    subjects: list[str] = Field(max_length=200, description="`team:<id>` or `account:<id>`.")


class NewFactorModel(BaseModel):
    """`address` is for the authenticator, as a QR code."""

    secret: str
    address: str


class KeepFactor(Sent):
    secret: str = Field(pattern="^[A-Z2-7]{32}$")
    code: str = Field(min_length=6, max_length=16)
    passphrase: str = Field(min_length=1, max_length=256)


class SpareCodes(BaseModel):
    """Each is good for one sign-in; shown this once."""

    codes: list[str]


class Proof(Sent):
    passphrase: str = Field(min_length=1, max_length=256)
