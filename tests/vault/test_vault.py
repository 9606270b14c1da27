"""The vault: one pseudonym per person, sealed values that open for nobody else, and nothing left after an erasure."""

from __future__ import annotations

import multiprocessing
import stat
from pathlib import Path
from uuid import UUID

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from castanea.kit.errors import NotFound
from castanea.vault import NotOpened, Vault, names
from castanea.vault.remembered import Remembered
from castanea.vault.sealing import number_of, seal_all, unseal

NUMBER, KEY, SUBJECT = (7).to_bytes(8, "big"), b"k" * 32, b"s" * 16


@pytest.fixture
def vault(tmp_path):
    made = Vault(tmp_path / "vault")
    yield made
    made.close()


def one(vault: Vault, ident: str, shop: str = "main", kind: str = "customer") -> bytes:
    return vault.pseudonyms(pa.array([shop]), kind, pa.array([ident])).storage[0].as_py()


def sealed_once(text: bytes) -> bytes:
    return seal_all([(NUMBER, KEY)], [SUBJECT], [text])[0]


def sealed(vault: Vault, ident: str, text: bytes, kind: str = "customer") -> list[bytes]:
    met = vault.meet([names("main", kind, pa.array([ident]))], keyed=[True])
    return met.seal([met.columns[0].storage[0].as_py()], [text])


def test_a_person_keeps_one_pseudonym(vault):
    assert one(vault, "123") == one(vault, "123")


def test_shop_and_kind_of_identifier_are_part_of_who_a_person_is(vault):
    assert len({one(vault, "123"), one(vault, "123", shop="other"), one(vault, "123", kind="phone")}) == 3


def test_an_empty_identifier_has_no_pseudonym(vault):
    found = vault.pseudonyms(pa.array(["main", "main", "main"]), "customer", pa.array(["a", None, "a"]))
    assert found.type == pa.uuid()
    first, none, again = found.storage.to_pylist()
    assert none is None
    assert first == again


def test_pseudonyms_outlive_the_process_and_a_small_memory(tmp_path):
    before = Vault(tmp_path / "vault", remembered=3)
    idents = pa.array([f"c{i}" for i in range(50)])
    shops = pa.repeat("main", 50)
    first = before.pseudonyms(shops, "customer", idents)
    assert before.pseudonyms(shops, "customer", idents).equals(first)
    before.close()
    after = Vault(tmp_path / "vault")
    assert after.pseudonyms(shops, "customer", idents).equals(first)
    after.close()


def test_the_master_key_and_the_vault_are_for_the_owner_alone(vault, tmp_path):
    one(vault, "1")
    files = list((tmp_path / "vault").iterdir())
    assert {"master.key", "vault.db"} <= {f.name for f in files}
    assert {stat.S_IMODE(f.stat().st_mode) for f in files} == {0o600}
    assert stat.S_IMODE((tmp_path / "vault").stat().st_mode) == 0o700
    assert len((tmp_path / "vault" / "master.key").read_bytes()) == 32


def test_two_vaults_give_the_same_person_different_pseudonyms(tmp_path):
    a, b = Vault(tmp_path / "a"), Vault(tmp_path / "b")
    assert one(a, "1") != one(b, "1")
    a.close()
    b.close()


@given(st.binary(max_size=300), st.binary(max_size=300))
def test_sealing_gives_back_what_was_sealed_and_equal_blobs_only_for_equal_values(first, second):
    blob = sealed_once(first)
    assert unseal(KEY, SUBJECT, blob) == first
    assert (blob == sealed_once(second)) == (first == second)


@given(st.sampled_from([0, *range(9, 200)]), st.integers(1, 255))
def test_a_changed_blob_does_not_open(at, change):
    blob = bytearray(sealed_once(b"x" * 180))
    blob[at] ^= change
    with pytest.raises(NotOpened):
        unseal(KEY, SUBJECT, bytes(blob))


