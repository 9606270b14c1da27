from __future__ import annotations

import pytest

from castanea.access import Permission
from castanea.kit.errors import Conflict, InputError, NotFound
from tests.access.conftest import NOW, Access


def test_a_key_is_found_by_its_token_and_may_only_send_events(access: Access) -> None:
    created = access.write_keys.create("till", "owner")
    principal = access.write_keys.find(created.token)
    assert principal is not None
    assert principal.name == "till"
    assert [p for p in Permission if principal.may(p)] == [Permission.PUBLIC, Permission.EVENTS_WRITE]


def test_neither_the_state_nor_a_printed_key_shows_the_token(access: Access) -> None:
    created = access.write_keys.create("till", "owner")
    assert created.token.encode() not in access.stored()
    assert created.token not in repr(created)


def test_the_secret_for_signatures_is_the_whole_token_also_after_a_restart(access: Access) -> None:
    created = access.write_keys.create("till", "owner")
    assert access.write_keys.secret(created.info.id) == created.token


def test_a_token_with_another_secret_finds_nobody(access: Access) -> None:
    token = access.write_keys.create("till", "owner").token
    for wrong in (
        token[:-1] + ("A" if token[-1] != "A" else "B"),
        token[:-1],
        "",
        "cwk_x",
        token.replace("cwk_", "CWK_"),
    ):
        assert access.write_keys.find(wrong) is None


def test_a_revoked_key_is_over_at_once_and_can_be_named_again(access: Access) -> None:
    keys = access.write_keys
    created = keys.create("till", "owner")
    keys.find(created.token)
    with pytest.raises(Conflict, match="take another name"):
        keys.create("till", "owner")
    assert keys.revoke(created.info.id).revoked_at == NOW
    assert keys.remembered(created.token) is None
    assert keys.find(created.token) is None
    assert keys.find_by_id(created.info.id) is None
    keys.create("till", "owner")
    assert len(keys.list()) == 2


def test_several_keys_stand_side_by_side_and_say_when_they_were_used(access: Access) -> None:
    keys = access.write_keys
    first, second = keys.create("till", "owner"), keys.create("web shop", "owner")
    keys.find(second.token)
    assert {key.name: key.used_at for key in keys.list()} == {"till": None, "web shop": NOW}
    assert keys.find(first.token) is not None


def test_bad_names_and_unknown_keys_are_refused(access: Access) -> None:
    for name in (" ", "x" * 65, "a\nb"):
        with pytest.raises(InputError):
            access.write_keys.create(name, "owner")
    with pytest.raises(NotFound):
        access.write_keys.revoke("nothing")
