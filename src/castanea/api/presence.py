"""Who edits which board now: told by their pages every few seconds, forgotten when they fall silent."""

from __future__ import annotations

from castanea.kit.clock import monotonic

SILENT = 15.0  # seconds after which an editor is taken to have left


class Presence:
    """For one event loop; keeps nothing on disk."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[tuple[str, str], float]] = {}

    def tell(self, board: str, session: str, name: str, *, here: bool) -> list[str]:
        """Somebody edits a board (or has stopped); returns the names of the others who do."""
        now = monotonic()
        editors = {who: at for who, at in self._seen.get(board, {}).items() if now - at < SILENT}
        editors.pop((session, name), None)
        others = sorted({who for _, who in editors})
        if here:
            editors[session, name] = now
        if editors:
            self._seen[board] = editors
        else:
            self._seen.pop(board, None)
        return others
