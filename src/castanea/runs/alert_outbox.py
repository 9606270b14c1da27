"""Messages of alerts go out: what must be told is put into messages, and they are sent, each receiver at its own pace."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import structlog

from castanea.access import People, Permission
from castanea.access.permissions import permissions_of
from castanea.alerts.delivering import Deliverer, MailServer, Waits
from castanea.alerts.outbox import Outbox, Parcel, Recipient
from castanea.alerts.outgoing import NotSent
from castanea.kit.errors import CastaneaError, InputError

_log = structlog.get_logger("castanea.alerts")
EVERY = 1.0  # seconds
AFTER_FAULT = 15.0
AT_ONCE = 4
KNOWN = ("address", "mail")
MAIL = ("host", "port", "sender", "user", "security", "password_file", "password_env")


class AlertOutbox:
    """Belongs to one event loop."""

    def __init__(self, outbox: Outbox, deliverer: Deliverer, people: People) -> None:
        self._outbox, self._deliverer, self._people = outbox, deliverer, people

    async def run(self) -> None:
        """Until it is cancelled. What fails is logged and tried again."""
        await asyncio.to_thread(self._outbox.recover)
        while True:
            pause = EVERY
            try:
                await asyncio.to_thread(self.look)
            except CastaneaError as refused:
                _log.info("messages wait", code=refused.code)
            except Exception:  # noqa: BLE001 - the outermost loop of a worker: it is logged, and the next round comes
                _log.exception("a round of messages failed")
                pause = AFTER_FAULT
            await asyncio.sleep(pause)

    def look(self) -> int:
        """One round: make messages and send those whose time has come. Returns how many went out. Blocks."""
        recipients = self.recipients()
        self._outbox.sweep(recipients)
        parcels = self._outbox.take(recipients, AT_ONCE)
        return sum(self._send(parcel) for parcel in parcels)

    def recipients(self) -> dict[str, Recipient]:
        """Accounts that are on, with what they may see."""
        found = {}
        for person in self._people.all():
            rights = person.sight.rights()
            may = permissions_of(person.role, rights)
            if person.disabled_at is None and Permission.ALERTS_READ in may:
                found[person.id] = Recipient(rights, Permission.ALERTS_ACT in may)
        return found

    def _send(self, parcel: Parcel) -> bool:
        try:
            self._deliverer.send(parcel)
        except NotSent as problem:
            wait = problem.wait if isinstance(problem, Waits) else 0.0
            self._outbox.failed(parcel.id, str(problem), lasting=problem.lasting, wait=wait)
            _log.info("a message was not sent", message=parcel.id, kind=parcel.terms.kind, lasting=problem.lasting)
            return False
        self._outbox.sent(parcel.id)
        _log.info("a message was sent", message=parcel.id, kind=parcel.terms.kind, alerts=len(parcel.alerts))
        return True


def read_alert_settings(table: Any, folder: Path, environment: Mapping[str, str]) -> tuple[str, MailServer | None]:
    """The table `[alerts]` of `castanea.toml`: the server's address for links, and the mail server. Raises InputError naming the setting."""
    if table is None:
        return "", None
    _known(table, KNOWN, "[alerts]")
    address = table.get("address", "")
    parts = urlsplit(address) if isinstance(address, str) else None
    if address and (
        parts is None or parts.scheme not in ("https", "http") or not parts.hostname or parts.query or parts.fragment
    ):
        raise _wrong(
            f"address is {address!r}; it is where people reach this server, such as https://castanea.example.com"
        )
    mail = table.get("mail")
    if mail is None:
        return address, None
    _known(mail, MAIL, "[alerts.mail]")
    port, security = mail.get("port", 587), mail.get("security", "starttls")
    if not isinstance(port, int) or not 1 <= port <= 65535:
        raise _wrong(f"port is {port!r}; valid: 1–65535")
    if security not in ("starttls", "tls", "none"):
        raise _wrong(f"security is {security!r}; valid: starttls, tls, none")
    for name in ("host", "sender"):
        if not isinstance(mail.get(name), str) or not mail[name]:
            raise _wrong(f"{name} is missing in [alerts.mail]")
    return address, MailServer(
        mail["host"],
        port,
        mail["sender"],
        str(mail.get("user", "")),
        _password(mail, folder, environment.get),
        security,
    )


def _password(mail: Mapping[str, Any], folder: Path, variable: Callable[[str], str | None]) -> str:
    if name := str(mail.get("password_env", "")):
        found = variable(name)
        if not found:
            raise _wrong(f"the environment variable {name!r} of password_env is not set")
        return found
    if file := str(mail.get("password_file", "")):
        try:
            return (folder / file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as broken:
            raise _wrong(f"password_file {folder / file} cannot be read ({type(broken).__name__})") from broken
    return ""


def _known(table: Any, known: tuple[str, ...], name: str) -> None:
    if not isinstance(table, Mapping):
        raise _wrong(f"{name} must be a table")
    if unknown := sorted(set(table) - set(known)):
        raise _wrong(f"unknown setting {unknown[0]!r} in {name}; there are {', '.join(known)}")


def _wrong(why: str) -> InputError:
    return InputError(
        f"castanea.toml, [alerts]: {why}; mend it, nothing else was touched",
        code="workspace.alerts_broken",
        values={"why": why},
    )
