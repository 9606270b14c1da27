"""What can be wrong with a file as a whole.

InputError
└── FileError        the file cannot be read as it is; nothing was imported from it
    ├── TooLarge     it needs more memory, or inflates to more, than is allowed
    └── Stuck        no progress for longer than is allowed
"""

from __future__ import annotations

from castanea.kit.errors import InputError


class FileError(InputError):
    code = "file.unreadable"


class TooLarge(FileError):
    code = "file.too_large"


class Stuck(FileError):
    code = "file.stuck"


CODES: dict[str, type[FileError]] = {kind.code: kind for kind in (FileError, TooLarge, Stuck)}
