"""Server-sent events as bytes, and the newest whole frame of a view."""

from __future__ import annotations

import msgspec

# A space of 2 kB makes proxies that buffer let the first event through.
GREETING = b"retry: 1000\n:" + b" " * 2048 + b"\n\n"
HEARTBEAT = b":\n\n"


def event(name: str, data: bytes, identifier: str = "") -> bytes:
    """One event. `data` is JSON without line breaks."""
    line = f"id: {identifier}\n" if identifier else ""
    return b"".join((f"event: {name}\n{line}data: ".encode(), data, b"\n\n"))


def frame_event(view: str, sequence: int, data: bytes) -> bytes:
    return event("frame", data, f"{view}:{sequence}")


class _Tile(msgspec.Struct):
    tile: str


class _Frame(msgspec.Struct):
    view: str
    sequence: int
    at: str
    tiles: list[msgspec.Raw]


_decode_frame = msgspec.json.Decoder(_Frame).decode
_decode_tile = msgspec.json.Decoder(_Tile).decode
_encode = msgspec.json.Encoder().encode


class Snapshot:
    """The newest payload of each tile of a view. Frames are merged only when somebody needs the whole."""

    def __init__(self, view: str, frame: bytes) -> None:
        self.view = view
        self._tiles: dict[str, bytes] = {}
        self._waiting: list[bytes] = []
        self._whole: bytes | None = frame
        self._at = ""
        self.sequence = 0
        self._merge(frame)

    def add(self, sequence: int, frame: bytes) -> None:
        """A newer frame."""
        self.sequence = sequence
        self._whole = None
        self._waiting.append(frame)
        if len(self._waiting) >= 32:
            self._catch_up()

    def event(self) -> bytes:
        """The whole as one event; made once per sequence."""
        if self._whole is None:
            self._catch_up()
            tiles = [msgspec.Raw(tile) for tile in self._tiles.values()]
            self._whole = _encode(_Frame(self.view, self.sequence, self._at, tiles))
        return frame_event(self.view, self.sequence, self._whole)

    def _catch_up(self) -> None:
        for frame in self._waiting:
            self._merge(frame)
        self._waiting.clear()

    def _merge(self, frame: bytes) -> None:
        decoded = _decode_frame(frame)
        self._at = decoded.at
        self.sequence = max(self.sequence, decoded.sequence)
        for tile in decoded.tiles:
            self._tiles[_decode_tile(tile).tile] = bytes(tile)
