"""Accounts and their sign-in."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from castanea.access import passphrases
from castanea.access.attempts import Attempts
from castanea.access.errors import SignInFailed
from castanea.access.keyring import Keyring
from castanea.access.permissions import Role
from castanea.access.preferences import Preferences
from castanea.kit.clock import Clock
from castanea.kit.errors import InputError, NotFound
from castanea.state import Account, Database, Session

_NAME = re.compile(r"[^\s\x00-\x1f]{1,64}")


@dataclass(frozen=True)
class OneTimePassphrase:
    """A passphrase that was just made; shown once, kept nowhere."""

    name: str
    passphrase: str

    def __repr__(self) -> str:
        return f"OneTimePassphrase(name={self.name!r}, passphrase='…')"


@dataclass(frozen=True)
class Profile:
    id: str
    name: str
    role: Role
    preferences: Preferences


class Accounts:
    """All methods block (a database, and Argon2id for tens of milliseconds): call them in a worker thread."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._passphrases = passphrases.Passphrases()
        self._attempts = Attempts(database, keyring, clock)

    def ensure_owner(self, name: str = "owner") -> OneTimePassphrase | None:
        """Make the owner's account when there is none yet, with a generated passphrase; None when there is one."""
        name = clean_name(name)
        with self._database.read() as session:
            if session.scalar(select(func.count()).select_from(Account)):
                return None
        passphrase = passphrases.generate()
        hashed = self._passphrases.hash(passphrase)
        now = self._clock.now()
        with self._database.write() as session:
            if session.scalar(select(func.count()).select_from(Account)):
                return None
            session.add(
                Account(
                    id=uuid.uuid4().hex,
                    name=name,
                    role=Role.OWNER,
                    passphrase_hash=hashed,
                    preferences=Preferences().to_state(),
                    created_at=now,
                    passphrase_at=now,
                )
            )
        return OneTimePassphrase(name, passphrase)

    def sign_in(self, name: str, passphrase: str, address: str) -> Profile:
        """The account of a name and its passphrase.

        Raises SignInFailed (never saying whether the account exists), TooManyAttempts after five failures in 15 minutes.
        """
        name = name.strip().lower()
        attempt = self._attempts.begin(name, address)
        with self._database.read() as session:
            account = session.scalar(select(Account).where(Account.name == name, Account.disabled_at.is_(None)))
        if not self._passphrases.verify(passphrase, account.passphrase_hash if account else None) or account is None:
            raise SignInFailed("the name or the passphrase is wrong; check both and try again")
        self._attempts.succeeded(attempt)
        return _profile(account)

    def profile(self, account_id: str) -> Profile:
        """Raises NotFound when the account is gone or disabled."""
        with self._database.read() as session:
            account = session.get(Account, account_id)
        if account is None or account.disabled_at is not None:
            raise NotFound("this account no longer exists; sign in again", code="access.account_gone")
        return _profile(account)

    def set_preferences(self, account_id: str, preferences: Preferences) -> Profile:
        with self._database.write() as session:
            account = session.get(Account, account_id)
            if account is None:
                raise NotFound("this account no longer exists; sign in again", code="access.account_gone")
            account.preferences = preferences.to_state()
        return _profile(account)

    def change_passphrase(self, account_id: str, current: str, new: str, address: str) -> None:
        """Raises SignInFailed when `current` is wrong, InputError when `new` is too short or too long. Ends all sessions."""
        _check_strength(new)
        profile = self.profile(account_id)
        self.sign_in(profile.name, current, address)
        self._store(account_id, self._passphrases.hash(new))

    def reset_passphrase(self, name: str) -> OneTimePassphrase:
        """Give the account a new generated passphrase and end all its sessions (for the command line)."""
        with self._database.read() as session:
            account = session.scalar(select(Account).where(Account.name == name.strip().lower()))
            names = ", ".join(session.scalars(select(Account.name).order_by(Account.name)))
        if account is None:
            raise NotFound(
                f"there is no account {name!r}; there are: {names or 'none yet'}",
                code="access.no_such_account",
                values={"name": name, "names": names},
            )
        passphrase = passphrases.generate()
        self._store(account.id, self._passphrases.hash(passphrase))
        return OneTimePassphrase(account.name, passphrase)

    def _store(self, account_id: str, hashed: str) -> None:
        with self._database.write() as session:
            account = session.get_one(Account, account_id)
            account.passphrase_hash = hashed
            account.passphrase_at = self._clock.now()
            session.execute(delete(Session).where(Session.account_id == account_id))


def clean_name(name: str) -> str:
    """The name as it is kept. Raises InputError."""
    cleaned = name.strip().lower()
    if not _NAME.fullmatch(cleaned):
        raise InputError(
            f"{name!r} is no account name; take 1 to 64 characters without spaces",
            code="access.bad_name",
            values={"name": name},
        )
    return cleaned


def _check_strength(passphrase: str) -> None:
    if not passphrases.SHORTEST <= len(passphrase) <= passphrases.LONGEST:
        raise InputError(
            f"a passphrase has {passphrases.SHORTEST} to {passphrases.LONGEST} characters; nothing was changed; take a longer or shorter one",
            code="access.passphrase_length",
            values={"shortest": passphrases.SHORTEST, "longest": passphrases.LONGEST},
        )


def _profile(account: Account) -> Profile:
    return Profile(account.id, account.name, Role(account.role), Preferences.from_state(account.preferences))
