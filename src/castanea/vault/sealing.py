"""Seals bytes under a subject's key, the same bytes to the same blob.

AES-256-GCM with a nonce that follows from key and plaintext (a keyed BLAKE2b of the plaintext, cut to 96 bits): under one key two
different plaintexts share a nonce with a chance of 2^-96 per pair, and equal values give equal blobs, so that a row that comes again
is seen to be the same. The subject is authenticated too: a blob moved to another person's row does not open. The blob names the
subject's number in the vault, which leads to the key without an index over pseudonyms.
"""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import blake2b

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from castanea.kit.errors import CastaneaError

_FORM = b"\x01"  # of the blob, so that another can follow
_NUMBER, _NONCE = 8, 12
_HEAD = 1 + _NUMBER
_PURPOSE = b"castanea-nonce"


class NotOpened(CastaneaError):
    """The blob is not what was sealed under this key for this subject."""

    code = "vault.not_opened"


def seal_all(
    keys: Iterable[tuple[bytes, bytes]], subjects: Iterable[bytes], plaintexts: Iterable[bytes]
) -> list[bytes]:
    """form (1 byte), the subject's number (8, big-endian), nonce (12), ciphertext, tag (16) of each plaintext. `keys`: the subject's
    number, its key (32 bytes); `subjects` have 16."""
    sealed = []
    for (number, key), subject, text in zip(keys, subjects, plaintexts, strict=True):
        nonce = blake2b(text, digest_size=_NONCE, key=key, person=_PURPOSE).digest()
        sealed.append(_FORM + number + nonce + AESGCM(key).encrypt(nonce, text, subject))
    return sealed


def number_of(blob: bytes) -> int:
    """The subject's number in the vault. Raises NotOpened for a blob of unknown form."""
    if blob[:1] != _FORM or len(blob) < _HEAD + _NONCE:
        raise NotOpened(
            f"a sealed value of unknown form {blob[:1]!r}; it was written by a newer Castanea or is damaged"
        )
    return int.from_bytes(blob[1:_HEAD], "big", signed=True)


def unseal(key: bytes, subject: bytes, blob: bytes) -> bytes:
    """The plaintext. Raises NotOpened when key, subject or blob do not belong together."""
    number_of(blob)
    try:
        return AESGCM(key).decrypt(blob[_HEAD : _HEAD + _NONCE], blob[_HEAD + _NONCE :], subject)
    except InvalidTag:
        raise NotOpened("a sealed value does not open: it was changed, or belongs to somebody else") from None
