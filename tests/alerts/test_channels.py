"""People are told of alerts once each, over real mail and HTTP receivers, and only of what they may see."""

from __future__ import annotations

import base64
import email
import email.policy
import hmac
import json
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from aiosmtpd.controller import Controller

from castanea.alerts import AlertDeed, RuleEdit
from castanea.alerts.channels import Channels
from castanea.alerts.delivering import Deliverer, MailServer, Waits, dingtalk_signature, feishu_signature
from castanea.alerts.kept import Alerts
from castanea.alerts.outbox import Outbox, Recipient
from castanea.alerts.outgoing import NotSent, Outgoing, is_public
from castanea.alerts.quiet import Silences, holds
from castanea.contracts.alert import AlertCause, AlertReading, AlertReadings, AlertRule, Watch
from castanea.contracts.channel import ChannelEdit, ChannelTerms, SilenceTerms
from castanea.contracts.query import Filter, Rights
from castanea.kit.clock import FixedClock
from castanea.kit.errors import Conflict, InputError, NotFound
from castanea.state import Account, Database

NOW = datetime(2026, 11, 20, 4, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")
RULE = AlertRule(
    "",
    "畅销商品库存不足",
    "days_of_cover",
    Watch("threshold", "below", limit="5", margin="2"),
    each="product",
    window="now",
)
KEY = b"k" * 32
ALL = Recipient(Rights(), acts=True)


@dataclass
class Receiver:
    """A real HTTP receiver on this machine. `answers`: status and body, in turn, the last one for ever."""

    answers: list[tuple[int, dict[str, Any]]] = field(default_factory=lambda: [(200, {"errcode": 0, "code": 0})])
    got: list[tuple[str, dict[str, str], bytes]] = field(default_factory=list)
    address: str = ""

    def bodies(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, _, body in self.got]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    made = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            made.got.append((self.path, dict(self.headers), body))
            status, told = made.answers.pop(0) if len(made.answers) > 1 else made.answers[0]
            answer = json.dumps(told).encode()
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", made.address)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    made.address = f"http://127.0.0.1:{server.server_address[1]}/hook?access_token=abc"
    yield made
    server.shutdown()
    thread.join()
    server.server_close()


class Shop:
    """An application's state with two accounts, its alerts, and everything that sends."""

    def __init__(self, path: Path, clock: FixedClock) -> None:
        self.path, self.clock = path, clock
        self.recipients = {"a" * 32: ALL}
        self.mail: MailServer | None = None
        self.open()

    def open(self) -> None:
        self.database = Database(self.path)
        with self.database.write() as session:
            for name in ("a", "b"):
                if session.get(Account, name * 32) is None:
                    session.add(
                        Account(
                            id=name * 32, name=name, passphrase_hash="", role="owner", created_at=NOW, passphrase_at=NOW
                        )
                    )
        self.alerts = Alerts(self.database, self.clock)
        self.channels = Channels(self.database, self.clock, KEY, loopback=True)
        self.silences = Silences(self.database, self.clock, ZONE)
        self.outbox = Outbox(self.database, self.clock, self.channels, self.silences, KEY)
        self.outbox.recover()

    def restart(self) -> None:
        self.database.close()
        self.open()

    def channel(self, kind: str, address: str, account: str = "a" * 32, **more: Any) -> str:
        terms = ChannelTerms(kind, "我的渠道", address, **more)  # type: ignore[arg-type]
        return self.channels.make(account, terms).id

    def fire(self, count: int = 1, rule: AlertRule = RULE) -> list[str]:
        kept = self.alerts.make(rule, "a" * 32).rule
        news = self.read(kept.id, ["1.5"] * count)
        for number in news:
            self.alerts.set_cause(number, AlertCause(NOW, "1.5", "5", {"zh-CN": "供应不足", "en": "short supply"}))
        return news

    def read(self, rule: str, values: list[str]) -> list[str]:
        readings = tuple(
            AlertReading(f"P{n}", f"桂花乌龙 {n}", self.clock.now(), value) for n, value in enumerate(values)
        )
        return [alert.id for alert in self.alerts.evaluate([AlertReadings(rule, readings, "days")]).fired]

    def go(self, minutes: float = 0.2) -> int:
        """One round, a little later. Returns how many were sent."""
        self.clock.move(timedelta(minutes=minutes))
        self.outbox.sweep(self.recipients)
        deliverer = Deliverer(self.clock, ZONE, Outgoing(loopback=True), "https://castanea.example.com", self.mail)
        done = 0
        for parcel in self.outbox.take(self.recipients):
            try:
                deliverer.send(parcel)
            except NotSent as problem:
                self.outbox.failed(parcel.id, str(problem), lasting=problem.lasting, wait=getattr(problem, "wait", 0.0))
            else:
                self.outbox.sent(parcel.id)
                done += 1
        return done


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    made = Shop(tmp_path / "state.db", FixedClock(NOW))
    yield made
    made.database.close()


def test_forty_products_out_of_stock_are_one_message_and_nobody_is_told_twice_also_after_a_restart(
    shop: Shop, receiver: Receiver
) -> None:
    shop.channel("webhook", receiver.address, secret="hush")
    shop.fire(40)
    assert shop.go() == 1
    (told,) = receiver.bodies()
    assert (told["occasion"], len(told["alerts"]), "40" in told["title"]) == ("fired", 40, True)
    shop.restart()
    assert [shop.go() for _ in range(3)] == [0, 0, 0]
    assert len(receiver.got) == 1


def test_what_was_to_be_sent_when_the_server_ended_is_sent_once_afterwards(shop: Shop, receiver: Receiver) -> None:
    shop.channel("dingtalk", receiver.address)
    shop.fire()
    shop.outbox.sweep(shop.recipients)
    shop.restart()
    assert [shop.go(), shop.go()] == [1, 0]
    assert len(receiver.got) == 1


def test_a_robot_is_not_told_again_what_was_on_its_way_and_a_webhook_is_by_the_same_number(
    shop: Shop, receiver: Receiver
) -> None:
    robot, hook = shop.channel("feishu", receiver.address), shop.channel("webhook", receiver.address)
    shop.fire()
    shop.outbox.sweep(shop.recipients)
    taken = {parcel.channel: parcel.id for parcel in shop.outbox.take(shop.recipients)}
    shop.restart()  # in the middle of sending
    assert shop.go() == 1
    assert [m.state for m in shop.channels.messages("a" * 32, robot)] == ["unknown"]
    assert receiver.got[0][1]["X-Castanea-Delivery"] == taken[hook]


def test_a_webhook_is_signed_and_tried_again_until_it_is_taken(shop: Shop, receiver: Receiver) -> None:
    number = shop.channel("webhook", receiver.address, secret="hush")
    receiver.answers = [(503, {}), (500, {}), (200, {})]
    shop.fire()
    assert [shop.go(), shop.go(0.05), shop.go(), shop.go(2)] == [0, 0, 0, 1]
    for _, headers, body in receiver.got:
        signed = headers["X-Castanea-Timestamp"].encode() + b"." + body
        assert headers["X-Castanea-Signature"] == "v1=" + hmac.new(b"hush", signed, "sha256").hexdigest()
    assert len({headers["X-Castanea-Delivery"] for _, headers, _ in receiver.got}) == 1
    (kept,) = shop.channels.messages("a" * 32, number)
    assert (kept.state, kept.tries, kept.alerts) == ("sent", 3, 1)


def test_what_a_receiver_refuses_is_not_tried_again_and_the_channel_says_why(shop: Shop, receiver: Receiver) -> None:
    number = shop.channel("wecom", receiver.address)
    receiver.answers = [(200, {"errcode": 93000, "errmsg": "invalid webhook url"})]
    shop.fire()
    assert [shop.go(), shop.go(60)] == [0, 0]
    assert len(receiver.got) == 1
    assert shop.channels.messages("a" * 32, number)[0].state == "failed"
    assert "93000" in shop.channels.of("a" * 32)[0].problem


def test_a_robot_that_asks_for_patience_gets_it(shop: Shop, receiver: Receiver) -> None:
    shop.channel("wecom", receiver.address)
    receiver.answers = [(200, {"errcode": 45009}), (200, {"errcode": 0})]
    shop.fire()
    assert [shop.go(), shop.go(0.5), shop.go(1)] == [0, 0, 1]


@pytest.mark.parametrize("kind", ["dingtalk", "wecom", "feishu", "slack"])
def test_robots_get_their_own_form_within_their_size_and_no_mentions(shop: Shop, receiver: Receiver, kind: str) -> None:
    shop.channel(kind, receiver.address, secret="hush")
    kept = shop.alerts.make(RULE, "a" * 32).rule
    name = '<at user_id="all"></at> <!channel> ' + "茶" * 60
    readings = tuple(AlertReading(f"P{n}", name, NOW, "1") for n in range(60))
    shop.alerts.evaluate([AlertReadings(kept.id, readings, "days")])
    assert shop.go() == 1
    body = receiver.bodies()[0]
    text = {"dingtalk": lambda: body["text"]["content"], "wecom": lambda: body["text"]["content"],
            "feishu": lambda: body["content"]["text"], "slack": lambda: body["text"]}[kind]()  # fmt: skip
    assert len(text.encode()) <= {"dingtalk": 20_000, "wecom": 2_048, "feishu": 20_000, "slack": 8_000}[kind]
    assert "<at" not in text
    assert "<!" not in text
    assert "另有" in text
    if kind == "dingtalk":
        at = int(shop.clock.now().timestamp()) * 1000
        assert receiver.got[0][0].endswith(dingtalk_signature("hush", at))
    if kind == "feishu":
        assert body["sign"] == feishu_signature("hush", int(body["timestamp"]))
        assert len(base64.b64decode(body["sign"])) == 32


def test_robots_are_not_told_faster_than_they_take_it(shop: Shop, receiver: Receiver) -> None:
    shop.channel("dingtalk", receiver.address)
    sent = 0
    for _ in range(4):
        shop.fire()
        sent += shop.go(1 / 60)
    assert sent == 1, "a message every three and a half seconds: at most 20 a minute"


def test_a_mail_arrives_at_a_real_server_in_the_recipients_language(shop: Shop) -> None:
    letters: list[Any] = []

    class Box:
        async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
            letters.append(envelope)
            return "250 OK"

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    controller = Controller(Box(), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        shop.mail = MailServer("127.0.0.1", port, "castanea@example.com", security="none")
        shop.channel("email", "wang@example.com", language="en")
        shop.fire(2)
        assert [shop.go(), shop.go()] == [1, 0]
    finally:
        controller.stop()
    (letter,) = letters
    assert letter.rcpt_tos == ["wang@example.com"]
    read = email.message_from_bytes(letter.content, policy=email.policy.default)
    text = read.get_content()
    assert "Castanea · Alert" in str(read["Subject"])
    assert "桂花乌龙 1: 1.5 (limit 5)" in text
    assert "short supply" in text
    assert "https://castanea.example.com/alerts" in text
    (once,) = (line for line in text.splitlines() if line.startswith("Acknowledge"))
    token = once.partition("https://castanea.example.com/acknowledge#")[2]
    assert len(shop.outbox.use(token)[1]) == 2, "the link in the letter acknowledges what it tells of"


def test_each_recipient_is_told_only_of_what_they_may_see(shop: Shop, receiver: Receiver) -> None:
    shop.channel("webhook", receiver.address, account="b" * 32)
    shop.recipients["b" * 32] = Recipient(Rights("b", (Filter("product", "in", ("P1", "P2")),)), acts=False)
    shop.fire(5)
    assert shop.go() == 1
    (told,) = receiver.bodies()
    assert [alert["member"] for alert in told["alerts"]] == ["P1", "P2"]
    assert told["acknowledge"] == ""
    assert all(alert["cause"] is None for alert in told["alerts"])
    shop.recipients["b" * 32] = Recipient(Rights("b", (), frozenset({"days_of_cover"})), acts=False)
    shop.fire(1)
    assert shop.go() == 0, "the figure is hidden from them"


def test_only_those_who_are_named_are_told_and_severity_decides(shop: Shop, receiver: Receiver) -> None:
    shop.channel("webhook", receiver.address)
    shop.fire(1, replace(RULE, receivers=("b" * 32,)))
    assert shop.go() == 0
    grave = shop.channels.make("a" * 32, ChannelTerms("webhook", "critical", receiver.address, least="critical"))
    shop.fire(1)
    assert shop.go() == 1
    assert shop.channels.messages("a" * 32, grave.id) == []


def test_an_open_alert_is_told_again_up_to_a_cap_and_its_end_once(shop: Shop, receiver: Receiver) -> None:
    shop.channel("webhook", receiver.address, again=2, most_again=2)
    shop.fire()
    assert [shop.go()] + [shop.go(121) for _ in range(4)] == [1, 1, 1, 0, 0]
    rule = shop.alerts.rules()[0].rule.id
    shop.read(rule, ["30"])
    assert [shop.go(), shop.go()] == [1, 0]
    assert [told["occasion"] for told in receiver.bodies()] == ["fired", "again", "again", "resolved"]


def test_what_somebody_took_or_put_to_sleep_is_not_told(shop: Shop, receiver: Receiver) -> None:
    shop.channel("webhook", receiver.address, again=1)
    first, second = shop.fire(2)
    shop.alerts.do(first, AlertDeed("acknowledge"), "a" * 32, ())
    shop.alerts.do(second, AlertDeed("snooze", minutes=30), "a" * 32, ())
    assert [shop.go(), shop.go(31)] == [0, 1]
    assert [alert["id"] for alert in receiver.bodies()[0]["alerts"]] == [second]


def test_in_a_quiet_time_nothing_is_told_and_afterwards_what_is_still_open(shop: Shop, receiver: Receiver) -> None:
    shop.channel("webhook", receiver.address)
    shop.silences.make(
        SilenceTerms("盘点", "2026-11-20", "2026-11-20", begin=11 * 60, end=14 * 60), "a" * 32
    )  # NOW is 12:00 there
    shop.fire(2)
    shop.fire(1, replace(RULE, severity="critical"))
    assert shop.go() == 1, "the critical one is told all the same"
    rule = next(kept.rule for kept in shop.alerts.rules() if kept.rule.severity == "watch")
    shop.read(rule.id, ["30", "1"])
    assert shop.go(60) == 0
    assert shop.go(61) == 1
    assert [alert["member"] for alert in receiver.bodies()[-1]["alerts"]] == ["P1"]


def test_a_quiet_time_may_go_over_midnight_and_be_of_some_weekdays() -> None:
    nights = SilenceTerms("夜里", begin=22 * 60, end=8 * 60, weekdays=(5,))
    local = datetime(2026, 11, 20, 23, tzinfo=ZONE)  # a Friday
    assert holds(nights, local)
    assert holds(nights, local + timedelta(hours=8))
    assert not holds(nights, local + timedelta(hours=10))
    assert not holds(nights, local + timedelta(days=1))


def test_a_link_acknowledges_once_and_not_for_ever(shop: Shop, receiver: Receiver) -> None:
    shop.channel("webhook", receiver.address)
    (number,) = shop.fire()
    shop.go()
    token = receiver.bodies()[0]["acknowledge"]
    assert shop.outbox.look(token) == ("a" * 32, (number,))
    for wrong in (token[:-1] + ("0" if token[-1] != "0" else "1"), token.partition(".")[0] + ".", "", "x" * 150):
        with pytest.raises(InputError, match="not one of ours"):
            shop.outbox.use(wrong)
    assert shop.outbox.use(token)[1] == (number,)
    with pytest.raises(InputError, match="used already"):
        shop.outbox.use(token)
    shop.fire()
    shop.go()
    later = receiver.bodies()[1]["acknowledge"]
    shop.clock.move(timedelta(hours=25))
    with pytest.raises(InputError, match="over"):
        shop.outbox.use(later)


def test_addresses_and_secrets_are_sealed_and_never_told(shop: Shop, receiver: Receiver, tmp_path: Path) -> None:
    number = shop.channel("webhook", receiver.address.replace("abc", "robotkey"), secret="hush-hush")
    shop.channel("email", "wangxiaoming@example.com")
    kept = {channel.terms.kind: channel for channel in shop.channels.of("a" * 32)}
    assert (kept["webhook"].terms.address, kept["webhook"].terms.secret) == ("127.0.0.1", "")
    assert kept["email"].terms.address == "wa…@example.com"
    shop.database.close()
    raw = b"".join(file.read_bytes() for file in tmp_path.iterdir())
    assert b"robotkey" not in raw
    assert b"hush-hush" not in raw
    assert b"wangxiaoming" not in raw
    shop.open()
    edited = shop.channels.change("a" * 32, number, ChannelEdit(1, ChannelTerms("webhook", "new title")))
    assert (edited.version, edited.terms.address) == (2, "127.0.0.1")
    with pytest.raises(Conflict):
        shop.channels.change("a" * 32, number, ChannelEdit(1, ChannelTerms("webhook", "newer title")))
    with pytest.raises(NotFound):
        shop.channels.remove("b" * 32, number)
    shop.fire()
    assert shop.go() == 1


def test_a_rule_in_the_archive_leaves_nothing_to_tell(shop: Shop, receiver: Receiver) -> None:
    shop.channel("webhook", receiver.address)
    shop.fire()
    kept = shop.alerts.rules()[0].rule
    shop.alerts.change(kept.id, RuleEdit(1, archived=True), "a" * 32)
    assert shop.go() == 0


FORBIDDEN = (
    "127.0.0.1", "127.1.2.3", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "255.255.255.255",
    "224.0.0.1", "240.0.0.1", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "fd12::1", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:10.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2002:a00:1::", "2001:db8::1",
)  # fmt: skip


@pytest.mark.parametrize("address", FORBIDDEN)
def test_addresses_of_this_machine_and_its_network_are_not_public(address: str) -> None:
    assert not is_public(ip_address(address))


def test_public_addresses_are() -> None:
    assert all(
        is_public(ip_address(a))
        for a in ("8.8.8.8", "1.1.1.1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808")
    )


CRAFTED = (
    "https://localhost/x", "https://127.0.0.1/x", "https://127.1/x", "https://2130706433/x", "https://0x7f000001/x", "https://0177.0.0.1/x",
    "https://[::1]/x", "https://[::ffff:127.0.0.1]/x", "https://[64:ff9b::7f00:1]/x", "https://0/x", "https://0.0.0.0/x", "https://10.1.2.3/x",
    "https://192.168.0.1/x", "https://169.254.169.254/latest/meta-data", "https://[fe80::1%25lo]/x", "https://[fd00::1]/x", "http://8.8.8.8/x",
    "ftp://8.8.8.8/x", "file:///etc/passwd", "gopher://127.0.0.1:25/x", "https://127.0.0.1:22/x", "https://8.8.8.8:25/x", "https://8.8.8.8:0/x",
    "https://8.8.8.8:99999/x", "https:///x", "https://127.0.0.1\\@8.8.8.8/x", "https://100.64.0.1/x", "https://[::]/x",
)  # fmt: skip


@pytest.mark.parametrize("link", CRAFTED)
def test_crafted_addresses_are_never_called(link: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def connected(*_args: object, **_named: object) -> None:
        raise AssertionError(f"{link} was called")

    monkeypatch.setattr("castanea.alerts.outgoing.socket.create_connection", connected)
    with pytest.raises(NotSent):
        Outgoing().post(link, b"{}", {})


def test_a_receiver_that_sends_elsewhere_is_not_followed(shop: Shop, receiver: Receiver) -> None:
    receiver.answers = [(307, {})]
    shop.channel("webhook", receiver.address)
    shop.fire()
    assert [shop.go(), shop.go(60)] == [0, 0]
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        ("email", "nobody"), ("email", "a@example.com\nBcc: b@example.com"), ("email", "a@example.com,b@example.com"), ("webhook", "http://example.com"),
        ("webhook", "https://user:pw@example.com/"), ("dingtalk", "https://example.com/robot"), ("slack", "https://hooks.slack.com.example.com/x"),
        ("webhook", "https://"), ("feishu", ""),
    ],
)  # fmt: skip
def test_addresses_that_no_server_takes_are_refused_in_words(shop: Shop, kind: str, address: str) -> None:
    strict = Channels(shop.database, shop.clock, KEY)
    with pytest.raises(InputError, match="address of the channel"):
        strict.make("a" * 32, ChannelTerms(kind, "x", address))  # type: ignore[arg-type]


def test_a_trial_goes_out_and_a_receiver_that_is_away_is_tried_later(shop: Shop, receiver: Receiver) -> None:
    number = shop.channel("slack", receiver.address)
    shop.channels.try_out("a" * 32, number)
    assert shop.go() == 1
    assert "测试消息" in receiver.bodies()[0]["text"]
    away: Callable[[], Any] = lambda: Outgoing(loopback=True).post("http://127.0.0.1:1025/x", b"", {})  # noqa: E731
    with pytest.raises(NotSent) as told:
        away()
    assert not told.value.lasting
    assert not isinstance(told.value, Waits)
