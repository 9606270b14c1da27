from __future__ import annotations

import io
import json
import logging

import pytest
import structlog

from castanea.kit.logs import configure_logs

SECRETS = {
    "a write key": "cwk_0123456789abcdef_w0mKynfgXrdtpQnpnV7iRXjRrReC8LcWRwWNl_JiiHg",
    "a bearer": "Authorization: Bearer abcdefgh.ijklmnop",
    "a cookie": "castanea_session=b8aHdp3HH6KuSXR_KrJL7Q3vnqiZM0w5mXf",
    "an e-mail address": "lin.wei@example.com",
    "a mobile number": "13812345678",
    "a mobile number with its country": "+86 138-1234-5678",
    "an identity number": "11010519491231002X",
}


@pytest.fixture
def out():
    before = structlog.get_config()
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    written = io.StringIO()
    configure_logs("INFO", written)
    yield written
    structlog.configure(**before)
    root.handlers[:], root.level = handlers, level


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
def test_secrets_and_persons_never_reach_the_log(out: io.StringIO, secret: str) -> None:
    log = structlog.get_logger()
    log.info(secret, text=f"before {secret} after", nested={"deep": [secret]})
    try:
        raise ValueError(secret)
    except ValueError:
        log.exception("broke")
    logging.getLogger("some.library").warning("it said %s", secret)
    assert out.getvalue().count("\n") == 3
    assert secret.rsplit(maxsplit=1)[-1] not in out.getvalue()
    assert secret.removeprefix("castanea_session=") not in out.getvalue()


@pytest.mark.parametrize("name", ["passphrase", "token", "new_password", "cookie", "X-Castanea-CSRF", "Authorization"])
def test_values_with_a_secret_name_are_hidden_whatever_they_are(out: io.StringIO, name: str) -> None:
    structlog.get_logger().info("event", **{name: "kapo-tive"}, headers={name: "kapo-tive"})
    assert "kapo-tive" not in out.getvalue()


def test_numbers_and_names_that_are_no_secrets_stay_readable(out: io.StringIO) -> None:
    structlog.get_logger().info(
        "loaded", rows=541909, offset=13812345678, request="a1b2c3d4e5f60718", amount="9747747.934"
    )
    line = json.loads(out.getvalue())
    assert line["rows"] == 541909
    assert line["request"] == "a1b2c3d4e5f60718"
    assert line["amount"] == "9747747.934"
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")


def test_lines_below_the_level_are_not_written(out: io.StringIO) -> None:
    structlog.get_logger().debug("quiet")
    logging.getLogger("some.library").info("quiet")
    assert out.getvalue() == ""
