"""Sending a message over its channel, as each receiver wants it signed and sized."""

from __future__ import annotations

import base64
import hmac
import smtplib
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import msgspec

from castanea.alerts.outbox import Parcel
from castanea.alerts.outgoing import PATIENCE, Answered, NotSent, Outgoing
from castanea.alerts.wording import Worded, as_data, worded
from castanea.kit.clock import Clock

# Bytes of text that a robot takes; DingTalk and Feishu bound the whole body, which has a frame around it.
MOST_BYTES = {"dingtalk": 18_000, "wecom": 2_000, "feishu": 18_000, "slack": 3_500}
TOO_FAST = {"dingtalk": (130101, 410100), "wecom": (45009, 45033), "feishu": (9499, 11232)}
LATER = (-1,)  # the receiver says that it is busy


@dataclass(frozen=True)
class MailServer:
    """`security`: starttls, tls or none. `user` empty = without signing in."""

    host: str
    port: int
    sender: str
    user: str = ""
    password: str = ""
    security: str = "starttls"

    def __repr__(self) -> str:
        return f"MailServer({self.host!r}, {self.port})"


class Deliverer:
    """Blocks. `address`: of this server as people reach it. `mail` None: no e-mail."""

    def __init__(
        self, clock: Clock, zone: ZoneInfo, outgoing: Outgoing, address: str = "", mail: MailServer | None = None
    ) -> None:
        self._clock, self._zone, self._outgoing, self._address, self._mail = (
            clock,
            zone,
            outgoing,
            address.rstrip("/"),
            mail,
        )

    @property
    def mails(self) -> bool:
        return self._mail is not None

    @property
    def links(self) -> bool:
        return bool(self._address)

    def send(self, parcel: Parcel) -> None:
        """Raises NotSent."""
        kind = parcel.terms.kind
        said = worded(parcel, self._address, self._zone, plain=kind in ("dingtalk", "wecom", "feishu"))
        if kind == "email":
            self._send_mail(parcel, said)
        elif kind == "webhook":
            self._send_webhook(parcel, said)
        else:
            self._send_robot(parcel, said)

    def _send_mail(self, parcel: Parcel, said: Worded) -> None:
        mail = self._mail
        if mail is None:
            raise NotSent(
                "no mail server is set up in castanea.toml ([alerts.mail])", lasting=True, code="channels.no_mail"
            )
        letter = EmailMessage()
        letter["Subject"], letter["From"], letter["To"] = said.title[:200], mail.sender, parcel.terms.address
        letter["Date"] = format_datetime(self._clock.now())
        letter["Message-ID"] = f"<{parcel.id}@{mail.sender.rpartition('@')[2] or 'castanea'}>"
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(said.text())
        try:
            context = ssl.create_default_context()
            if mail.security == "tls":
                session: smtplib.SMTP = smtplib.SMTP_SSL(mail.host, mail.port, timeout=PATIENCE, context=context)
            else:
                session = smtplib.SMTP(mail.host, mail.port, timeout=PATIENCE)
            with session:
                if mail.security == "starttls":
                    session.starttls(context=context)
                if mail.user:
                    session.login(mail.user, mail.password)
                session.send_message(letter)
        except smtplib.SMTPRecipientsRefused as refused:
            codes = [code for code, _ in refused.recipients.values()]
            raise NotSent(
                f"the mail server refused the recipient ({codes[:1]})", lasting=all(c >= 500 for c in codes)
            ) from None
        except smtplib.SMTPResponseException as refused:
            raise NotSent(
                f"the mail server refused with {refused.smtp_code}", lasting=refused.smtp_code >= 550
            ) from None
        except (OSError, smtplib.SMTPException) as broken:
            raise NotSent(f"the mail server cannot be reached: {type(broken).__name__}") from None

    def _send_webhook(self, parcel: Parcel, said: Worded) -> None:
        body = msgspec.json.encode(as_data(parcel, said))
        at = str(int(self._clock.now().timestamp()))
        signature = hmac.new(parcel.terms.secret.encode(), at.encode() + b"." + body, "sha256").hexdigest()
        headers = {
            "X-Castanea-Delivery": parcel.id,
            "X-Castanea-Timestamp": at,
            "X-Castanea-Signature": f"v1={signature}",
        }
        _checked(self._post(parcel.terms.address, body, headers))

    def _send_robot(self, parcel: Parcel, said: Worded) -> None:
        kind, link = parcel.terms.kind, parcel.terms.address
        text = said.text(MOST_BYTES[kind])
        seconds = int(self._clock.now().timestamp())
        body: dict[str, Any]
        if kind == "dingtalk":
            body = {"msgtype": "text", "text": {"content": text}, "at": {"isAtAll": False}}
            if parcel.terms.secret:
                link += dingtalk_signature(parcel.terms.secret, seconds * 1000)
        elif kind == "wecom":
            body = {"msgtype": "text", "text": {"content": text}}
        elif kind == "feishu":
            body = {"msg_type": "text", "content": {"text": text}}
            if parcel.terms.secret:
                body |= {"timestamp": str(seconds), "sign": feishu_signature(parcel.terms.secret, seconds)}
        else:
            body = {"text": text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")}
        answer = _checked(self._post(link, msgspec.json.encode(body), {}))
        if kind != "slack":
            _check_robot(kind, answer)

    def _post(self, link: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        told = {"Content-Type": "application/json; charset=utf-8", "User-Agent": "Castanea", **headers}
        return self._outgoing.post(link, body, told)


class Waits(NotSent):
    """The receiver asks for patience; `wait`: seconds."""

    def __init__(self, message: str, wait: float) -> None:
        super().__init__(message)
        self.wait = wait


def dingtalk_signature(secret: str, milliseconds: int) -> str:
    """What is appended to the robot's address."""
    signed = hmac.new(secret.encode(), f"{milliseconds}\n{secret}".encode(), "sha256").digest()
    return f"&timestamp={milliseconds}&sign={quote(base64.b64encode(signed).decode(), safe='')}"


def feishu_signature(secret: str, seconds: int) -> str:
    """The key is what is usually signed, and nothing is signed with it: so the receiver wants it."""
    return base64.b64encode(hmac.new(f"{seconds}\n{secret}".encode(), b"", "sha256").digest()).decode()


def _checked(answer: Answered) -> Answered:
    if 200 <= answer.status < 300:
        return answer
    if answer.status in (408, 425, 429) or answer.status >= 500:
        raise Waits(f"the receiver answered {answer.status}", answer.retry_after)
    raise NotSent(f"the receiver refused with {answer.status}", lasting=True)


def _check_robot(kind: str, answer: Answered) -> None:
    """Robots answer 200 also to what they refuse."""
    try:
        told = msgspec.json.decode(answer.body)
    except msgspec.DecodeError:
        raise NotSent("the robot's answer is not JSON; is this its address?", lasting=True) from None
    number = told.get("errcode", told.get("code", told.get("StatusCode", 0))) if isinstance(told, dict) else None
    if number in (0, "0"):
        return
    if number in TOO_FAST[kind] or number in LATER:
        raise Waits(f"the robot takes no more for now ({number})", 60.0)
    raise NotSent(f"the robot refused with {number}: {str(told)[:160]}", lasting=True)
