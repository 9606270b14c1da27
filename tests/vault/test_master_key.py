"""A vault whose master key is lost says so, and does not begin anew as if nobody had ever been met."""

from __future__ import annotations

import pyarrow as pa
import pytest

from castanea.kit.messages import say_error
from castanea.vault import Vault
from castanea.vault.master_key import KEY_FILE, KeyLost


def _meet(folder, ident="ann"):
    vault = Vault(folder)
    found = vault.pseudonyms("main", "customer", pa.array([ident])).storage[0].as_py()
    vault.close()
    return found


@pytest.mark.parametrize(
    ("harm", "how"),
    [
        (lambda key: key.unlink(), "is missing"),
        (lambda key: key.write_bytes(key.read_bytes()[:10]), "has 10 bytes"),
        (lambda key: key.write_bytes(b"\0" * 32), "is another one"),
    ],
)
def test_a_vault_with_people_refuses_to_open_without_its_master_key(tmp_path, harm, how):
    before = _meet(tmp_path / "vault")
    key = tmp_path / "vault" / KEY_FILE
    kept = key.read_bytes()
    harm(key)
    with pytest.raises(KeyLost, match=f"{how}.*back from the backup") as lost:
        Vault(tmp_path / "vault")
    for language in ("en", "zh-CN"):
        assert str(key) in say_error(lost.value, language)
    key.write_bytes(kept)
    assert _meet(tmp_path / "vault") == before


def test_a_vault_that_holds_nobody_yet_takes_a_new_master_key(tmp_path):
    Vault(tmp_path / "vault").close()
    (tmp_path / "vault" / KEY_FILE).unlink()
    assert _meet(tmp_path / "vault") == _meet(tmp_path / "vault")
