"""`make web` and the wheel's hook: what is built when, with which Node, and what is said when it cannot be."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def build_web() -> ModuleType:
    spec = importlib.util.spec_from_file_location("build_web_under_test", ROOT / "scripts" / "build_web.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def web(tmp_path: Path) -> Path:
    """A browser side of one page, with nothing to install and a build that copies it."""
    folder = tmp_path / "web"
    (folder / "src").mkdir(parents=True)
    (folder / ".npmrc").write_text("ignore-scripts=true\naudit=false\nfund=false\nupdate-notifier=false\n", "ascii")
    (folder / "build.mjs").write_text(
        "import { cpSync } from 'node:fs';\n"
        "const out = process.argv[process.argv.indexOf('--outDir') + 1];\n"
        "cpSync('src/index.html', `${out}/index.html`);\n",
        "utf-8",
    )
    (folder / "package.json").write_text(
        '{"name": "page", "private": true, "scripts": {"build": "node build.mjs"}}', "utf-8"
    )
    (folder / "package-lock.json").write_text(
        '{"name": "page", "lockfileVersion": 3, "requires": true, "packages": {"": {"name": "page"}}}', "utf-8"
    )
    (folder / "src" / "index.html").write_text("<h1>one</h1>", "utf-8")
    return folder


def test_pages_are_built_once_and_again_only_when_a_source_changed(build_web: ModuleType, web: Path) -> None:
    assert not build_web.is_fresh(web)
    assert build_web.build(web) is True
    assert (web / "dist" / "index.html").read_text("utf-8") == "<h1>one</h1>"
    assert build_web.build(web) is False
    (web / "src" / "index.html").write_text("<h1>two</h1>", "utf-8")
    assert build_web.build(web) is True
    assert (web / "dist" / "index.html").read_text("utf-8") == "<h1>two</h1>"


def test_tests_and_installed_packages_are_no_source(build_web: ModuleType, web: Path) -> None:
    before = build_web.source_digest(web)
    (web / "src" / "number.test.ts").write_text("test", "utf-8")
    (web / "node_modules").mkdir()
    (web / "node_modules" / "x.js").write_text("x", "utf-8")
    (web / "dist").mkdir()
    (web / "dist" / "y.js").write_text("y", "utf-8")
    assert build_web.source_digest(web) == before
    (web / "src" / "number.ts").write_text("", "utf-8")
    assert build_web.source_digest(web) != before


def test_a_failed_build_leaves_the_old_pages_in_place(build_web: ModuleType, web: Path) -> None:
    build_web.build(web)
    (web / "src" / "index.html").unlink()
    with pytest.raises(build_web.WebBuildError, match="`npm run build` failed with exit code 1"):
        build_web.build(web)
    assert (web / "dist" / "index.html").read_text("utf-8") == "<h1>one</h1>"
    assert not build_web.is_fresh(web)


def test_a_registry_out_of_reach_is_said_in_a_sentence(
    build_web: ModuleType, web: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (web / "package.json").write_text('{"name": "page", "private": true, "dependencies": {"far": "1.0.0"}}', "utf-8")
    (web / "package-lock.json").write_text(
        '{"name": "page", "lockfileVersion": 3, "requires": true, "packages": {"": {"name": "page", "dependencies": '
        '{"far": "1.0.0"}}, "node_modules/far": {"version": "1.0.0", "integrity": "sha512-AAAA"}}}',
        "utf-8",
    )
    monkeypatch.setenv("npm_config_registry", "http://127.0.0.1:9/")
    monkeypatch.setenv("npm_config_fetch_retries", "0")
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    with pytest.raises(build_web.WebBuildError, match="the package registry is out of reach"):
        build_web.build(web)


def test_the_node_is_the_one_of_the_virtual_environment(build_web: ModuleType) -> None:
    done = subprocess.run(
        build_web.npm("--version"), env=build_web.node_environment(), capture_output=True, text=True, check=True
    )
    assert int(done.stdout.split(".")[0]) >= 10
    assert ".venv" in str(build_web.node_home())
