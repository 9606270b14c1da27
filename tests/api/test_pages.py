from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from castanea.api import ApiSettings
from tests.api.conftest import SETTINGS, Served, serving

SCRIPT = b"console.log('chestnut');" * 100


def build(folder: Path) -> None:
    (folder / "assets").mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Castanea</title>", "utf-8")
    (folder / "assets" / "index-abc123.js").write_bytes(SCRIPT)
    (folder / "icon.svg").write_text("<svg/>", "utf-8")
    (folder / ".hidden").write_text("not for anybody", "utf-8")


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    root = tmp_path_factory.mktemp("built")
    build(root / "dist")
    (root / "outside.txt").write_text("outside", "utf-8")
    (root / "dist" / "assets" / "link.js").symlink_to(root / "outside.txt")
    settings: ApiSettings = replace(SETTINGS, web=root / "dist")
    with serving(root / "workspace", settings) as running:
        yield running


@pytest.mark.parametrize(
    "path", ["/", "/boards/live-today", "/data/write-keys", "/glossary", "/sign-in", "/index.html"]
)
def test_every_page_is_the_application_and_is_asked_for_anew(built: Served, path: str) -> None:
    answer = built.client().get(path)
    assert answer.status_code == 200
    assert answer.text.startswith("<!doctype html>")
    assert answer.headers["cache-control"] == "no-cache"


def test_hashed_assets_are_kept_for_ever_and_packed(built: Served) -> None:
    answer = built.client().get("/assets/index-abc123.js")
    assert answer.content == SCRIPT
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-type"].startswith("text/javascript")
    assert "immutable" in answer.headers["cache-control"]
    plain = built.client().get("/assets/index-abc123.js", headers={"Accept-Encoding": "identity"})
    assert plain.content == SCRIPT
    assert "content-encoding" not in plain.headers


def test_what_the_browser_has_is_not_sent_again(built: Served) -> None:
    client = built.client()
    first = client.get("/")
    again = client.get("/", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/../outside.txt",
        "/%2e%2e/outside.txt",
        "/assets/..%2f..%2foutside.txt",
        "/assets/%2e%2e/%2e%2e/outside.txt",
        "/..%5coutside.txt",
        "/assets/....//....//outside.txt",
        "/%00/outside.txt",
        "//etc/passwd",
        "/assets//etc/passwd",
        "/file:///etc/passwd",
        "/.hidden",
        "/assets/link.js",
    ],
)
def test_no_path_leads_out_of_the_folder(built: Served, path: str) -> None:
    answer = built.client().get(path)
    assert "outside" not in answer.text
    assert "root:" not in answer.text
    assert "not for anybody" not in answer.text


def test_a_missing_asset_is_missing_and_not_the_application(built: Served) -> None:
    assert built.client().get("/assets/index-old.js").status_code == 404


def test_pages_built_again_are_served_without_a_restart(built: Served) -> None:
    folder = built.services.settings.web
    assert folder is not None
    page = folder / "index.html"
    before = page.read_text("utf-8")
    page.write_text("<!doctype html><title>Newer</title>", "utf-8")
    os.utime(page, ns=(1, page.stat().st_mtime_ns + 1_000_000))
    assert "Newer" in built.client().get("/").text
    page.write_text(before, "utf-8")
    os.utime(page, ns=(1, page.stat().st_mtime_ns + 2_000_000))


def test_without_built_pages_it_is_said_what_to_do(served: Served) -> None:
    answer = served.client().get("/", headers={"Accept-Language": "zh-CN"})
    assert answer.status_code == 503
    assert "make web" in answer.text
    assert "页面" in answer.text
