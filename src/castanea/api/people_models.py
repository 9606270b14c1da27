"""Bodies and answers about people."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field

from castanea.access import Change, InvitationInfo, Person, Role, Rules, Sight, TeamInfo, WallInfo
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


class SightModel(BaseModel):
    """What is seen where all rules hold together. `shops` and `categories`: null = all, empty = none at all."""

    shops: list[str] | None
    categories: list[str] | None
    hidden: list[FigureClass]

    @classmethod
    def of(cls, sight: Sight) -> SightModel:
        shops, categories = (None if each is None else sorted(each) for each in (sight.shops, sight.categories))
        return cls(shops=shops, categories=categories, hidden=sorted(sight.hidden))


class PersonModel(BaseModel):
    """`rules` are their own; `sight` is what these and their teams' rules leave. Both, `second_factor` and the times are null for those
    who do not manage people."""

    id: str
    name: str
    role: RoleName
    teams: list[str]
    disabled: bool
    rules: RulesModel | None = None
    sight: SightModel | None = None
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
            told.rules, told.sight = RulesModel.of(person.rules), SightModel.of(person.sight)
            told.second_factor = person.second_factor
            told.created_at, told.seen_at = person.created_at, person.seen_at
        return told


class PersonChange(Sent):
    """What is left out stays."""

    role: RoleName | None = None
    rules: RulesModel | None = None
    teams: list[str] | None = Field(None, max_length=100)
    disabled: bool | None = None

    def change(self) -> Change:
        return Change(
            None if self.role is None else Role(self.role),
            None if self.rules is None else self.rules.rules(),
            None if self.teams is None else tuple(self.teams),
            self.disabled,
        )


class TeamChange(Sent):
    """Without `rules` they stay."""

    name: str = Field(min_length=1, max_length=64)
    rules: RulesModel | None = None

    def kept(self) -> Rules | None:
        return None if self.rules is None else self.rules.rules()


class TeamModel(BaseModel):
    """`rules` hold for all its people, beside each one's own; null for those who do not manage people."""

    id: str
    name: str
    members: list[str]
    rules: RulesModel | None = None

    @classmethod
    def of(cls, team: TeamInfo, *, whole: bool) -> TeamModel:
        rules = RulesModel.of(team.rules) if whole else None
        return cls(id=team.id, name=team.name, members=list(team.members), rules=rules)


class NewInvitation(Sent):
    role: RoleName = "member"
    rules: RulesModel = Field(default_factory=RulesModel)
    teams: list[str] = Field(default_factory=list, max_length=100)
    note: str = Field("", max_length=160, description="For whom it is; only those who manage people see it.")
    days: int = Field(7, ge=1, le=30)

    def terms(self) -> dict[str, Any]:
        """As `Invitations.make` takes them."""
        return {
            "role": Role(self.role),
            "rules": self.rules.rules(),
            "teams": tuple(self.teams),
            "note": self.note,
            "days": self.days,
        }


class OfferModel(BaseModel):
    """What somebody learns who holds an invitation's link."""

    workspace: str
    role: RoleName
    expires_at: datetime


class InvitationModel(BaseModel):
    id: str
    role: RoleName
    teams: list[str]
    note: str
    created_at: datetime
    expires_at: datetime
    state: Literal["open", "accepted", "revoked", "expired"]
    rules: RulesModel

    @classmethod
    def of(cls, kept: InvitationInfo) -> InvitationModel:
        return cls(
            id=kept.id,
            role=kept.role.value,
            teams=list(kept.teams),
            note=kept.note,
            created_at=kept.created_at,
            expires_at=kept.expires_at,
            state=kept.state,  # type: ignore[arg-type]
            rules=RulesModel.of(kept.rules),
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
    rules: RulesModel = Field(default_factory=RulesModel)
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
