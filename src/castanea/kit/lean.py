"""Libraries that a server's process goes without.

Others look for these and load them when they are installed, though nothing of ours in that process uses them: Arrow looks for pandas at
the first list it is given (52 MB resident), structlog for rich at its import (10 MB, and its tracebacks show the values of variables).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.abc import MetaPathFinder


def go_lean() -> None:
    """To be called once, before anything else is imported, in a process that stays. Arrow gives and takes no pandas objects then."""
    with _not_found("rich"):
        import structlog.dev  # noqa: F401
    with _not_found("pandas"):
        import pyarrow as pa

        pa.array([None])


class _Hidden(MetaPathFinder):
    def __init__(self, name: str) -> None:
        self._name = name

    def find_spec(self, fullname: str, _path: object, _target: object = None) -> None:
        if fullname == self._name:
            raise ModuleNotFoundError(f"{fullname} is not loaded in this process", name=fullname)


@contextmanager
def _not_found(name: str) -> Iterator[None]:
    """Imports of the module fail meanwhile, as if it were not installed; one that is loaded already stays."""
    hidden = _Hidden(name)
    sys.meta_path.insert(0, hidden)
    try:
        yield
    finally:
        sys.meta_path.remove(hidden)
