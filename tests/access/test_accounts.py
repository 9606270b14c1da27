from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from castanea.access import Preferences, SignInFailed, TooManyAttempts, WrongPassphrase
from castanea.access.attempts import LIMIT, WINDOW
from castanea.access.passphrases import generate
from castanea.kit.errors import InputError, NotFound
from castanea.state import Account
from tests.access.conftest import Access

HERE = "192.0.2.7"


def fail(access: Access, name: str = "owner", address: str = HERE) -> None:
    with pytest.raises(SignInFailed):
        access.accounts.sign_in(name, "wrong", address)


def test_the_owner_is_made_once_and_can_sign_in(access: Access) -> None:
    made = access.accounts.ensure_owner("Lin")
    assert made is not None
    assert access.accounts.sign_in("LIN ", made.passphrase, HERE).role == "owner"
    assert access.accounts.ensure_owner("lin") is None


def test_the_passphrase_is_kept_only_as_argon2id_of_19_mib(access: Access) -> None:
    made = access.accounts.ensure_owner()
    assert made is not None
    with access.database.read() as session:
        stored = session.query(Account).one().passphrase_hash
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert made.passphrase.encode() not in access.stored()
    assert made.passphrase not in repr(made)


def test_generated_passphrases_are_all_different() -> None:
    assert len({generate() for _ in range(1000)}) == 1000


def test_five_failures_close_the_account_for_fifteen_minutes_also_to_the_right_passphrase(access: Access) -> None:
    made = access.accounts.ensure_owner()
    assert made is not None
    for number in range(LIMIT):
        fail(access, address=f"192.0.2.{number}")
    with pytest.raises(TooManyAttempts) as caught:
        access.accounts.sign_in("owner", made.passphrase, "192.0.2.99")
    assert caught.value.retry_after == WINDOW.total_seconds()
    access.clock.move(WINDOW)
    assert access.accounts.sign_in("owner", made.passphrase, "192.0.2.99")


def test_five_failures_close_an_address_whatever_names_it_tries(access: Access) -> None:
    access.accounts.ensure_owner()
    for number in range(LIMIT):
        fail(access, name=f"nobody{number}")
    with pytest.raises(TooManyAttempts):
        access.accounts.sign_in("owner", "wrong", HERE)
    fail(access, address="192.0.2.8")


def test_addresses_of_one_ipv6_network_are_one_address(access: Access) -> None:
    for number in range(LIMIT):
        fail(access, name=f"nobody{number}", address=f"2001:db8::{number}")
    with pytest.raises(TooManyAttempts):
        access.accounts.sign_in("owner", "wrong", "2001:db8::ffff:1")


def test_an_unknown_name_is_refused_and_limited_exactly_as_a_known_one(access: Access) -> None:
    access.accounts.ensure_owner("owner")
    said = {}
    for name in ("owner", "nobody"):
        said[name] = []
        for number in range(LIMIT + 1):
            with pytest.raises((SignInFailed, TooManyAttempts)) as caught:
                access.accounts.sign_in(name, "wrong", f"{name}-{number}")
            said[name].append((type(caught.value), str(caught.value)))
    assert said["owner"] == said["nobody"]


def test_guesses_at_the_same_moment_are_counted_before_they_are_checked(access: Access) -> None:
    access.accounts.ensure_owner()
    accounts = access.accounts

    def guess(number: int) -> type[BaseException]:
        with pytest.raises((SignInFailed, TooManyAttempts)) as caught:
            accounts.sign_in("owner", "wrong", f"192.0.2.{number}")
        return caught.type

    with ThreadPoolExecutor(8) as threads:
        results = list(threads.map(guess, range(12)))
    assert results.count(SignInFailed) == LIMIT


def test_a_success_does_not_count_and_does_not_wipe_out_failures(access: Access) -> None:
    made = access.accounts.ensure_owner()
    assert made is not None
    for _ in range(LIMIT - 1):
        fail(access)
    for _ in range(3):
        access.accounts.sign_in("owner", made.passphrase, HERE)
    fail(access)
    with pytest.raises(TooManyAttempts):
        access.accounts.sign_in("owner", made.passphrase, HERE)


def test_neither_names_nor_addresses_of_failed_sign_ins_are_kept_in_clear(access: Access) -> None:
    fail(access, name="13812345678", address="203.0.113.77")
    stored = access.stored()
    assert b"13812345678" not in stored
    assert b"203.0.113.77" not in stored


def test_changing_the_passphrase_ends_all_sessions(access: Access) -> None:
    made = access.accounts.ensure_owner()
    assert made is not None
    account = access.accounts.sign_in("owner", made.passphrase, HERE)
    token = access.sessions.open(account.id).token
    access.accounts.change_passphrase(account.id, made.passphrase, "a longer sentence of my own", HERE)
    assert access.sessions.find(token) is None
    assert access.accounts.sign_in("owner", "a longer sentence of my own", HERE)
    fail(access)


def test_a_short_passphrase_or_a_wrong_current_one_changes_nothing(access: Access) -> None:
    made = access.accounts.ensure_owner()
    assert made is not None
    account = access.accounts.sign_in("owner", made.passphrase, HERE)
    with pytest.raises(InputError, match="12 to 256"):
        access.accounts.change_passphrase(account.id, made.passphrase, "short", HERE)
    with pytest.raises(WrongPassphrase):
        access.accounts.change_passphrase(account.id, "wrong", "a longer sentence of my own", HERE)
    assert access.accounts.sign_in("owner", made.passphrase, HERE)


def test_a_reset_passphrase_replaces_the_old_one_and_names_the_accounts_there_are(access: Access) -> None:
    access.accounts.ensure_owner()
    again = access.accounts.reset_passphrase("Owner")
    assert access.accounts.sign_in("owner", again.passphrase, HERE)
    with pytest.raises(NotFound, match="there are: owner"):
        access.accounts.reset_passphrase("nobody")


def test_preferences_are_kept_and_unknown_ones_of_another_version_ignored(access: Access) -> None:
    made = access.accounts.ensure_owner()
    assert made is not None
    account = access.accounts.sign_in("owner", made.passphrase, HERE)
    chosen = Preferences("zh-CN", "dark", "red-up", "compact")
    assert access.accounts.set_preferences(account.id, chosen).preferences == chosen
    assert access.accounts.profile(account.id).preferences == chosen
    assert Preferences.from_state({"theme": "dark", "density": "tiny", "sound": "on"}) == Preferences(theme="dark")


def test_the_secret_of_the_workspace_is_the_owners_alone_and_survives(access: Access) -> None:
    path = access.root / "vault" / "access.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = type(access.keyring)(access.root / "vault")
    assert again.derive("a", "b") == access.keyring.derive("a", "b") != access.keyring.derive("a", "c")


def test_names_of_accounts_are_checked(access: Access) -> None:
    for name in ("", "a b", "x" * 65):
        with pytest.raises(InputError):
            access.accounts.ensure_owner(name)


def test_old_failures_are_forgotten(access: Access) -> None:
    for _ in range(LIMIT):
        fail(access)
    access.clock.move(WINDOW + timedelta(seconds=1))
    fail(access)
