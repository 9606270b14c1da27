"""How soon others see a change on a kanban board: `python -m bench.kanban [SECONDS]`.

Twenty clients on loopback move and comment on one board of 2,000 cards; one more stream listens. Printed: changes kept and refused, whether the
stream told every one in order, and the 95th percentile of (heard − asked) in milliseconds. The figure asked for is under 300 ms.
"""

from __future__ import annotations

import json
import logging
import random
import sys
import tempfile
import threading
import time
from pathlib import Path

import httpx
import structlog

from castanea.kanban import NewCard
from tests.api.conftest import SETTINGS, Served, serving, until

PATH = "/api/v1/kanban"
LISTS = ("todo", "doing", "waiting", "done")
CLIENTS, CARDS = 20, 2_000


def main(seconds: float) -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "workspace", SETTINGS) as served:
        kanban = served.services.kanban
        board = kanban.make("Bench", "empty", "en", "bench").id
        for number in range(CARDS):
            kanban.add_card(board, NewCard(LISTS[number % 4], f"Card {number}"), "bench", ())
        begun = time.perf_counter()
        told = served.signed_in().get(f"{PATH}/{board}", timeout=60)
        print(f"{CARDS} cards read in {1000 * (time.perf_counter() - begun):.0f} ms, {len(told.content) // 1024} kB")
        _measure(served, board, [card["id"] for card in told.json()["cards"]][:200], seconds)


def _measure(served: Served, board: str, cards: list[str], seconds: float) -> None:
    heard: dict[int, float] = {}
    asked: dict[int, float] = {}
    refused: list[int] = []
    listening = threading.Event()
    listener = served.signed_in()
    threading.Thread(target=_listen, args=(listener, board, heard, listening), daemon=True).start()
    assert listening.wait(10)
    clients = [served.signed_in() for _ in range(CLIENTS)]
    end = time.perf_counter() + seconds
    workers = [
        threading.Thread(target=_work, args=(client, board, cards, end, asked, refused, number))
        for number, client in enumerate(clients)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    until(lambda: len(heard) >= len(asked), 30)
    late = sorted(1000 * (heard[number] - at) for number, at in asked.items())
    whole = sorted(heard) == sorted(asked) == list(range(min(asked), min(asked) + len(asked)))
    print(
        f"{len(asked)} changes kept, {len(refused)} refused in {seconds:.0f} s by {CLIENTS} clients; told whole and in order: {whole}"
    )
    print(f"asked → seen by others: median {late[len(late) // 2]:.0f} ms, p95 {late[int(len(late) * 0.95)]:.0f} ms")


def _listen(client: httpx.Client, board: str, heard: dict[int, float], listening: threading.Event) -> None:
    name, last = "", 0
    with client.stream("GET", f"{PATH}/{board}/stream", timeout=None) as answer:
        for line in answer.iter_lines():
            if line.startswith("event: "):
                name = line[7:]
                if name == "bye":
                    return
                listening.set()
            elif line.startswith("data: ") and name == "change":
                number = json.loads(line[6:])["sequence"]
                assert not last or number == last + 1, "a change is missing or out of order"
                heard[number] = time.perf_counter()
                last = number


def _work(
    client: httpx.Client,
    board: str,
    cards: list[str],
    end: float,
    asked: dict[int, float],
    refused: list[int],
    seed: int,
) -> None:
    chance = random.Random(seed)
    while time.perf_counter() < end:
        card = chance.choice(cards)
        place = f"{PATH}/{board}/cards/{card}"
        base = client.get(place).json()["card"]["version"]
        begun = time.perf_counter()
        if chance.random() < 0.5:
            answer = client.patch(place, json={"base": base, "list": chance.choice(LISTS)})
        else:
            answer = client.post(f"{place}/comments", json={"text": "seen"})
        if answer.status_code == 409:
            refused.append(1)
        else:
            asked[answer.raise_for_status().json()["sequence"]] = begun
        time.sleep(chance.uniform(0.5, 1.5))  # people, not machines


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 60.0)
