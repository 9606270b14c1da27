"""Roles, rules, teams; invitations and links for the wall; the second factor."""

from __future__ import annotations

from datetime import timedelta

import pyotp
import pytest

from castanea.access import (
    Change,
    CodeNeeded,
    Forbidden,
    Invitations,
    People,
    Permission,
    Principal,
    Profile,
    Role,
    Rules,
    Shares,
    SignInFailed,
    Teams,
    Walls,
    WrongPassphrase,
)
from castanea.access.permissions import permissions_of
from castanea.contracts.query import Rights
from castanea.kit.errors import Conflict, InputError, NotFound
from tests.access.conftest import Access

HERE, WORDS = "192.0.2.7", "kapo-tive-ruma-silo"
OWNER = Principal("account", "boss", "boss", Role.OWNER)
MANAGER = Principal("account", "head", "head", Role.MANAGER)


def people(access: Access) -> People:
    return People(access.database, access.clock)


def teams(access: Access) -> Teams:
    return Teams(access.database, access.clock)


def shares(access: Access) -> Shares:
    return Shares(access.database)


def invitations(access: Access) -> Invitations:
    return Invitations(access.database, access.accounts, access.clock)


def walls(access: Access) -> Walls:
    return Walls(access.database, access.clock)


def joined(access: Access, name: str, role: Role = Role.MEMBER, **more: object) -> Profile:
    made = invitations(access).make(OWNER, role, **more)  # type: ignore[arg-type]
    return invitations(access).accept(made.token, name, WORDS)


def asking(access: Access, profile: Profile) -> Principal:
    found = access.sessions.find(access.sessions.open(profile.id).token)
    assert found is not None
    return found


def test_each_role_may_what_the_next_may_and_more() -> None:
    for higher, lower in zip(list(Role), list(Role)[1:], strict=False):
        assert permissions_of(lower) < permissions_of(higher)


def test_an_invitation_makes_one_account_with_its_role_rules_and_teams(access: Access) -> None:
    team = teams(access).make(" 采购  组 ")
    rules = Rules(shops=("tmall",), hidden=("cost",))
    made = invitations(access).make(OWNER, Role.EDITOR, rules=rules, teams=(team.id, "gone"), note="for Lin")
    assert invitations(access).look(made.token).state == "open"
    profile = invitations(access).accept(made.token, "Lin", WORDS)
    assert access.accounts.sign_in("lin", WORDS, HERE) == profile
    (person,) = people(access).all()
    assert (person.role, person.rules, person.teams) == (Role.EDITOR, rules, (team.id,))
    assert teams(access).all()[0].name == "采购 组"
    for again in (
        lambda: invitations(access).look(made.token),
        lambda: invitations(access).accept(made.token, "x", WORDS),
    ):
        with pytest.raises(NotFound, match="not good any more"):
            again()
    assert made.token.encode() not in access.stored()


def test_old_and_revoked_invitations_are_worth_nothing(access: Access) -> None:
    old, revoked = (invitations(access).make(OWNER, Role.VIEWER, days=1) for _ in range(2))
    invitations(access).revoke(revoked.id)
    access.clock.move(timedelta(days=1))
    for made in (old, revoked):
        with pytest.raises(NotFound):
            invitations(access).accept(made.token, "lin", WORDS)
    assert {each.state for each in invitations(access).list()} == {"expired", "revoked"}


def test_a_taken_name_and_a_weak_passphrase_leave_the_invitation_open(access: Access) -> None:
    joined(access, "lin")
    made = invitations(access).make(OWNER, Role.VIEWER)
    with pytest.raises(Conflict, match="take another name"):
        invitations(access).accept(made.token, "LIN", WORDS)
    with pytest.raises(InputError, match="12 to"):
        invitations(access).accept(made.token, "wu", "short")
    assert invitations(access).look(made.token).state == "open"


@pytest.mark.parametrize("role", [Role.OWNER, Role.MANAGER])
def test_a_manager_makes_nobody_like_themselves_or_above(access: Access, role: Role) -> None:
    with pytest.raises(Forbidden):
        invitations(access).make(MANAGER, role)
    lin = joined(access, "lin")
    boss = joined(access, "boss", role)
    with pytest.raises(Forbidden):
        people(access).change(MANAGER, lin.id, Change(role=role))
    with pytest.raises(Forbidden):
        people(access).change(MANAGER, boss.id, Change(disabled=True))
    assert people(access).change(MANAGER, lin.id, Change(role=Role.EDITOR)).role is Role.EDITOR


def test_the_last_owner_stays(access: Access) -> None:
    boss = joined(access, "boss", Role.OWNER)
    for change in (Change(role=Role.VIEWER), Change(disabled=True)):
        with pytest.raises(Conflict, match="last owner"):
            people(access).change(OWNER, boss.id, change)
    joined(access, "second", Role.OWNER)
    assert people(access).change(OWNER, boss.id, Change(disabled=True)).disabled_at is not None


