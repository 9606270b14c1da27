"""The vault: identifiers to pseudonyms, personal values to sealed blobs, and back for those who may."""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import accumulate, repeat
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from castanea.kit.errors import NotFound
from castanea.vault.remembered import Remembered
from castanea.vault.sealing import NotOpened, number_of, seal_all, unseal
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
        persons = map(self._keys.__getitem__, subjects)
        return seal_all(((p[:_NUMBER], p[_LOCKED:]) for p in persons), subjects, plaintexts)


class Vault:
    """Thread-safe; several processes may use one vault. `path` is a folder (0700), made if it is missing.

    A pseudonym is 128 random bits, made when an identifier is first met and committed before it is given out. A subject's key is made
    when something of it is first to be sealed. Both are remembered in memory, within bounds.
    """

    def __init__(self, path: Path, *, remembered: int = REMEMBERED) -> None:
        self._store = VaultStore(path)
        self._lock = threading.RLock()
        self._persons: Remembered[bytes, bytes] = Remembered(remembered)
        self._seen = (self._store.changed_elsewhere(), self._store.erasures())
        self._hash = blake2b(digest_size=_MAC, key=self._store.master, person=b"castanea-lookup")

    def pseudonyms(self, shop_ids: pa.Array | str, kinds: pa.Array | str, idents: pa.Array) -> pa.Array:
        """A pseudonym (`pa.uuid()`) for each (kind of identifier, shop, identifier); null where the identifier is."""
        return self.meet([names(shop_ids, kinds, idents)]).columns[0]

    def meet(self, columns: Sequence[pa.Array], *, keyed: Sequence[bool] = ()) -> Met:
        """The persons of columns made by `names`, all new ones in one transaction.

        `keyed` says of which columns something will be sealed: their persons have keys then. Raises NoSpace, Unavailable.
        """
        encoded = [column.dictionary_encode() for column in columns]
        once = pa.concat_arrays(
            [pa.array([], pa.string()), *(array.dictionary for array in encoded)]
        ).dictionary_encode()
        places = _places(once.indices, [len(array.dictionary) for array in encoded])
        locked = np.zeros(len(once.dictionary), dtype=bool)
        for place, flag in zip(places, keyed, strict=False):
            if flag:
                locked[place.to_numpy()] = True
        wanted = once.dictionary.cast(pa.binary()).to_pylist()
        with self._lock:
            self._forget_erased()
            persons = self._known(wanted, locked.tolist())
        pseudonyms = pa.array([person[_NUMBER:_LOCKED] for person in persons], pa.binary(_PSEUDONYM))
        arrays = [_uuids(pseudonyms, place.take(array.indices)) for place, array in zip(places, encoded, strict=True)]
        keys = {person[_NUMBER:_LOCKED]: person for person, flag in zip(persons, locked.tolist(), strict=True) if flag}
        return Met(arrays, keys)

    def find(self, shop_id: str, kind: str, ident: str) -> UUID | None:
        """The pseudonym of an identifier, None when it was never met (or was erased)."""
        (mac,) = self._macs([_BETWEEN.join((kind, shop_id, ident)).encode()])
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

    def _macs(self, wanted: Sequence[bytes]) -> list[bytes]:
        """Keyed hashes, by which persons are looked up."""
        made = []
        begun = self._hash.copy
        for name in wanted:
            state = begun()
            state.update(name)
            made.append(state.digest())
        return made

    def _forget_erased(self) -> None:
        """Forgets what is remembered when another process erased somebody."""
        version = self._store.changed_elsewhere()
        if version != self._seen[0]:
            erasures = self._store.erasures()
            if erasures != self._seen[1]:
                self._persons.clear()
            self._seen = (version, erasures)

    def _known(self, wanted: Sequence[bytes], locked: Sequence[bool]) -> list[bytes]:
        """Each person wanted (no one twice), with a key where `locked` says so."""
        remembered, remember = self._persons.get, self._persons.put
        persons: list[Any] = [remembered(name) for name in wanted]
        pairs = zip(persons, locked, strict=True)
        lacking = [i for i, (p, flag) in enumerate(pairs) if p is None or (flag and len(p) == _LOCKED)]
        if lacking:
            found = self._looked_up([wanted[i] for i in lacking], [locked[i] for i in lacking])
            for i, person in zip(lacking, found, strict=True):
                persons[i] = person
                remember(wanted[i], person)
        return persons

    def _looked_up(self, wanted: Sequence[bytes], locked: Sequence[bool]) -> list[bytes]:
        """Persons that are not remembered, in the order asked; those that lack, or lack a key, are made, all in one transaction."""
        macs = self._macs(wanted)
        order = _order(macs)  # neighbours in the look-up are read and written together
        ordered = [macs[i] for i in order]
        before = self._store.changed_elsewhere()
        found = self._store.looked_up(ordered)
        persons: dict[bytes, bytes] = {}
        lacking = [i for i in order if _lacks(found.get(macs[i]), locked[i])]
        if lacking:
            with self._store.writing():
                if self._store.changed_elsewhere() != before:  # another process may have met them meanwhile
                    found.update(self._store.looked_up([macs[i] for i in lacking]))
                keyless = [macs[i] for i in lacking if locked[i] and macs[i] in found and found[macs[i]][2] is None]
                found.update(self._locked(keyless, found))
                new = [i for i in lacking if macs[i] not in found]
                for flag in (True, False):
                    persons |= self._made([macs[i] for i in new if locked[i] is flag], locked=flag)
        for mac, (number, pseudonym, key) in found.items():
            persons[mac] = number.to_bytes(_NUMBER, "big") + pseudonym + (key or b"")
        return [persons[mac] for mac in macs]

    def _made(self, macs: Sequence[bytes], *, locked: bool) -> dict[bytes, bytes]:
        """New persons, in the order of `macs`; inside the store's transaction."""
        if not macs:
            return {}
        count, first = len(macs), self._store.last() + 1
        numbers = np.arange(first, first + count, dtype=">u8").view(np.uint8).reshape(count, _NUMBER)
        pseudonyms, keys = os.urandom(_PSEUDONYM * count), os.urandom(_KEY * count) if locked else b""
        parts = [numbers, np.frombuffer(pseudonyms, np.uint8).reshape(count, _PSEUDONYM)]
        if locked:
            parts.append(np.frombuffer(keys, np.uint8).reshape(count, _KEY))
        self._store.add(
            range(first, first + count),
            _pieces(pseudonyms, _PSEUDONYM),
            _pieces(keys, _KEY) if locked else repeat(None, count),
            macs,
        )
        persons = np.concatenate(parts, axis=1)
        return dict(zip(macs, _pieces(persons.tobytes(), persons.shape[1]), strict=True))

    def _locked(self, macs: Sequence[bytes], found: Mapping[bytes, Row]) -> dict[bytes, Row]:
        """Keys for subjects that had none."""
        keyed = {mac: (found[mac][0], found[mac][1], os.urandom(_KEY)) for mac in macs}
        self._store.add_keys((key, number) for number, _, key in keyed.values())
        return dict(keyed)


