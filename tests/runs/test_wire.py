"""Messages on the socket."""

from __future__ import annotations

import asyncio
import socket
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from castanea.kit.errors import Busy, Conflict, InputError, NotFound, Unavailable
from castanea.runs.wire import address_of, bound, error_head, error_of, packed, read_message, read_message_now

heads = st.dictionaries(
    st.text(max_size=10), st.one_of(st.integers(-(2**50), 2**50), st.text(max_size=20), st.none()), max_size=5
)


@given(heads, st.binary(max_size=5000))
def test_a_message_arrives_as_it_was_sent(head: dict[str, object], body: bytes) -> None:
    async def back_and_forth() -> tuple[dict[str, object], bytes]:
        reader = asyncio.StreamReader()
        reader.feed_data(packed(head, body))
        return await read_message(reader)

    assert asyncio.run(back_and_forth()) == (head, body)


def test_a_message_cut_short_is_the_other_side_gone() -> None:
    ours, theirs = socket.socketpair()
    theirs.sendall(packed({"id": 1}, b"abcdef")[:-3])
    theirs.close()
    with pytest.raises(Unavailable):
        read_message_now(ours)
    ours.close()


@pytest.mark.parametrize("kind", [InputError, NotFound, Conflict, Unavailable])
def test_an_error_keeps_its_class_code_sentence_and_values(kind: type[InputError]) -> None:
    class Derived(kind):  # type: ignore[misc, valid-type]
        code = "room.derived"

    back = error_of(error_head(Derived("what, and what to do", values={"name": "x", "count": 3})))
    assert (type(back), back.code, str(back), back.values) == (
        kind,
        "room.derived",
        "what, and what to do",
        {"name": "x", "count": 3},
    )


def test_a_full_queue_keeps_how_long_to_wait() -> None:
    back = error_of(error_head(Busy("full", retry_after=2.5)))
    assert isinstance(back, Busy)
    assert back.retry_after == 2.5


def open_descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_socket_can_be_reached_under_a_path_longer_than_sockets_bear(tmp_path: Path) -> None:
    folder = tmp_path / ("a" * 90) / ("b" * 90)
    folder.mkdir(parents=True)
    before = open_descriptors()
    server = bound(folder / "castanea.sock")
    server.listen()
    client = socket.socket(socket.AF_UNIX)
    with address_of(folder / "castanea.sock") as address:
        client.connect(address)
    peer, _ = server.accept()
    for each in (peer, client, server):
        each.close()
    assert open_descriptors() == before


def test_a_socket_takes_the_place_of_one_that_was_left_behind(tmp_path: Path) -> None:
    path = tmp_path / "castanea.sock"
    for _ in range(2):
        bound(path).close()
    assert path.stat().st_mode & 0o077 == 0