def test_what_is_taken_away_ends_the_sessions_and_a_team_does_not(access: Access) -> None:
    lin = joined(access, "lin", Role.EDITOR)
    team = teams(access).make("marketing")
    token = access.sessions.open(lin.id).token
    people(access).change(OWNER, lin.id, Change(teams=(team.id,)))
    assert access.sessions.find(token) is not None
    people(access).change(OWNER, lin.id, Change(rules=Rules(shops=("jd",))))
    assert access.sessions.find(token) is None
    token = access.sessions.open(lin.id).token
    people(access).change(OWNER, lin.id, Change(disabled=True))
    assert access.sessions.find(token) is None
    with pytest.raises(SignInFailed):
        access.accounts.sign_in("lin", WORDS, HERE)


def test_rules_become_rights_with_one_key_for_equal_ones(access: Access) -> None:
    first = asking(access, joined(access, "a", rules=Rules(shops=("jd", "tmall"), hidden=("cost",))))
    second = asking(access, joined(access, "b", rules=Rules(shops=("tmall", "jd"), hidden=("cost",))))
    other = asking(access, joined(access, "c", rules=Rules(shops=("tmall",))))
    free = asking(access, joined(access, "d"))
    assert first.rights == second.rights
    assert len({first.rights.key, other.rights.key, free.rights.key}) == 3
    assert (free.rights.where, free.rights.hidden_metrics) == ((), frozenset())
    assert first.rights.where[0].values == ("jd", "tmall")
    assert first.rights.hidden_metrics == {"class:cost"}


def test_rules_of_teams_take_away_and_never_give(access: Access) -> None:
    north = teams(access).make("north", Rules(shops=("jd", "tmall"), hidden=("cost",)))
    south = teams(access).make("south", Rules(shops=("douyin",)))
    lin = joined(access, "lin", rules=Rules(shops=("tmall", "douyin")), teams=(north.id,))
    head = joined(access, "head", Role.MANAGER, teams=(north.id,))
    (only,) = asking(access, lin).rights.where
    assert (only.values, asking(access, lin).rights.hidden_metrics) == (("tmall",), {"class:cost"})
    assert asking(access, head).rights == Rights()
    people(access).change(OWNER, lin.id, Change(teams=(north.id, south.id)))
    assert [(f.dimension, f.op) for f in asking(access, lin).rights.where] == [
        ("shop", "is_empty"),
        ("shop", "is_not_empty"),
    ], "nothing is both: no shop is left"
    person = next(p for p in people(access).all() if p.name == "lin")
    assert (person.sight.shops, person.rules.shops) == (frozenset(), ("tmall", "douyin"))


def test_other_rules_of_a_team_end_the_sessions_of_its_people_and_another_name_does_not(access: Access) -> None:
    team = teams(access).make("north")
    lin, wu = joined(access, "lin", teams=(team.id,)), joined(access, "wu")
    tokens = [access.sessions.open(profile.id).token for profile in (lin, wu)]
    teams(access).change(team.id, "south")
    assert all(access.sessions.find(token) for token in tokens)
    teams(access).change(team.id, "south", Rules(hidden=("profit",)))
    assert [access.sessions.find(token) is None for token in tokens] == [True, False]
    token = access.sessions.open(lin.id).token
    teams(access).remove(team.id)
    assert access.sessions.find(token) is None
    assert asking(access, lin).rights == Rights()


def test_one_s_own_sessions_are_listed_and_ended_one_by_one_and_nobody_else_s(access: Access) -> None:
    lin, wu = joined(access, "lin"), joined(access, "wu")
    here, there = access.sessions.open(lin.id, "Firefox"), access.sessions.open(lin.id, "Safari")
    other = access.sessions.open(wu.id)
    assert {s.agent for s in access.sessions.of(lin.id)} == {"Firefox", "Safari"}
    for foreign in (other.id, "nothing"):
        with pytest.raises(NotFound, match="over already"):
            access.sessions.end_own(lin.id, foreign)
    access.sessions.end_own(lin.id, there.id)
    assert [s.id for s in access.sessions.of(lin.id)] == [here.id]
    assert access.sessions.find(other.token) is not None
    people(access).end_sessions(OWNER, lin.id)
    assert access.sessions.of(lin.id) == []
    head = joined(access, "head", Role.OWNER)
    with pytest.raises(Forbidden):
        people(access).end_sessions(MANAGER, head.id)


def test_new_codes_to_fall_back_on_end_the_old_ones(access: Access) -> None:
    lin = joined(access, "lin")
    with pytest.raises(Conflict, match="no second factor"):
        access.accounts.new_codes(lin.id, WORDS, HERE)
    _, old = second_factor(access, lin)
    new = access.accounts.new_codes(lin.id, WORDS, HERE)
    assert access.accounts.profile(lin.id).codes_left == len(new) == 8
    with pytest.raises(SignInFailed):
        access.accounts.sign_in("lin", WORDS, HERE, old[0])
    assert access.accounts.sign_in("lin", WORDS, HERE, new[0]).codes_left == 7


