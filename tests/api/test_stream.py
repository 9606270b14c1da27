from __future__ import annotations

import json
import socket
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from castanea.api.streaming.views import OpenViews
from castanea.contracts.board import View
from castanea.contracts.query import Rights
from tests.api.conftest import SETTINGS, Served, serving, until
from tests.api.streams import Watching

VIEW = {"board": "live-today"}


def values(frame: dict) -> dict[str, str]:
    return {tile["tile"]: tile["answers"]["main"]["rows"][0][tile["tile"]] for tile in frame["tiles"]}


def opened(client) -> dict:
    answer = client.post("/api/v1/views", json=VIEW)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_view_comes_with_its_board_and_all_its_tiles(served: Served) -> None:
    view = opened(served.signed_in())
    assert view["board"]["title"]["en"] == "Live today"
    assert set(values(view["frame"])) == {"hero", "orders"}


def test_a_changed_tile_is_pushed_to_all_who_watch(fresh: Served) -> None:
    client = fresh.signed_in()
    view = opened(client)["view"]
    watching = [Watching(client, [view]) for _ in range(3)]
    for one in watching:
        one.wait("frame")
    fresh.call(fresh.link.change, view, "hero", "42.00")
    for one in watching:
        event = one.wait("frame", 2)
        assert values(event.data) == {"hero": "42.00"}
        assert event.id == f"{view}:2"
    assert one.status == 200
    assert one.headers["content-type"].startswith("text/event-stream")
    assert one.headers["x-content-type-options"] == "nosniff"


def test_a_stream_that_connects_again_gets_the_newest_of_every_tile_at_once(fresh: Served) -> None:
    client = fresh.signed_in()
    view = opened(client)["view"]
    fresh.call(fresh.link.change, view, "hero", "1")
    fresh.call(fresh.link.change, view, "orders", "2")
    fresh.call(fresh.link.change, view, "hero", "3")
    again = Watching(client, [view], last=f"{view}:2")
    assert values(again.wait("frame").data) == {"hero": "3", "orders": "2"}


def test_a_stream_that_knows_the_newest_is_not_told_again(fresh: Served) -> None:
    client = fresh.signed_in()
    view = opened(client)["view"]
    again = Watching(client, [view], last=f"{view}:1")
    until(lambda: again.comments >= 2)
    assert again.named("frame") == []


def test_a_view_that_is_not_open_is_said_to_be_gone(served: Served) -> None:
    watching = Watching(served.signed_in(), ["nowhere"])
    assert watching.wait("gone").data == {"view": "nowhere"}


def test_nobody_watches_without_a_session(served: Served) -> None:
    watching = Watching(served.client(), ["nowhere"])
    until(lambda: watching.over)
    assert watching.status == 401


def test_streams_beat_while_nothing_happens(served: Served) -> None:
    watching = Watching(served.signed_in(), [])
    until(lambda: watching.comments >= 3)


def test_signing_out_closes_the_streams_of_that_session_only(fresh: Served) -> None:
    staying, leaving = fresh.signed_in(), fresh.signed_in()
    view = opened(staying)["view"]
    stays, leaves = Watching(staying, [view]), Watching(leaving, [view])
    stays.wait("frame")
    leaves.wait("frame")
    assert leaving.delete("/api/v1/session").status_code == 204
    assert leaves.wait("bye").data == {"reason": "signed_out"}
    until(lambda: leaves.over)
    fresh.call(fresh.link.change, view, "hero", "5")
    assert values(stays.wait("frame", 2).data) == {"hero": "5"}


def test_a_session_that_another_process_ended_loses_its_streams_within_five_seconds(fresh: Served) -> None:
    client = fresh.signed_in()
    watching = Watching(client, [opened(client)["view"]])
    watching.wait("frame")
    other = type(fresh.services.sessions)(
        fresh.services.sessions._database, fresh.services.sessions._keyring, fresh.services.clock
    )
    other.end_all(fresh.services.accounts.sign_in(fresh.name, fresh.passphrase, "192.0.2.1").id)
    assert watching.wait("bye", seconds=5).data == {"reason": "signed_out"}


def test_a_view_is_closed_a_while_after_its_last_viewer_left(fresh: Served) -> None:
    client = fresh.signed_in()
    view = opened(client)["view"]
    until(lambda: fresh.link.closed == [view])
    assert Watching(client, [view]).wait("gone")


def test_a_view_stays_open_while_it_is_watched(fresh: Served) -> None:
    client = fresh.signed_in()
    view = opened(client)["view"]
    watching = Watching(client, [view])
    until(lambda: watching.comments >= 8)
    assert fresh.link.closed == []


def test_when_the_warehouse_process_comes_back_every_viewer_gets_the_whole_again(fresh: Served) -> None:
    client = fresh.signed_in()
    view = opened(client)["view"]
    fresh.call(fresh.link.change, view, "hero", "9")
    watching = Watching(client, [view])
    watching.wait("frame")
    fresh.call(fresh.link.restart)
    assert values(watching.wait("frame", 2).data) == {"hero": "0", "orders": "0"}
    fresh.call(fresh.link.change, view, "hero", "1")
    assert values(watching.wait("frame", 3).data) == {"hero": "1"}


