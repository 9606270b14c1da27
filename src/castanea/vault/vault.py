"""The vault: identifiers to pseudonyms, personal values to sealed blobs, and back for those who may."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import pyarrow as pa
import pyarrow.compute as pc

from castanea.kit.errors import NotFound
from castanea.vault.remembered import Remembered
from castanea.vault.sealing import NotOpened, number_of, seal, unseal
from castanea.vault.store import Row, VaultStore

_BETWEEN = "\x1f"  # no identifier holds it: control characters do not pass the checks
_MAC, _PSEUDONYM, _KEY, _NUMBER = 16, 16, 32, 8
_LOCKED = (
    _NUMBER + _PSEUDONYM
)  # a remembered person is number + pseudonym (+ key) in one bytes object: half the memory of a tuple
REMEMBERED = 50_000


@dataclass(frozen=True)
class Met:
    """Persons just looked up: their pseudonyms by column (`pa.uuid()`), and what is needed to seal for those that have keys."""

    columns: list[pa.Array]
    _keys: Mapping[bytes, bytes]

    def seal(self, subjects: Sequence[bytes], plaintexts: Sequence[bytes]) -> list[bytes]:
        """Each plaintext under its subject's key; equal plaintexts of a subject give equal blobs. Only subjects met with a key."""
        keys = self._keys
        sealed = []
        for subject, text in zip(subjects, plaintexts, strict=True):
            person = keys[subject]
            sealed.append(seal(person[:_NUMBER], person[_LOCKED:], subject, text))
        return sealed


