"""Intake that tells the loader at once when something has landed."""

from __future__ import annotations

from castanea.intake.events import EventIntake, Receipt
from castanea.runs.link import Link


class NoticedIntake:
    def __init__(self, events: EventIntake, link: Link) -> None:
        self._events, self._link = events, link

    async def submit(self, body: bytes, content_type: str, content_encoding: str, source: str) -> Receipt:
        """As EventIntake's."""
        receipt = await self._events.submit(body, content_type, content_encoding, source)
        self._link.notify_soon()
        return receipt
