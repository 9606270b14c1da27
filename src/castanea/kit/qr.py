"""QR codes as SVG paths."""

from __future__ import annotations

from dataclasses import dataclass

QUIET = 4  # cells around the code that stay light (ISO/IEC 18004)


@dataclass(frozen=True)
class QrCode:
    """Dark cells as an SVG path in a square of `size` × `size` cells, the quiet zone included."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    """The smallest code of medium error correction that holds the text. Raises ValueError where none does."""
    import segno  # here: only who sets a second factor pays for it

    rows = list(segno.make(text, error="m", micro=False).matrix)
    runs = [
        f"M{start + QUIET} {y + QUIET}h{end - start}v1h{start - end}z"
        for y, row in enumerate(rows)
        for start, end in _dark(row)
    ]
    return QrCode(len(rows) + 2 * QUIET, "".join(runs))


def _dark(row: bytearray) -> list[tuple[int, int]]:
    """Runs of dark cells, half-open."""
    edges = [n for n in range(len(row) + 1) if (n and row[n - 1] & 1) != (n < len(row) and row[n] & 1)]
    return list(zip(edges[::2], edges[1::2], strict=True))