class Vault:
    """Thread-safe; several processes may use one vault. `path` is a folder (0700), made if it is missing.

    A pseudonym is 128 random bits, made when an identifier is first met and committed before it is given out. A subject's key is made
    when something of it is first to be sealed. Both are remembered in memory, within bounds.
    """

    def __init__(self, path: Path, *, remembered: int = REMEMBERED) -> None:
        self._store = VaultStore(path)
        self._lock = threading.RLock()
        self._persons: Remembered[str, bytes] = Remembered(remembered)
        self._seen = (self._store.changed_elsewhere(), self._store.erasures())

    def pseudonyms(self, shop_ids: pa.Array | str, kinds: pa.Array | str, idents: pa.Array) -> pa.Array:
        """A pseudonym (`pa.uuid()`) for each (kind of identifier, shop, identifier); null where the identifier is."""
        return self.meet([names(shop_ids, kinds, idents)]).columns[0]

    def meet(self, columns: Sequence[pa.Array], *, keyed: Sequence[bool] = ()) -> Met:
        """The persons of columns made by `names`, all new ones in one transaction.

        `keyed` says of which columns something will be sealed: their persons have keys then. Raises NoSpace, Unavailable.
        """
        encoded = [column.dictionary_encode() for column in columns]
        wanted = [array.dictionary.to_pylist() for array in encoded]
        with_key = {name for part, flag in zip(wanted, keyed, strict=False) if flag for name in part}
        with self._lock:
            self._forget_erased()
            known = self._known({name for part in wanted for name in part}, with_key)
        pairs = zip(wanted, encoded, strict=True)
        arrays = [_uuids([known[name][_NUMBER:_LOCKED] for name in part], array.indices) for part, array in pairs]
        keys = {person[_NUMBER:_LOCKED]: person for person in (known[name] for name in with_key)}
        return Met(arrays, keys)

    def find(self, shop_id: str, kind: str, ident: str) -> UUID | None:
        """The pseudonym of an identifier, None when it was never met (or was erased)."""
        mac = self._mac(_BETWEEN.join((kind, shop_id, ident)))
        with self._lock:
            row = self._store.looked_up([mac]).get(mac)
        return UUID(bytes=row[1]) if row else None

    def open(self, subject: UUID | bytes, blob: bytes) -> dict[str, Any]:
        """The sealed values by column. Raises NotFound when the subject's key was destroyed, NotOpened when the blob is not its."""
        name = subject.bytes if isinstance(subject, UUID) else subject
        with self._lock:
            row = self._store.subject(number_of(blob))
        if row is None or row[1] != name:
            raise NotOpened("a sealed value does not open: it belongs to somebody else, or to another workspace")
        if row[2] is None:
            raise NotFound("the person's key is gone: the values were erased", code="vault.erased")
        values: dict[str, Any] = msgspec.json.decode(unseal(row[2], name, blob))
        return values

    def erase(self, subject: UUID | bytes) -> None:
        """Destroys the subject's key and its look-up: nothing sealed under it opens again, the pseudonym stands for nobody."""
        name = subject.bytes if isinstance(subject, UUID) else subject
        with self._lock:
            with self._store.writing():
                self._store.erase(name)
            self._persons.clear()
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
            self._seen = (version, erasures)

    def _known(self, wanted: set[str], with_key: set[str]) -> dict[str, bytes]:
        known: dict[str, bytes] = {}
        unknown: list[str] = []
        remembered = self._persons.get
        for name in wanted:
            person = remembered(name)
            if person is None or (len(person) == _LOCKED and name in with_key):
                unknown.append(name)
            else:
                known[name] = person
        if unknown:
            found = self._looked_up({self._mac(name): name for name in unknown}, with_key)
            for name, person in found.items():
                self._persons.put(name, person)
            known.update(found)
        return known

    def _looked_up(self, names_by_mac: Mapping[bytes, str], with_key: set[str]) -> dict[str, bytes]:
        before = self._store.changed_elsewhere()
        found = self._store.looked_up(list(names_by_mac))
        if lacking := _lacking(names_by_mac, found, with_key):
            with self._store.writing():
                if self._store.changed_elsewhere() != before:  # another process may have met them meanwhile
                    found.update(self._store.looked_up(lacking))
                keyless = [
                    mac for mac in lacking if mac in found and found[mac][2] is None and names_by_mac[mac] in with_key
                ]
                found.update(self._locked(keyless, found))
                found.update(self._made([mac for mac in lacking if mac not in found], names_by_mac, with_key))
        return {
            names_by_mac[mac]: number.to_bytes(_NUMBER, "big") + pseudonym + (key or b"")
            for mac, (number, pseudonym, key) in found.items()
        }

    def _made(self, macs: Iterable[bytes], names_by_mac: Mapping[bytes, str], with_key: set[str]) -> dict[bytes, Row]:
        """New subjects, in the order of their macs: neighbours in the look-up are then written together."""
        ordered = sorted(macs)
        pseudonyms, keys = os.urandom(_PSEUDONYM * len(ordered)), os.urandom(_KEY * len(ordered))
        first = self._store.last() + 1 if ordered else 0
        rows = [
            (
                first + i,
                pseudonyms[i * _PSEUDONYM : (i + 1) * _PSEUDONYM],
                keys[i * _KEY : (i + 1) * _KEY] if names_by_mac[mac] in with_key else None,
                mac,
            )
            for i, mac in enumerate(ordered)
        ]
        self._store.add(rows)
        return {mac: (number, pseudonym, key) for number, pseudonym, key, mac in rows}

    def _locked(self, macs: Sequence[bytes], found: Mapping[bytes, Row]) -> dict[bytes, Row]:
        """Keys for subjects that had none."""
        keyed = {mac: (found[mac][0], found[mac][1], os.urandom(_KEY)) for mac in macs}
        self._store.add_keys((key, number) for number, _, key in keyed.values())
        return dict(keyed)


def _lacking(names_by_mac: Mapping[bytes, str], found: Mapping[bytes, Row], with_key: set[str]) -> list[bytes]:
    """Who is not known yet, or has no key and needs one."""
    return [
        mac for mac, name in names_by_mac.items() if mac not in found or (found[mac][2] is None and name in with_key)
    ]


def names(shop_ids: pa.Array | str, kinds: pa.Array | str, idents: pa.Array) -> pa.Array:
    """What the vault looks persons up by; null where the identifier is."""
    shops = pa.scalar(shop_ids, pa.string()) if isinstance(shop_ids, str) else shop_ids
    kind = pa.scalar(kinds, pa.string()) if isinstance(kinds, str) else kinds
    return pc.binary_join_element_wise(kind, shops, idents, _BETWEEN)


def _uuids(pseudonyms: list[bytes], indices: pa.Array) -> pa.Array:
    storage = pa.array(pseudonyms, pa.binary(_PSEUDONYM)).take(indices)
    return pa.ExtensionArray.from_storage(pa.uuid(), storage)
