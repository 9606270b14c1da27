"""Passphrases: made, hashed, verified."""

from __future__ import annotations

import secrets
import threading

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

# 20 consonants or pairs × 5 vowels: 6.64 bits a syllable, 12 syllables = 79 bits, readable aloud.
_CONSONANTS = ("b", "d", "f", "g", "h", "j", "k", "l", "m", "n", "p", "r", "s", "t", "v", "w", "z", "ch", "sh", "st")
_VOWELS = "aeiou"
SHORTEST = 12
LONGEST = 256


class Passphrases:
    """Argon2id with 19 MiB, 2 passes, 1 lane (OWASP). At most two at a time, so that a burst of sign-ins takes 38 MiB, not gigabytes."""

    def __init__(self) -> None:
        self._hasher = PasswordHash((Argon2Hasher(memory_cost=19 * 1024, time_cost=2, parallelism=1),))
        self._slots = threading.BoundedSemaphore(2)
        self._nobody = ""

    def hash(self, passphrase: str) -> str:
        with self._slots:
            return self._hasher.hash(passphrase)

    def verify(self, passphrase: str, stored: str) -> bool:
        """Whether it fits. Without a stored hash the same work is done, so that time does not tell whether an account exists."""
        self._nobody = self._nobody or self.hash(secrets.token_hex(16))
        if not stored:
            self._check(passphrase, self._nobody)
            return False
        return self._check(passphrase, stored)

    def _check(self, passphrase: str, stored: str) -> bool:
        with self._slots:
            return self._hasher.verify(passphrase[: LONGEST + 1], stored)


def generate() -> str:
    """A new passphrase of six pairs of syllables (79 bits): `kapo-tive-ruma-silo-denu-fabi`."""
    return "-".join(_syllable() + _syllable() for _ in range(6))


def _syllable() -> str:
    return secrets.choice(_CONSONANTS) + secrets.choice(_VOWELS)
