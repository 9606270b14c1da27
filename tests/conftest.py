"""What all tests share: where the public data lies, the browser, the order of the suite, Hypothesis' profile."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

ROOT = Path(__file__).resolve().parent.parent

# The machine may be busy with other tests: a slow example is not a wrong one.
settings.register_profile("castanea", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("castanea")

BROWSER_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--font-render-hinting=none",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests run last: Playwright keeps an event loop running in the thread, and others start their own."""
    items.sort(key=lambda item: item.get_closest_marker("e2e") is not None)


def find_chromium() -> str | None:
    """Return the system's Chromium (the tests never download a browser), or None."""
    named = os.environ.get("CASTANEA_CHROMIUM")
    return named or next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


@pytest.fixture(scope="session")
def test_data() -> Path:
    """The folder of public data sets (CASTANEA_TEST_DATA, else shared/data beside the checkout); skips when absent."""
    folder = Path(os.environ.get("CASTANEA_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"the public data sets are not at {folder}; set CASTANEA_TEST_DATA to their folder")
    return folder


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Launch the system's headless Chromium; skips with a reason where there is none."""
    chromium = find_chromium()
    if chromium is None:
        pytest.skip("no Chromium here; run scripts/install-system-packages as root")
    return {"executable_path": chromium, "headless": True, "args": BROWSER_ARGUMENTS}
