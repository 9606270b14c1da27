"""What the HTTP process measures about itself, in Prometheus' terms."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector


class Measurements:
    """A registry of its own, so that two servers in one process (tests) do not share one."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._requests = Histogram(
            "castanea_request_seconds",
            "Time from a request's first byte to its answer's last.",
            ("method", "route", "status"),
            buckets=(0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
            registry=self.registry,
        )
        self.events = Counter(
            "castanea_events_total", "Events answered, by what became of them.", ("result",), registry=self.registry
        )
        self.viewers = Gauge("castanea_stream_viewers", "Open event streams.", registry=self.registry)
        self.views = Gauge("castanea_stream_views", "Views kept up to date.", registry=self.registry)
        self.frames = Counter("castanea_stream_frames_total", "Frames received for fan-out.", registry=self.registry)
        self.messages = Counter("castanea_stream_messages_total", "Frames sent to viewers.", registry=self.registry)
        self.skipped = Counter(
            "castanea_stream_skipped_total",
            "Frames a slow viewer did not get (it got a newer one).",
            registry=self.registry,
        )
        self.fanout = Counter(
            "castanea_stream_fanout_seconds_total", "Processor time spent on fan-out.", registry=self.registry
        )

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        self._requests.labels(method, route, str(status)).observe(seconds)

    def text(self) -> bytes:
        """The exposition format."""
        return generate_latest(self.registry)
