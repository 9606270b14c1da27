"""A second factor: codes of an authenticator (TOTP, RFC 6238), each of which counts once, and codes to fall back on."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass

import pyotp
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from castanea.access.keyring import Keyring, fingerprint
from castanea.kit.clock import Clock
from castanea.kit.errors import Unavailable
from castanea.state import Account

STEP = 30  # seconds
SPARE = 8
_ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


@dataclass(frozen=True)
class NewFactor:
    """Shown once, kept nowhere until a code made with it has come back. `address` is for the authenticator (a QR code)."""

    secret: str
    address: str


class SecondFactor:
    """Secrets are kept sealed under a key that lies outside the state: a copy of the state yields no code."""

    def __init__(self, keyring: Keyring, clock: Clock) -> None:
        self._key = keyring.derive("totp", "seal")
        self._clock = clock

    def new(self, account: str) -> NewFactor:
        secret = pyotp.random_base32()
        return NewFactor(secret, pyotp.TOTP(secret, name=account, issuer="Castanea").provisioning_uri())

    def keep(self, account: Account, secret: str) -> list[str]:
        """Set the factor; returns the codes to fall back on, each good for one sign-in."""
        nonce = secrets.token_bytes(12)
        account.totp_sealed = nonce + AESGCM(self._key).encrypt(nonce, secret.encode(), account.id.encode())
        return self.renew_codes(account)

    def renew_codes(self, account: Account) -> list[str]:
        """New codes to fall back on; the old ones are worth nothing any more."""
        spare = ["-".join(_word() for _ in range(2)) for _ in range(SPARE)]
        account.recovery = [fingerprint(code).hex() for code in spare]
        return spare

    def fits(self, secret: str, code: str) -> bool:
        """Whether a code was made with a secret that is not kept yet."""
        return self._step(secret, _plain(code)) > 0

    def use(self, account: Account, code: str) -> bool:
        """Whether a code is right and was not used before; it is used up then."""
        given = _plain(code)
        step = self._step(self._opened(account), given)
        if step > account.totp_step:
            account.totp_step = step
            return True
        digest = fingerprint(given).hex()
        if any(hmac.compare_digest(digest, kept) for kept in account.recovery):
            account.recovery = [kept for kept in account.recovery if kept != digest]
            return True
        return False

    def _step(self, secret: str, code: str) -> int:
        """The number of the step in which the code is right, now or one step off; 0 when in none."""
        totp = pyotp.TOTP(secret, interval=STEP)
        now = int(self._clock.now().timestamp()) // STEP
        return next(
            (n for n in (now, now - 1, now + 1) if hmac.compare_digest(totp.generate_otp(n).encode(), code.encode())), 0
        )

    def _opened(self, account: Account) -> str:
        sealed = account.totp_sealed or b""
        try:
            return AESGCM(self._key).decrypt(sealed[:12], sealed[12:], account.id.encode()).decode()
        except (InvalidTag, ValueError) as broken:
            raise Unavailable(
                "the second factor of this account cannot be read; the vault's key was changed: "
                "`castanea people second-factor-off NAME` on the server takes it away",
                code="access.factor_unreadable",
            ) from broken


def _plain(code: str) -> str:
    return code.strip().replace(" ", "").lower()


def _word() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(5))
