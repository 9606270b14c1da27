"""Channels as they are kept: each is somebody's own, its address and secret sealed under a key that lies outside the state."""

from __future__ import annotations

import secrets
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from castanea.contracts.channel import Channel, ChannelEdit, ChannelTerms, SentMessage
from castanea.kit.clock import Clock
from castanea.kit.errors import Conflict, InputError, NotFound, Unavailable
from castanea.state import AlertChannel, AlertMessage, AlertTold, Database

MOST_EACH, MOST_MESSAGES, MOST_TEXT = 20, 100, 2_000
HOSTS = {
    "dingtalk": ("oapi.dingtalk.com",), "wecom": ("qyapi.weixin.qq.com",), "feishu": ("open.feishu.cn", "open.larksuite.com"),
    "slack": ("hooks.slack.com", "hooks.slack-gov.com"),
}  # fmt: skip
SIGNED = ("webhook", "dingtalk", "feishu")


class Channels:
    """All methods block. `key`: 32 bytes that lie outside the state. `loopback`: receivers on this machine are let through, with http (for
    tests; a server never asks for it)."""

    def __init__(self, database: Database, clock: Clock, key: bytes, *, loopback: bool = False) -> None:
        self._database, self._clock, self._key, self._loopback = database, clock, key, loopback

    def of(self, account: str) -> list[Channel]:
        """Somebody's own, by title."""
        with self._database.read() as session:
            rows = session.scalars(select(AlertChannel).where(AlertChannel.account_id == account)).all()
            return sorted((self._told(row) for row in rows), key=lambda c: (c.terms.title, c.id))

    def make(self, account: str, terms: ChannelTerms) -> Channel:
        """Raises InputError."""
        terms = self._checked(terms)
        with self._database.write() as session:
            asked = select(func.count()).select_from(AlertChannel).where(AlertChannel.account_id == account)
            if (session.scalar(asked) or 0) >= MOST_EACH:
                raise InputError(
                    f"you have {MOST_EACH} channels already; take one away first",
                    code="channels.too_many", values={"most": MOST_EACH},
                )  # fmt: skip
            row = AlertChannel(
                id=uuid4().hex,
                account_id=account,
                kind=terms.kind,
                content={},
                sealed=b"",
                created_at=self._clock.now(),
            )
            self._put(row, terms)
            session.add(row)
            session.flush()
            return self._told(row)

    def change(self, account: str, number: str, edit: ChannelEdit) -> Channel:
        """Raises NotFound, Conflict, InputError. An empty address or secret stays as it was."""
        with self._database.write() as session:
            row = _own(session, account, number)
            if row.version != edit.base:
                raise Conflict(
                    "the channel was changed meanwhile; nothing was kept; look at it and change it again",
                    code="channels.changed",
                )
            before = self.opened(row)
            terms = replace(
                edit.terms, kind=before.kind, address=edit.terms.address.strip() or before.address,
                secret=edit.terms.secret or before.secret,
            )  # fmt: skip
            self._put(row, self._checked(terms))
            row.version += 1
            row.problem = ""
            session.flush()
            return self._told(row)

    def remove(self, account: str, number: str) -> None:
        """With all that waits to be sent over it. Raises NotFound."""
        with self._database.write() as session:
            session.delete(_own(session, account, number))

    def messages(self, account: str, number: str) -> list[SentMessage]:
        """The newest 100. Raises NotFound."""
        with self._database.read() as session:
            _own(session, account, number)
            asked = select(AlertMessage).where(AlertMessage.channel_id == number).order_by(AlertMessage.made_at.desc())
            rows = session.scalars(asked.limit(MOST_MESSAGES)).all()
            counted = select(AlertTold.message_id, func.count()).where(AlertTold.channel_id == number)
            alerts = {row[0]: row[1] for row in session.execute(counted.group_by(AlertTold.message_id))}
        return [
            SentMessage(row.id, row.channel_id, row.occasion, row.state, row.made_at, row.sent_at, row.tries, alerts.get(row.id, 0), row.problem)  # type: ignore[arg-type]
            for row in rows
        ]  # fmt: skip

    def try_out(self, account: str, number: str) -> None:
        """Put a message that tells of nothing into the queue. Raises NotFound."""
        now = self._clock.now()
        with self._database.write() as session:
            _own(session, account, number)
            session.add(
                AlertMessage(
                    id=uuid4().hex, channel_id=number, occasion="trial", state="waiting", made_at=now, due_at=now
                )
            )

    def opened(self, row: AlertChannel) -> ChannelTerms:
        """The terms with address and secret. Raises Unavailable where the key is not the one that they were sealed with."""
        try:
            plain = AESGCM(self._key).decrypt(row.sealed[:12], row.sealed[12:], row.id.encode())
        except InvalidTag:
            raise Unavailable(
                "the channel's address does not open: the vault's key is another; enter the address again",
                code="channels.sealed",
            ) from None
        content: dict[str, Any] = {**row.content, **msgspec.json.decode(plain)}
        return msgspec.convert(content, ChannelTerms)

    def _put(self, row: AlertChannel, terms: ChannelTerms) -> None:
        content = msgspec.to_builtins(terms)
        hidden = {"address": content.pop("address"), "secret": content.pop("secret")}
        nonce = secrets.token_bytes(12)
        row.content = content
        row.sealed = nonce + AESGCM(self._key).encrypt(nonce, msgspec.json.encode(hidden), row.id.encode())

    def _told(self, row: AlertChannel) -> Channel:
        terms = self.opened(row)
        shown = replace(terms, address=_masked(terms), secret="")
        return Channel(row.id, row.account_id, shown, row.version, row.created_at, row.problem)

    def _checked(self, terms: ChannelTerms) -> ChannelTerms:
        title, address = terms.title.strip(), terms.address.strip()
        if not 1 <= len(title) <= 80:
            raise _wrong("title", f"{len(title)} characters", "1–80 characters")
        if len(address) > MOST_TEXT or len(terms.secret) > MOST_TEXT:
            raise _wrong("address", "too long", f"up to {MOST_TEXT} characters")
        if not 0 <= terms.again <= 168 or not 0 <= terms.most_again <= 20:
            raise _wrong("again", str(terms.again), "0–168 hours, up to 20 times")
        if terms.kind == "email":
            name, _, domain = address.rpartition("@")
            if not name or "." not in domain or any(c.isspace() or c in ',;<>"' or ord(c) < 32 for c in address):
                raise _wrong("address", address[:80] or "empty", "one e-mail address, such as name@example.com")
        else:
            self._check_link(terms.kind, address)
        if terms.kind == "webhook" and not terms.secret:
            terms = replace(terms, secret=secrets.token_urlsafe(32))
        return replace(terms, title=title, address=address)

    def _check_link(self, kind: str, address: str) -> None:
        try:
            parts = urlsplit(address)
            host, _ = parts.hostname or "", parts.port
        except ValueError:
            raise _wrong("address", address[:80], "an https:// address") from None
        if parts.scheme != "https" and not (self._loopback and parts.scheme == "http"):
            raise _wrong("address", address[:40] or "empty", "an address that begins with https://")
        if not host or parts.username is not None or any(c.isspace() for c in address):
            raise _wrong("address", address[:40], "an https:// address with a host and without a user name")
        if not self._loopback and kind in HOSTS and host.lower() not in HOSTS[kind]:
            raise _wrong("address", host, f"the robot's own address at {' or '.join(HOSTS[kind])}")


def _masked(terms: ChannelTerms) -> str:
    """Enough to know it again: keys of robots stand in their addresses."""
    if terms.kind == "email":
        name, _, domain = terms.address.rpartition("@")
        return f"{name[:2]}…@{domain}"
    return urlsplit(terms.address).hostname or ""


def _own(session: Session, account: str, number: str) -> AlertChannel:
    row = session.get(AlertChannel, number)
    if row is None or row.account_id != account:
        raise NotFound(f"you have no channel {number!r}", code="channels.none", values={"channel": number})
    return row


def _wrong(field: str, found: str, valid: str) -> InputError:
    return InputError(
        f"{field} of the channel is {found}; valid: {valid}. Nothing was kept.",
        code="channels.bad_field", values={"field": field, "found": found, "valid": valid},
    )  # fmt: skip