def test_a_change_of_the_load_state_is_told(fresh: Served) -> None:
    watching = Watching(fresh.signed_in(), [])
    assert watching.wait("state").data["rebuilding"] is None
    fresh.link.load["rebuilding"] = 0.34
    assert watching.wait("state", 2).data["rebuilding"] == 0.34
    fresh.link.down = True
    assert watching.wait("state", 3).data["available"] is False


def test_stopping_says_goodbye_to_all_streams(fresh: Served) -> None:
    watching = Watching(fresh.signed_in(), [])
    watching.wait("state")
    fresh.call(fresh.app.close_streams)
    assert watching.wait("bye").data == {"reason": "stopping"}
    assert fresh.client().get("/readyz").status_code == 503


def stalled(served: Served, client, view: str) -> socket.socket:
    """A viewer that asks and then reads nothing."""
    viewer = socket.socket()
    viewer.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    host, port = served.url.removeprefix("http://").split(":")
    viewer.connect((host, int(port)))
    cookie = client.cookies["castanea_session"]
    viewer.sendall(
        f"GET /api/v1/stream?view={view} HTTP/1.1\r\nHost: {host}\r\nCookie: castanea_session={cookie}\r\n\r\n".encode()
    )
    return viewer


def skipped(served: Served) -> float:
    value = served.app.state.measurements.registry.get_sample_value("castanea_stream_skipped_total")
    return value or 0.0


def test_a_stalled_viewer_holds_little_and_then_gets_the_newest_while_others_are_not_kept_waiting(
    fresh: Served,
) -> None:
    client = fresh.signed_in()
    view = opened(client)["view"]
    slow, healthy = stalled(fresh, client, view), Watching(client, [view])
    healthy.wait("frame")
    until(lambda: fresh.app.state.hub.viewers == 2)
    count = 0
    while skipped(fresh) == 0:
        count += 1
        assert count < 200, "the stalled viewer was never skipped"
        fresh.call(fresh.link.change, view, "hero", f"{count} " + "x" * 20_000)
        healthy.wait("frame", count + 1)
    (viewer,) = fresh.app.state.hub._behind
    assert viewer.sink.waiting() < 100_000
    fresh.call(fresh.link.change, view, "hero", "the newest")
    slow.settimeout(10)
    read = b""
    while b"the newest" not in read[-4000:]:
        read += slow.recv(1 << 20)
    until(lambda: not fresh.app.state.hub._behind)
    last = read[read.rindex(b"data: ") + 6 :].split(b"\n", 1)[0]
    assert values(json.loads(last)) == {"hero": "the newest", "orders": "0"}
    slow.close()


def test_a_viewer_that_left_is_forgotten(fresh: Served) -> None:
    client = fresh.signed_in()
    viewer = stalled(fresh, client, opened(client)["view"])
    until(lambda: fresh.app.state.hub.viewers == 1)
    viewer.close()
    until(lambda: fresh.app.state.hub.viewers == 0)


def test_views_and_streams_are_bounded(tmp_path: Path) -> None:
    with serving(tmp_path, replace(SETTINGS, max_views=1, max_streams=1)) as few:
        client = few.signed_in()
        view = opened(client)["view"]
        Watching(client, [view]).wait("frame")
        full = client.post("/api/v1/views", json={"board": "live-today", "compare": "none"})
        assert (full.status_code, full.json()["code"]) == (429, "server.too_many_views")
        assert client.post("/api/v1/views", json=VIEW).status_code == 429
        again = client.get("/api/v1/stream", params={"view": view})
        assert (again.status_code, again.json()["code"]) == (429, "server.too_many_streams")


def test_a_frame_that_overtakes_its_views_opening_is_not_lost() -> None:
    views = OpenViews(grace=1)
    view, frame = View("live-today"), b'{"view":"v","sequence":%d,"at":"","tiles":[{"tile":"hero","value":%d}]}'
    assert views.receive("v", 2, frame % (2, 20)) is None
    known = views.put("v", view, Rights(), frame % (1, 10), now=0.0)
    assert known.snapshot.sequence == 2
    assert b'"value":20' in known.snapshot.event()


def test_signing_out_everywhere_closes_every_stream(fresh: Served) -> None:
    watching = [Watching(fresh.signed_in(), []) for _ in range(3)]
    for one in watching:
        one.wait("state")
    assert fresh.signed_in().delete("/api/v1/sessions").status_code == 204
    for one in watching:
        assert one.wait("bye").data == {"reason": "signed_out"}
        assert one.client.get("/api/v1/me").status_code == 401


def test_a_stalled_viewer_is_cut_off_when_its_session_ends(fresh: Served) -> None:
    client = fresh.signed_in()
    view = opened(client)["view"]
    slow = stalled(fresh, client, view)
    until(lambda: fresh.app.state.hub.viewers == 1)
    for count in range(200):
        fresh.call(fresh.link.change, view, "hero", f"{count} " + "x" * 20_000)
        if skipped(fresh):
            break
    until(lambda: skipped(fresh) > 0)
    assert client.delete("/api/v1/session").status_code == 204
    until(lambda: fresh.app.state.hub.viewers == 0, seconds=5)
    slow.settimeout(5)
    with suppress(ConnectionResetError):
        while slow.recv(1 << 20):
            pass
    slow.close()
