"""Frames to browsers: server-sent events, the same bytes to all who watch the same view."""

from castanea.api.streaming.hub import Hub
from castanea.api.streaming.subscriber import Subscriber

__all__ = ["Hub", "Subscriber"]
