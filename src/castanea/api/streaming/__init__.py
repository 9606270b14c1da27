"""Frames to browsers: server-sent events, the same bytes to all who watch the same view."""

from castanea.api.streaming.hub import Hub
from castanea.api.streaming.subscriber import Subscriber
from castanea.api.streaming.upkeep import Upkeep

__all__ = ["Hub", "Subscriber", "Upkeep"]
