from __future__ import annotations

from datetime import timedelta

from castanea.access import Permission
from castanea.access.sessions import IDLE, LONGEST
from castanea.state import Account
from tests.access.conftest import Access


def owner(access: Access) -> str:
    access.accounts.ensure_owner()
    with access.database.read() as session:
        return session.query(Account).one().id


def test_a_session_is_found_by_its_token_and_only_its_hash_is_kept(access: Access) -> None:
    opened = access.sessions.open(owner(access), agent="Firefox")
    principal = access.sessions.find(opened.token)
    assert principal is not None
    assert principal.session_id == opened.id
    assert principal.may(Permission.BOARDS_READ)
    assert not principal.may(Permission.EVENTS_WRITE)
    assert opened.token.encode() not in access.stored()
    assert opened.token not in repr(opened)


def test_an_invented_token_finds_nobody(access: Access) -> None:
    owner(access)
    assert access.sessions.find("x" * 43) is None


def test_signing_in_again_in_a_browser_ends_its_earlier_session(access: Access) -> None:
    account = owner(access)
    first = access.sessions.open(account)
    second = access.sessions.open(account, replaces=first.token)
    assert access.sessions.find(first.token) is None
    assert access.sessions.find(second.token) is not None


def test_an_ended_session_is_over_at_once_where_it_was_ended(access: Access) -> None:
    sessions = access.sessions
    opened = sessions.open(owner(access))
    sessions.find(opened.token)
    assert sessions.remembered(opened.token) is not None
    sessions.end(opened.id)
    assert sessions.remembered(opened.token) is None
    assert sessions.find(opened.token) is None
    assert sessions.living([opened.id]) == set()


def test_a_session_that_was_read_before_it_ended_is_not_remembered_after(access: Access) -> None:
    sessions = access.sessions
    opened = sessions.open(owner(access))
    mark = sessions._remembered.mark()
    principal = sessions.find(opened.token)
    sessions.end(opened.id)
    assert principal is not None
    sessions._remembered.put(b"late", principal, mark)
    assert sessions._remembered.get(b"late") is None


def test_a_session_ends_after_thirty_days_or_seven_idle_ones(access: Access) -> None:
    account = owner(access)
    idle = access.sessions.open(account)
    access.clock.move(IDLE)
    assert access.sessions.find(idle.token) is None
    used = access.sessions.open(account)
    for _ in range(LONGEST.days - 1):
        access.clock.move(timedelta(days=1))
        assert access.sessions.find(used.token) is not None
    access.clock.move(timedelta(days=1))
    assert access.sessions.find(used.token) is None
    assert access.sessions.living([used.id]) == set()


def test_ending_all_sessions_of_an_account_ends_them_all(access: Access) -> None:
    account = owner(access)
    sessions = access.sessions
    opened = [sessions.open(account) for _ in range(3)]
    assert sessions.living([o.id for o in opened]) == {o.id for o in opened}
    sessions.end_all(account)
    assert sessions.living([o.id for o in opened]) == set()


def test_each_session_has_a_csrf_value_of_its_own(access: Access) -> None:
    account = owner(access)
    values = {access.sessions.csrf(access.sessions.open(account).id) for _ in range(3)}
    assert len(values) == 3
