"""Reading server-sent events in a test."""

from __future__ import annotations

import json
import threading
from dataclasses import dataclass, field
from typing import Any

import httpx

from tests.api.conftest import until


@dataclass
class Event:
    name: str
    id: str
    data: Any


@dataclass
class Watching:
    """A stream that is read in a thread of its own."""

    client: httpx.Client
    views: list[str]
    last: str = ""
    events: list[Event] = field(default_factory=list)
    status: int = 0
    headers: httpx.Headers = field(default_factory=httpx.Headers)
    comments: int = 0
    over: bool = False

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.thread.start()

    def _read(self) -> None:
        headers = {"Last-Event-ID": self.last} if self.last else {}
        try:
            with self.client.stream(
                "GET", "/api/v1/stream", params={"view": self.views}, headers=headers, timeout=30
            ) as answer:
                self.status, self.headers = answer.status_code, answer.headers
                self._parse(answer)
        except (httpx.HTTPError, RuntimeError):
            pass
        self.over = True

    def _parse(self, answer: httpx.Response) -> None:
        name = identifier = ""
        for line in answer.iter_lines():
            if line.startswith(":"):
                self.comments += 1
            elif line.startswith("event: "):
                name = line[7:]
            elif line.startswith("id: "):
                identifier = line[4:]
            elif line.startswith("data: "):
                self.events.append(Event(name, identifier, json.loads(line[6:])))
                name = identifier = ""

    def named(self, name: str) -> list[Event]:
        return [event for event in self.events if event.name == name]

    def wait(self, name: str, count: int = 1, seconds: float = 10) -> Event:
        until(lambda: len(self.named(name)) >= count, seconds)
        return self.named(name)[count - 1]
