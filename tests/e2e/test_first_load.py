"""What a browser must fetch before the first page shows."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

DIST = Path(__file__).resolve().parents[2] / "web" / "dist"
AT_MOST = 300_000


def test_the_first_load_stays_under_300_kb_of_compressed_javascript() -> None:
    index = DIST / "index.html"
    if not index.is_file():
        pytest.skip("the pages are not built; run make web")
    html = index.read_text("utf-8")
    first = re.findall(r'(?:src|href)="/(assets/[^"]+\.js)"', html)
    assert first, "the page names no script"
    words = max((len(gzip.compress(path.read_bytes())) for path in DIST.glob("assets/zh-CN-*.js")), default=0)
    size = words + sum(len(gzip.compress((DIST / path).read_bytes())) for path in first)
    assert size <= AT_MOST, f"{size} bytes"


def test_the_chart_library_is_not_part_of_the_first_load() -> None:
    if not DIST.is_dir():
        pytest.skip("the pages are not built; run make web")
    html = (DIST / "index.html").read_text("utf-8")
    assert list(DIST.glob("assets/echarts-*.js"))
    assert "echarts" not in html
    for inline in (r"\sstyle=", "<style", r"<script(?![^>]*src=)"):
        assert not re.search(inline, html)
