"""Bodies and answers of the routes on alert channels."""

from __future__ import annotations

from dataclasses import dataclass

from castanea.contracts.channel import Channel, Silence


@dataclass(frozen=True)
class ChannelList:
    channels: list[Channel]
    mail: bool
    links: bool


@dataclass(frozen=True)
class SilenceList:
    quiet: list[Silence]
