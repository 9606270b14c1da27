"""Accounts and their sign-in."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from sqlalchemy import delete, func, select

from castanea.access import passphrases
from castanea.access.attempts import Attempts
from castanea.access.errors import CodeNeeded, SignInFailed, WrongPassphrase
from castanea.access.keyring import Keyring
from castanea.access.permissions import Role
from castanea.access.preferences import Preferences
from castanea.access.second_factor import NewFactor, SecondFactor
from castanea.kit.clock import Clock
from castanea.kit.errors import Conflict, InputError, NotFound
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
    """`codes_left`: codes to fall back on that were not used; None without a second factor. `passphrase`: whether there is one (else the
    account is reached through a provider of identities alone)."""

    id: str
    name: str
    role: Role
    preferences: Preferences
    codes_left: int | None = None
    passphrase: bool = True


class Accounts:
    """All methods block (a database, and Argon2id for tens of milliseconds): call them in a worker thread."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._passphrases = passphrases.Passphrases()
        self._attempts = Attempts(database, keyring, clock)
        self._factor = SecondFactor(keyring, clock)

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
                    rules={},
                    recovery=[],
                    totp_step=0,
                )
            )
        return OneTimePassphrase(name, passphrase)

    def sign_in(self, name: str, passphrase: str, address: str, code: str = "") -> Profile:
        """The account of a name and its passphrase, and of a code where it has a second factor.

        Raises SignInFailed (never saying whether the account exists), CodeNeeded, TooManyAttempts after five failures in 15 minutes.
        """
        name = name.strip().lower()
        attempt = self._attempts.begin(name, address)
        with self._database.read() as session:
            account = session.scalar(select(Account).where(Account.name == name, Account.disabled_at.is_(None)))
        if not self._passphrases.verify(passphrase, account.passphrase_hash if account else "") or account is None:
            raise SignInFailed("the name or the passphrase is wrong; check both and try again")
        if account.totp_sealed is not None:
            if not code:
                self._attempts.succeeded(attempt)
                raise CodeNeeded("this account has a second factor; send its code too")
            self._use_code(account.id, code)
        self._attempts.succeeded(attempt)
        return self.profile(account.id)

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
        """Raises WrongPassphrase when `current` is wrong, InputError when `new` is too short or too long. Ends all sessions."""
        _check_strength(new)
        self._prove(self.profile(account_id).name, current, address)
        self._store(account_id, self._passphrases.hash(new))

    def hashed(self, passphrase: str) -> str:
        """The hash of a new passphrase. Raises InputError when it is too short or too long."""
        _check_strength(passphrase)
        return self._passphrases.hash(passphrase)

    # The second factor

    def new_factor(self, account_id: str) -> NewFactor:
        """A secret for an authenticator; nothing is kept yet."""
        return self._factor.new(self.profile(account_id).name)

    def keep_factor(self, account_id: str, passphrase: str, address: str, secret: str, code: str) -> list[str]:
        """Set the second factor; returns the codes to fall back on, shown once. Raises WrongPassphrase, InputError
        for a code that the secret does not make, Conflict when there is a factor already."""
        profile = self.profile(account_id)
        if not self._factor.fits(secret, code):
            raise InputError(
                "the code does not fit; check the clock of your phone and take the code it shows now",
                code="access.code_wrong",
            )
        self._prove(profile.name, passphrase, address)
        with self._database.write() as session:
            account = session.get_one(Account, account_id)
            if account.totp_sealed is not None:
                raise Conflict("there is a second factor already; take it away first", code="access.factor_kept")
            return self._factor.keep(account, secret)

    def new_codes(self, account_id: str, passphrase: str, address: str) -> list[str]:
        """New codes to fall back on in the place of the old ones. Raises WrongPassphrase, Conflict without a second
        factor."""
        self._prove(self.profile(account_id).name, passphrase, address)
        with self._database.write() as session:
            account = session.get_one(Account, account_id)
            if account.totp_sealed is None:
                raise Conflict("this account has no second factor", code="access.no_factor")
            return self._factor.renew_codes(account)

    def take_factor(self, account_id: str, passphrase: str, address: str) -> None:
        """Take the second factor away. Raises WrongPassphrase."""
        self._prove(self.profile(account_id).name, passphrase, address)
        with self._database.write() as session:
            account = session.get_one(Account, account_id)
            account.totp_sealed, account.recovery = None, []

    def _prove(self, name: str, passphrase: str, address: str) -> None:
        """That somebody who is signed in knows the passphrase, too."""
        attempt = self._attempts.begin(name, address)
        with self._database.read() as session:
            account = session.scalar(select(Account).where(Account.name == name, Account.disabled_at.is_(None)))
        if not self._passphrases.verify(passphrase, account.passphrase_hash if account else ""):
            raise WrongPassphrase("the passphrase is wrong; nothing was changed; check it and try again")
        self._attempts.succeeded(attempt)

    def _use_code(self, account_id: str, code: str) -> None:
        with self._database.write() as session:
            if self._factor.use(session.get_one(Account, account_id), code):
                return
        raise SignInFailed("the code is wrong or was used before; wait for the next one", code="access.code_refused")

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
    codes = None if account.totp_sealed is None else len(account.recovery)
    preferences = Preferences.from_state(account.preferences)
    return Profile(account.id, account.name, Role(account.role), preferences, codes, bool(account.passphrase_hash))
