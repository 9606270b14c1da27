"""The vault: identifiers to pseudonyms, personal values to sealed blobs, and back for those who may."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from castanea.kit.errors import Conflict, NotFound
from castanea.vault.remembered import Remembered
from castanea.vault.sealing import seal, unseal
from castanea.vault.store import VaultStore

_BETWEEN = "\x1f"  # no identifier holds it: control characters do not pass the checks
_MAC, _PSEUDONYM, _KEY = 16, 16, 32
REMEMBERED_PERSONS = 100_000
REMEMBERED_KEYS = 50_000


class SubjectErased(Conflict):
    """A subject was erased between its look-up and its sealing; look it up again."""

    code = "vault.subject_erased"


class Vault:
    """Thread-safe; several processes may use one vault. `path` is a folder (0700), made if it is missing.

    A pseudonym is 128 random bits, made when an identifier is first met and committed before it is given out. A subject's key is made
    when something of it is first sealed. Both are remembered in memory, within bounds.
    """

    def __init__(
        self, path: Path, *, remembered_persons: int = REMEMBERED_PERSONS, remembered_keys: int = REMEMBERED_KEYS
    ) -> None:
        self._store = VaultStore(path)
        self._lock = threading.RLock()
        self._persons: Remembered[str, bytes] = Remembered(remembered_persons)
        self._keys: Remembered[bytes, bytes] = Remembered(remembered_keys)
        self._seen = (self._store.changed_elsewhere(), self._store.erasures())

    def pseudonyms(self, shop_ids: pa.Array, kinds: pa.Array | str, idents: pa.Array) -> pa.Array:
        """A pseudonym (`pa.uuid()`) for each (kind of identifier, shop, identifier); null where the identifier is."""
        return self.resolve([names(shop_ids, kinds, idents)])[0]

    def resolve(self, columns: Sequence[pa.Array], *, keyed: Sequence[bool] = ()) -> list[pa.Array]:
        """Pseudonyms of columns made by `names`, all their new persons in one transaction.

        `keyed` says per column whether its new persons get a key at once, for they will be sealed next.
        """
        encoded = [column.dictionary_encode() for column in columns]
        wanted = [array.dictionary.to_pylist() for array in encoded]
        with self._lock:
            self._forget_erased()
            known = self._known({name for part in wanted for name in part}, _names_of(wanted, keyed))
        return [
            _uuids([known[name] for name in part], array.indices) for part, array in zip(wanted, encoded, strict=True)
        ]

    def find(self, shop_id: str, kind: str, ident: str) -> UUID | None:
        """The pseudonym of an identifier, None when it was never met (or was erased)."""
        mac = self._mac(_BETWEEN.join((kind, shop_id, ident)))
        with self._lock:
            found = self._store.pseudonyms([mac]).get(mac)
        return UUID(bytes=found) if found else None

    def seal(self, subjects: Sequence[bytes], plaintexts: Sequence[bytes]) -> list[bytes]:
        """Each plaintext under its subject's key; equal plaintexts of a subject give equal blobs.

        Raises SubjectErased when a subject was erased meanwhile; nothing was kept then.
        """
        with self._lock:
            self._forget_erased()
            keys = self._keys_of(subjects)
        return [seal(key, subject, text) for key, subject, text in zip(keys, subjects, plaintexts, strict=True)]

    def open(self, subject: UUID | bytes, blob: bytes) -> dict[str, Any]:
        """The sealed values by column. Raises NotFound when the subject's key was destroyed, NotOpened when the blob is not its."""
        name = subject.bytes if isinstance(subject, UUID) else subject
        with self._lock:
            self._forget_erased()
            key = self._keys.get(name) or self._store.keys([name]).get(name)
        if key is None:
            raise NotFound("the person's key is gone: the values were erased", code="vault.erased")
        values: dict[str, Any] = msgspec.json.decode(unseal(key, name, blob))
        return values

    def erase(self, subject: UUID | bytes) -> None:
        """Destroys the subject's key and its look-ups: nothing sealed under it opens again, the pseudonym stands for nobody."""
        name = subject.bytes if isinstance(subject, UUID) else subject
        with self._lock:
            with self._store.writing():
                self._store.erase(name)
            self._persons.clear()
            self._keys.clear()
            self._store.empty_write_ahead()

    def close(self) -> None:
        with self._lock:
            self._store.close()

    def _mac(self, name: str) -> bytes:
        return blake2b(name.encode(), digest_size=_MAC, key=self._store.master, person=b"castanea-lookup").digest()

    def _forget_erased(self) -> None:
        """Forgets what is remembered when another process erased somebody."""
        version = self._store.changed_elsewhere()
        if version != self._seen[0]:
            erasures = self._store.erasures()
            if erasures != self._seen[1]:
                self._persons.clear()
                self._keys.clear()
            self._seen = (version, erasures)

    def _known(self, wanted: set[str], keyed: set[str]) -> dict[str, bytes]:
        known: dict[str, bytes] = {}
        unknown: list[str] = []
        remembered = self._persons.get
        for name in wanted:
            pseudonym = remembered(name)
            if pseudonym is None:
                unknown.append(name)
            else:
                known[name] = pseudonym
        if unknown:
            found = self._looked_up({self._mac(name): name for name in unknown}, keyed)
            for name, pseudonym in found.items():
                self._persons.put(name, pseudonym)
            known |= found
        return known

    def _looked_up(self, names_by_mac: Mapping[bytes, str], keyed: set[str]) -> dict[str, bytes]:
        found = self._store.pseudonyms(list(names_by_mac))
        new = [mac for mac in names_by_mac if mac not in found]
        if new:
            with self._store.writing():
                found |= self._store.pseudonyms(new)  # another process may have met them meanwhile
                new = sorted(mac for mac in new if mac not in found)
                bits = os.urandom(_PSEUDONYM * len(new))
                made = {mac: bits[i * _PSEUDONYM : (i + 1) * _PSEUDONYM] for i, mac in enumerate(new)}
                self._store.add_lookups(list(made.items()))
                keys = self._make_keys([made[mac] for mac in new if names_by_mac[mac] in keyed])
            found |= made
            for pseudonym, key in keys:
                self._keys.put(pseudonym, key)
        return {names_by_mac[mac]: pseudonym for mac, pseudonym in found.items()}

    def _keys_of(self, subjects: Sequence[bytes]) -> list[bytes]:
        keys = {subject: self._keys.get(subject) for subject in set(subjects)}
        missing = [subject for subject, key in keys.items() if key is None]
        if missing:
            found = self._store.keys(missing)
            new = [subject for subject in missing if subject not in found]
            if new:
                found |= self._add_keys(new)
            for subject, key in found.items():
                self._keys.put(subject, key)
            keys |= found
        return [keys[subject] or b"" for subject in subjects]

    def _add_keys(self, subjects: list[bytes]) -> dict[bytes, bytes]:
        with self._store.writing():
            if self._store.tombstones(subjects):
                raise SubjectErased(
                    "a person was erased while its values were on their way; nothing was kept, send them again"
                )
            found = self._store.keys(subjects)
            found.update(self._make_keys([s for s in subjects if s not in found]))
        return found

    def _make_keys(self, subjects: list[bytes]) -> list[tuple[bytes, bytes]]:
        bits = os.urandom(_KEY * len(subjects))
        rows = [(s, bits[i * _KEY : (i + 1) * _KEY]) for i, s in enumerate(subjects)]
        self._store.add_keys(rows)
        return rows


def names(shop_ids: pa.Array | str, kinds: pa.Array | str, idents: pa.Array) -> pa.Array:
    """What the vault looks persons up by; null where the identifier is."""
    shops = pa.scalar(shop_ids, pa.string()) if isinstance(shop_ids, str) else shop_ids
    kind = pa.scalar(kinds, pa.string()) if isinstance(kinds, str) else kinds
    return pc.binary_join_element_wise(kind, shops, idents, _BETWEEN)


def _names_of(wanted: Sequence[Sequence[str]], keyed: Sequence[bool]) -> set[str]:
    return {name for part, with_key in zip(wanted, keyed, strict=False) if with_key for name in part}


def _uuids(pseudonyms: list[bytes], indices: pa.Array) -> pa.Array:
    storage = pa.array(pseudonyms, pa.binary(_PSEUDONYM)).take(indices)
    return pa.ExtensionArray.from_storage(pa.uuid(), storage)
