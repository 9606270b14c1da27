"""The warehouse: a DuckDB file that is a projection of the landing log, with facts, rollups and import books.

It can be made again from the log at any time, to the same checksums. One thread writes; every reader has a cursor of its own.
"""

from castanea.warehouse.duck import DuckWarehouse

__all__ = ["DuckWarehouse"]
