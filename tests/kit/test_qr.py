"""QR codes: what a phone reads is what was written."""

from __future__ import annotations

import re

import pytest

from castanea.kit.qr import QUIET, QrCode, qr_code

TEXT = "otpauth://totp/Castanea:lin?secret=ABCDEFGHIJKLMNOPQRSTUVWXYZ234567&issuer=Castanea"


def cells(code: QrCode) -> set[tuple[int, int]]:
    runs = re.findall(r"M(\d+) (\d+)h(\d+)v1h-\3z", code.path)
    assert "".join(f"M{x} {y}h{w}v1h-{w}z" for x, y, w in runs) == code.path
    return {(int(x) + n, int(y)) for x, y, w in runs for n in range(int(w))}


def test_the_path_draws_exactly_the_dark_cells_inside_a_quiet_zone() -> None:
    segno = pytest.importorskip("segno")
    wanted = {
        (x + QUIET, y + QUIET)
        for y, row in enumerate(segno.make(TEXT, error="m", micro=False).matrix)
        for x, cell in enumerate(row)
        if cell & 1
    }
    code = qr_code(TEXT)
    assert cells(code) == wanted
    assert max(max(cell) for cell in cells(code)) == code.size - QUIET - 1


def test_three_corners_hold_the_finders_that_a_camera_looks_for() -> None:
    code = qr_code(TEXT)
    dark, last = cells(code), code.size - QUIET - 7
    for x, y in ((QUIET, QUIET), (last, QUIET), (QUIET, last)):
        ring = {(x + n, y + m) for n in range(7) for m in range(7) if 0 in (n, m) or 6 in (n, m)}
        assert ring <= dark


def test_what_does_not_fit_into_any_code_is_refused() -> None:
    with pytest.raises(ValueError, match=r"[Dd]ata"):
        qr_code("x" * 5000)
