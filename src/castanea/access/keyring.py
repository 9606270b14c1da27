"""The workspace's secret for access: write keys are derived from it and look-ups are blinded by it.

It lies in the vault's folder, outside the state and its backups, so a copy of the state alone neither yields a write key nor a name.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path

from castanea.kit.errors import Unavailable


class Keyring:
    """Reads the secret from `folder/access.key`, making it at first use (32 random bytes, readable by the owner alone)."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = folder / "access.key"
        with suppress(FileExistsError):
            _create(path, secrets.token_bytes(32))
        self._secret = path.read_bytes()
        if len(self._secret) != 32:
            raise Unavailable(
                f"{path} does not hold a key of 32 bytes; restore it from the vault's backup, or remove it (write keys must then be made anew)",
                code="access.key_file_damaged",
                values={"path": str(path)},
            )

    def derive(self, purpose: str, name: str) -> bytes:
        """32 bytes that only this workspace can make, different for each purpose and name."""
        return hmac.digest(self._secret, f"{purpose}\x00{name}".encode(), "sha256")


def _create(path: Path, content: bytes) -> None:
    """Write a new file so that it is either complete or absent, also with two processes at it. Raises FileExistsError."""
    if path.exists():
        raise FileExistsError(path)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def fingerprint(token: str) -> bytes:
    """SHA-256 of a random token: how tokens are kept. (They have ≥ 160 random bits, so a fast hash is no weakness.)"""
    return hashlib.sha256(token.encode()).digest()