def test_rules_do_not_bind_who_makes_them_and_name_what_there_is(access: Access) -> None:
    with pytest.raises(InputError, match="sees everything"):
        invitations(access).make(OWNER, Role.MANAGER, rules=Rules(shops=("tmall",)))
    with pytest.raises(InputError, match="cost, profit"):
        Rules(hidden=("salaries",))  # type: ignore[arg-type]
    with pytest.raises(InputError):
        Rules(shops=("",))


def test_a_board_shown_to_some_is_not_shown_to_others_but_to_managers(access: Access) -> None:
    team = teams(access).make("service")
    lin, wu, head = joined(access, "lin", teams=(team.id,)), joined(access, "wu"), joined(access, "head", Role.MANAGER)
    shares(access).set("service", [f"team:{team.id}"])
    shown = {p.name: p.sees("service") for p in (asking(access, lin), asking(access, wu), asking(access, head))}
    assert shown == {"lin": True, "wu": False, "head": True}
    with pytest.raises(NotFound):
        shares(access).set("service", ["team:nobody"])
    teams(access).remove(team.id)
    assert not asking(access, wu).sees("service"), "a team that is no more does not open its boards to all"
    assert asking(access, head).sees("service")
    shares(access).set("service", [])
    assert asking(access, wu).sees("service")


def test_a_screen_on_the_wall_sees_its_board_alone_until_its_link_is_revoked(access: Access) -> None:
    made = walls(access).make(OWNER, "Hall", "live-today", rules=Rules(shops=("tmall",)))
    token = access.sessions.open_wall(walls(access).find(made.token)).token
    screen = access.sessions.find(token)
    assert screen is not None
    assert (screen.kind, screen.sees("live-today"), screen.sees("profit")) == ("wall", True, False)
    assert not screen.may(Permission.NUMBERS_ASK)
    assert screen.rights.where
    assert access.sessions.living([screen.session_id]) == {screen.session_id}
    walls(access).revoke(made.id)
    assert access.sessions.living([screen.session_id]) == set()
    assert access.sessions.find(token) is None
    with pytest.raises(NotFound):
        walls(access).find(made.token)


def test_a_watched_session_is_in_use(access: Access) -> None:
    lin = joined(access, "lin")
    opened = access.sessions.open(lin.id)
    for _ in range(3):
        access.clock.move(timedelta(days=6))
        assert access.sessions.living([opened.id]) == {opened.id}
    assert access.sessions.find(opened.token) is not None


def second_factor(access: Access, profile: Profile) -> tuple[str, list[str]]:
    made = access.accounts.new_factor(profile.id)
    code = pyotp.TOTP(made.secret).at(access.clock.now())
    return made.secret, access.accounts.keep_factor(profile.id, WORDS, HERE, made.secret, code)


def test_a_code_counts_once_and_only_now(access: Access) -> None:
    lin = joined(access, "lin")
    secret, _ = second_factor(access, lin)
    with pytest.raises(CodeNeeded):
        access.accounts.sign_in("lin", WORDS, HERE)
    access.clock.move(timedelta(minutes=5))
    code = pyotp.TOTP(secret).at(access.clock.now())
    assert access.accounts.sign_in("lin", WORDS, HERE, f"{code[:3]} {code[3:]}").id == lin.id
    with pytest.raises(SignInFailed, match="used before"):
        access.accounts.sign_in("lin", WORDS, HERE, code)
    for wrong in (pyotp.TOTP(secret).at(access.clock.now() - timedelta(minutes=2)), "验证码", "000000"):
        with pytest.raises(SignInFailed):
            access.accounts.sign_in("lin", WORDS, HERE, wrong)
    assert secret.encode() not in access.stored()


def test_a_spare_code_lets_in_once(access: Access) -> None:
    lin = joined(access, "lin")
    _, spare = second_factor(access, lin)
    assert len(set(spare)) == 8
    assert access.accounts.sign_in("lin", WORDS, HERE, spare[0].upper()).id == lin.id
    with pytest.raises(SignInFailed):
        access.accounts.sign_in("lin", WORDS, HERE, spare[0])
    access.accounts.take_factor(lin.id, WORDS, HERE)
    assert access.accounts.sign_in("lin", WORDS, HERE).id == lin.id


def test_the_factor_is_taken_only_with_the_passphrase_or_on_the_server(access: Access) -> None:
    lin = joined(access, "lin")
    second_factor(access, lin)
    with pytest.raises(WrongPassphrase):
        access.accounts.take_factor(lin.id, "wrong words here", HERE)
    token = access.sessions.open(lin.id).token
    people(access).take_second_factor("LIN")
    assert access.sessions.find(token) is None
    assert access.accounts.sign_in("lin", WORDS, HERE).id == lin.id


def test_a_code_that_the_secret_does_not_make_sets_nothing(access: Access) -> None:
    lin = joined(access, "lin")
    made = access.accounts.new_factor(lin.id)
    assert made.address.startswith("otpauth://totp/Castanea:lin?secret=")
    with pytest.raises(InputError, match="does not fit"):
        access.accounts.keep_factor(lin.id, WORDS, HERE, made.secret, "123456")
    assert access.accounts.sign_in("lin", WORDS, HERE).id == lin.id
