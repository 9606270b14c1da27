"""Failed sign-ins are counted per account and per address: five in 15 minutes, also across restarts."""

from __future__ import annotations

import ipaddress
from datetime import timedelta

from sqlalchemy import delete, func, select

from castanea.access.errors import TooManyAttempts
from castanea.access.keyring import Keyring
from castanea.kit.clock import Clock
from castanea.state import Database, SignInFailure

LIMIT = 5
WINDOW = timedelta(minutes=15)


class Attempts:
    """An attempt counts as failed from its beginning until it has succeeded, so a hundred guesses at once are five guesses."""

    def __init__(self, database: Database, keyring: Keyring, clock: Clock) -> None:
        self._database = database
        self._keyring = keyring
        self._clock = clock

    def begin(self, name: str, address: str) -> list[int]:
        """Count an attempt; returns what `succeeded` takes back. Raises TooManyAttempts, the same for account and address."""
        now = self._clock.now()
        subjects = (self._subject("account", name), self._subject("address", _network(address)))
        with self._database.write() as session:
            session.execute(delete(SignInFailure).where(SignInFailure.at <= now - WINDOW))
            for subject in subjects:
                count, oldest = session.execute(
                    select(func.count(), func.min(SignInFailure.at)).where(SignInFailure.subject == subject)
                ).one()
                if count >= LIMIT:
                    wait = max(1.0, (oldest + WINDOW - now).total_seconds())
                    raise TooManyAttempts(
                        f"too many failed sign-ins; nothing was checked; try again in {wait:.0f} seconds",
                        retry_after=wait,
                    )
            failures = [SignInFailure(subject=subject, at=now) for subject in subjects]
            session.add_all(failures)
            session.flush()
            return [failure.id for failure in failures]

    def succeeded(self, attempt: list[int]) -> None:
        """The attempt was right: it no longer counts (earlier failures still do)."""
        with self._database.write() as session:
            session.execute(delete(SignInFailure).where(SignInFailure.id.in_(attempt)))

    def _subject(self, kind: str, value: str) -> bytes:
        return self._keyring.derive(f"attempt:{kind}", value)[:16]


def _network(address: str) -> str:
    """The address, or for IPv6 its /64: one customer of a provider has 2**64 addresses."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if parsed.version == 6 and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(parsed)