def _lacks(row: Row | None, locked: bool) -> bool:
    """Whether a person is not known yet, or has no key and needs one."""
    return row is None or (locked and row[2] is None)


def _order(macs: Sequence[bytes]) -> list[int]:
    """The places of `macs` by their first eight bytes."""
    whole = np.frombuffer(b"".join(macs), ">u8")
    order: list[int] = np.argsort(whole[:: _MAC // 8]).tolist()
    return order


def _pieces(whole: bytes, length: int) -> list[bytes]:
    return [piece for (piece,) in struct.iter_unpack(f"{length}s", whole)]


def _places(indices: pa.Array, lengths: Sequence[int]) -> list[pa.Array]:
    """`indices` cut into parts of these lengths."""
    ends = list(accumulate(lengths, initial=0))
    return [indices.slice(start, length) for start, length in zip(ends, lengths, strict=False)]


def names(shop_ids: pa.Array | str, kinds: pa.Array | str, idents: pa.Array) -> pa.Array:
    """What the vault looks persons up by; null where the identifier is."""
    shops = pa.scalar(shop_ids, pa.string()) if isinstance(shop_ids, str) else shop_ids
    kind = pa.scalar(kinds, pa.string()) if isinstance(kinds, str) else kinds
    return pc.binary_join_element_wise(kind, shops, idents, _BETWEEN)


def _uuids(pseudonyms: pa.Array, indices: pa.Array) -> pa.Array:
    return pa.ExtensionArray.from_storage(pa.uuid(), pseudonyms.take(indices))
