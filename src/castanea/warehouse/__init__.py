"""The warehouse: a DuckDB file that is a projection of the landing log, with facts, rollups and import books.

It can be made again from the log at any time, to the same checksums. One thread writes; every reader has a cursor of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from castanea.warehouse.duck import DuckWarehouse

__all__ = ["DuckWarehouse"]


def __getattr__(name: str) -> object:
    """The engine is loaded where a warehouse is opened: the HTTP process needs only names and rules from this room."""
    if name == "DuckWarehouse":
        from castanea.warehouse.duck import DuckWarehouse

        return DuckWarehouse
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
