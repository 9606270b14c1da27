"""Reading files: what a file is, and its rows as text, found out and read in a child process with limits."""

from __future__ import annotations

from castanea.sources.files.dialect import Counted, Found, Limits, Wish
from castanea.sources.files.errors import FileError, Stuck, TooLarge
from castanea.sources.files.reading import FileReader, RawChunk
from castanea.sources.files.rows import OddRow

__all__ = ["Counted", "FileError", "FileReader", "Found", "Limits", "OddRow", "RawChunk", "Stuck", "TooLarge", "Wish"]
