"""What a newcomer is promised: two READMEs that tell everything, a lock that anyone can install, no trace of one machine."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READMES = ("README.md", "README.zh-CN.md")


def committed_files() -> list[Path]:
    """The files that git knows; skips outside a checkout."""
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in done.stdout.split("\0") if name and (ROOT / name).is_file()]


def make_targets() -> set[str]:
    return set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), flags=re.MULTILINE))


@pytest.mark.parametrize("readme", READMES)
def test_both_readmes_name_every_make_target_and_no_other(readme: str) -> None:
    rows = set(re.findall(r"^\| `make ([a-z-]+)` \|", (ROOT / readme).read_text("utf-8"), flags=re.MULTILINE))
    assert rows == make_targets()


def test_every_make_target_says_in_one_line_what_it_does() -> None:
    lines = (ROOT / "Makefile").read_text("utf-8").splitlines()
    silent = [line for line in lines if re.match(r"[a-z-]+:", line) and "## " not in line]
    assert silent == []


def test_the_two_readmes_tell_the_same_things_in_the_same_order() -> None:
    english, chinese = ((ROOT / name).read_text("utf-8") for name in READMES)
    assert len(re.findall("^## ", english, flags=re.MULTILINE)) == len(re.findall("^## ", chinese, flags=re.MULTILINE))
    for pattern in (r"^make .*?(?=#|$)", r"docs/(?:how-to|reference|explanation|decisions|assets)/[\w./-]+"):
        said = [
            [text.replace(".zh-CN", "").strip() for text in re.findall(pattern, page, flags=re.MULTILINE)]
            for page in (english, chinese)
        ]
        assert said[0] == said[1]


def test_every_relative_link_of_the_root_pages_leads_somewhere() -> None:
    broken = [
        f"{name}: {link}"
        for name in (*READMES, "CONTRIBUTING.md", "CHANGELOG.md")
        for link in re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / name).read_text("utf-8"))
        if not (ROOT / link).exists()
    ]
    assert broken == []


def test_contributing_fits_on_a_page() -> None:
    assert len((ROOT / "CONTRIBUTING.md").read_text("utf-8").splitlines()) <= 50


def test_no_committed_file_names_a_package_registry_or_a_place_on_one_machine() -> None:
    registries = "|".join(("py" + "pi", "python" + "hosted", "npm" + "js", "yarn" + "pkg", "debian"))
    forbidden = re.compile(
        rf"https?://[\w.-]*\b(?:{registries})\.(?:org|com)|\b(?:files|registry|deb)\.(?:{registries})\.|/(?:work|root)/[a-z.]"
        rf"|/opt/py{'pi'}|--(?:extra-)?index{'-'}url[ =]"
    )
    named = []
    for path in committed_files():
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        named += [f"{path.relative_to(ROOT)}: {match[0]}" for match in forbidden.finditer(text)]
    assert named == []


def locked(name: str) -> dict[str, list[str]]:
    """The packages of a lock file, each with its hashes."""
    packages: dict[str, list[str]] = {}
    for block in re.split(r"\n(?=[a-z0-9])", (ROOT / "requirements" / name).read_text("utf-8")):
        pinned = re.match(r"([a-z0-9._-]+)(?:\[[^\]]*\])?==\S+", block)
        assert pinned, f"{name}: not a pinned package: {block.splitlines()[0]}"
        packages.setdefault(pinned[1], []).extend(re.findall(r"--hash=sha256:[0-9a-f]{64}", block))
    return packages


@pytest.mark.parametrize("name", ["lock.txt", "uv.txt"])
def test_every_locked_package_has_hashes_and_no_address(name: str) -> None:
    assert [package for package, hashes in locked(name).items() if not hashes] == []
    assert "://" not in (ROOT / "requirements" / name).read_text("utf-8")


def test_the_lock_holds_every_dependency_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = {re.split(r"[\[<>=;! ]", line, maxsplit=1)[0].lower().replace("_", "-") for line in wanted}
    assert names - set(locked("lock.txt")) == set()


def test_every_dependency_says_in_the_docs_what_it_is_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    told = (ROOT / "docs" / "dependencies.md").read_text("utf-8").lower()
    wanted = [*project["dependencies"], *project["optional-dependencies"]["dev"]]
    names = [re.split(r"[\[<>=;! ]", line, maxsplit=1)[0] for line in wanted]
    assert [name for name in names if not re.search(rf"\b{re.escape(name.lower())}\b", told)] == []


def test_the_browser_packages_are_pinned_and_locked_by_content_without_addresses() -> None:
    package = json.loads((ROOT / "web" / "package.json").read_text("utf-8"))
    wanted = {**package["dependencies"], **package["devDependencies"]}
    assert [
        f"{name} {version}" for name, version in wanted.items() if not re.fullmatch(r"\d+\.\d+\.\d+\S*", version)
    ] == []
    lock = json.loads((ROOT / "web" / "package-lock.json").read_text("utf-8"))["packages"]
    assert [name for name, entry in lock.items() if "resolved" in entry] == []
    assert [name for name, entry in lock.items() if name and not entry.get("link") and "integrity" not in entry] == []
    assert {name: lock[f"node_modules/{name}"]["version"] for name in wanted} == wanted
