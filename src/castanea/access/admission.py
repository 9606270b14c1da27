"""Who comes from a provider of identities: let in or not, as what, into which account."""

from __future__ import annotations

import re
import uuid
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session as DatabaseSession

from castanea.access.accounts import Accounts, Profile
from castanea.access.permissions import Role
from castanea.access.preferences import Preferences
from castanea.access.provider import ProviderProblem
from castanea.contracts.identity import Identity, ProviderSettings
from castanea.kit.clock import Clock
from castanea.state import Account, Database, Session
from castanea.state import Identity as Kept

_UNFIT = re.compile(r"[\s\x00-\x1f]+")
LONGEST_NAME = 56  # leaves room for a number behind it


class Admission:
    """Blocks. An account is found by issuer and subject alone, never by a name or an e-mail address that somebody else may hold."""

    def __init__(self, settings: ProviderSettings, database: Database, accounts: Accounts, clock: Clock) -> None:
        self._settings, self._database, self._accounts, self._clock = settings, database, accounts, clock

    def admit(self, identity: Identity) -> Profile:
        """The account of an identity, made when it is new. Where groups decide about roles they do so at every sign-in. Raises
        ProviderProblem (not_allowed, account_off)."""
        role = self._role_of(identity)
        with self._database.write() as session:
            known = session.get(Kept, (identity.issuer, identity.subject))
            if known is None:
                account_id = self._made(session, identity, role)
            else:
                account_id = known.account_id
                self._keep_role(session, session.get_one(Account, account_id), role)
        return self._accounts.profile(account_id)

    def _role_of(self, identity: Identity) -> Role:
        settings = self._settings
        domain = identity.email.rpartition("@")[2]
        of_groups = [Role(settings.roles[group]) for group in identity.groups if group in settings.roles]
        if settings.domains and "*" not in settings.domains and domain not in settings.domains:
            raise _not_allowed()
        if of_groups:
            return min(of_groups, key=list(Role).index)
        if not settings.role:
            raise _not_allowed()
        return Role(settings.role)

    def _made(self, session: DatabaseSession, identity: Identity, role: Role) -> str:
        now = self._clock.now()
        account = Account(
            id=uuid.uuid4().hex, name=_free_name(session, identity.name), role=role.value, passphrase_hash="",
            preferences=Preferences().to_state(), created_at=now, passphrase_at=now, disabled_at=None, rules={}, recovery=[], totp_step=0,
        )  # fmt: skip
        session.add(account)
        session.flush()
        session.add(Kept(issuer=identity.issuer, subject=identity.subject, account_id=account.id))
        return account.id

    def _keep_role(self, session: DatabaseSession, account: Account, role: Role) -> None:
        _check_on(account.disabled_at)
        if self._settings.roles and Role(account.role) is not Role.OWNER and account.role != role.value:
            account.role = role.value
            session.execute(delete(Session).where(Session.account_id == account.id))


def _check_on(disabled_at: datetime | None) -> None:
    if disabled_at is not None:
        raise ProviderProblem("this account was put out; ask the owner", code="provider.account_off")


def _not_allowed() -> ProviderProblem:
    return ProviderProblem("nobody let this identity in here; ask the owner", code="provider.not_allowed")


def _free_name(session: DatabaseSession, wanted: str) -> str:
    """A name that nobody has yet, near to the wanted one."""
    base = _UNFIT.sub("-", wanted.strip().lower()).partition("@")[0][:LONGEST_NAME].strip("-") or "guest"
    taken = set(session.scalars(select(Account.name).where(Account.name.startswith(base, autoescape=True))))
    return next(name for n in range(1, len(taken) + 2) if (name := base if n == 1 else f"{base}-{n}") not in taken)
