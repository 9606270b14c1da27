"""The boards there are: those that come with Castanea, and a workspace's own, which may take a ready one's place."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

from castanea.boards.reader import read_board
from castanea.contracts.board import BoardSpec
from castanea.kit.errors import NotFound
from castanea.kit.nearest import nearest

READY = (
    "live-today", "sales", "traffic", "marketing", "products", "product", "customers", "stock", "service", "profit", "market", "festival",
)  # fmt: skip


class Boards:
    def __init__(self, specs: tuple[BoardSpec, ...]) -> None:
        self._specs = {spec.id: spec for spec in specs}

    @classmethod
    def load(cls, folder: Path | None = None) -> Boards:
        """Raises BoardError for a file that cannot be read."""
        ready = files("castanea.boards") / "ready"
        specs = [read_board((ready / f"{name}.yaml").read_text(encoding="utf-8"), f"{name}.yaml") for name in READY]
        own = sorted(folder.glob("*.yaml")) if folder is not None and folder.is_dir() else []
        specs += [read_board(path.read_text(encoding="utf-8"), str(path)) for path in own]
        return cls(tuple(specs))

    def all(self) -> tuple[BoardSpec, ...]:
        return tuple(self._specs.values())

    def get(self, name: str) -> BoardSpec:
        """Raises NotFound, naming the nearest boards."""
        if name not in self._specs:
            raise NotFound(
                f"there is no board {name!r}{nearest(name, self._specs).hint}; there are {', '.join(self._specs)}",
                code="board.not_found",
                values={"board": name, "boards": ", ".join(self._specs)},
            )
        return self._specs[name]