def test_a_blob_does_not_open_for_another_person_or_key():
    blob = sealed_once(b"secret")
    with pytest.raises(NotOpened):
        unseal(KEY, b"t" * 16, blob)
    with pytest.raises(NotOpened):
        unseal(b"l" * 32, SUBJECT, blob)


def test_sealed_values_open_by_column(vault):
    subject = one(vault, "1")
    (blob,) = sealed(vault, "1", b'{"phone":"138"}')
    assert vault.open(subject, blob) == {"phone": "138"}
    assert vault.open(UUID(bytes=subject), blob) == {"phone": "138"}


def test_a_blob_that_names_another_persons_row_does_not_open(vault):
    first, second = sealed(vault, "1", b"{}"), sealed(vault, "2", b"{}")
    swapped = first[0][:1] + second[0][1:9] + first[0][9:]
    for bad in (swapped, first[0][:1] + b"\xff" * 8 + first[0][9:], b"", b"\x02" + first[0][1:]):
        with pytest.raises(NotOpened):
            vault.open(one(vault, "1"), bad)


def test_an_erased_person_cannot_be_opened_and_comes_back_as_somebody_new(vault, tmp_path):
    subject = one(vault, "1")
    (blob,) = sealed(vault, "1", b'{"phone":"138"}')
    key = vault._store.subject(number_of(blob))[2]
    assert len(key) == 32
    vault.erase(subject)
    with pytest.raises(NotFound):
        vault.open(subject, blob)
    assert vault.find("main", "customer", "1") is None
    assert one(vault, "1") != subject
    remains = b"".join(f.read_bytes() for f in (tmp_path / "vault").iterdir())
    assert key not in remains


def test_an_erasure_elsewhere_is_seen_at_once(tmp_path):
    here, there = Vault(tmp_path / "vault"), Vault(tmp_path / "vault")
    subject = one(here, "1")
    (blob,) = sealed(here, "1", b'{"phone":"138"}')
    there.erase(subject)
    with pytest.raises(NotFound):
        here.open(subject, blob)
    assert one(here, "1") != subject
    here.close()
    there.close()


def test_a_visitor_gets_a_key_only_when_something_is_to_be_sealed(vault):
    subject = one(vault, "v", kind="visitor")
    (blob,) = sealed(vault, "v", b'{"a":1}', kind="visitor")
    assert vault.open(subject, blob) == {"a": 1}
    with pytest.raises(KeyError):
        vault.meet([names("main", "visitor", pa.array(["w"]))]).seal([one(vault, "w", kind="visitor")], [b"{}"])


def _meet(folder: Path, start: multiprocessing.synchronize.Barrier, answers: multiprocessing.Queue) -> None:
    vault = Vault(folder)
    start.wait(timeout=30)
    found = []
    for group in range(5):
        idents = pa.array([f"c{group}-{i}" for i in range(200)])
        found += vault.pseudonyms(pa.repeat("main", 200), "customer", idents).storage.to_pylist()
    answers.put(found)
    vault.close()


def test_processes_that_meet_new_persons_at_once_agree_on_their_pseudonyms(tmp_path):
    spawn = multiprocessing.get_context("spawn")
    start, answers = spawn.Barrier(2), spawn.Queue()
    workers = [spawn.Process(target=_meet, args=(tmp_path / "vault", start, answers)) for _ in range(2)]
    for worker in workers:
        worker.start()
    first, second = (answers.get(timeout=60) for _ in workers)
    for worker in workers:
        worker.join(timeout=30)
    assert first == second
    assert len(set(first)) == 1000


def test_what_is_used_stays_remembered_and_the_memory_is_bounded():
    memory: Remembered[int, str] = Remembered(10)
    memory.put(-1, "kept")
    for number in range(1000):
        memory.put(number, "x")
        assert memory.get(-1) == "kept"
    assert len(memory) <= 21
    assert memory.get(1) is None
