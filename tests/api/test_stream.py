from __future__ import annotations

from tests.api.conftest import Served, until
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
