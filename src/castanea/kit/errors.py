"""The root of all errors that Castanea raises on purpose.

    CastaneaError
    ├── InputError        the caller's input is wrong; the message says what, the valid choices, what to do next
    ├── NotFound          the named thing does not exist (or the reader may not know that it does)
    ├── Conflict          the thing has changed since the caller read it, or is held by another process
    ├── Busy              a bounded queue is full; try again after `retry_after` seconds
    ├── NoSpace           the disk is full; nothing was acknowledged
    └── Unavailable       a part that is needed does not answer now; what was kept is said
        └── DiskError     the disk reports another fault than being full; `name` is its code

Rooms derive their own errors from these; only `api/` and `cli/` turn them into statuses and exit codes.
"""

from __future__ import annotations

from collections.abc import Mapping


class CastaneaError(Exception):
    """An error with a stable code, so that the message catalogue can say it in the reader's language.

    `code` is a dotted name (`query.unknown_metric`); `values` fill the catalogue's sentence; `str(error)` is English.
    """

    code = "castanea.error"

    def __init__(self, message: str, *, code: str | None = None, values: Mapping[str, object] | None = None) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        self.values: dict[str, object] = dict(values or {})


class InputError(CastaneaError):
    code = "castanea.input"


class NotFound(CastaneaError):
    code = "castanea.not_found"


class Conflict(CastaneaError):
    code = "castanea.conflict"


class Busy(CastaneaError):
    code = "castanea.busy"

    def __init__(self, message: str, *, retry_after: float, code: str | None = None) -> None:
        super().__init__(message, code=code, values={"retry_after": retry_after})
        self.retry_after = retry_after


class NoSpace(CastaneaError):
    code = "castanea.no_space"


class Unavailable(CastaneaError):
    code = "castanea.unavailable"


class DiskError(Unavailable):
    code = "castanea.disk_error"
