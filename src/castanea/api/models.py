"""Bodies and answers of the small routes. Boards, frames and answers are the contracts' own dataclasses."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from castanea.access.preferences import Density, DirectionColours, Language, Theme
from castanea.contracts.board import BoardSpec, Frame


class Sent(BaseModel):
    """What is sent to us: unknown fields are refused, so that a misspelt one is noticed."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Sent):
    name: str = Field(min_length=1, max_length=64)
    passphrase: str = Field(min_length=1, max_length=256)
    code: str = Field("", max_length=32, description="Of the second factor, where the account has one.")


class SignInWays(BaseModel):
    """`provider`: what the button says that leads to a provider of identities; empty where none is set up."""

    provider: str


class PreferencesModel(Sent):
    language: Language = ""
    theme: Theme = "system"
    direction_colours: DirectionColours = ""
    density: Density = "comfortable"


class Me(BaseModel):
    """`preferences.language` empty = the browser's; `direction_colours` empty = by language. `role` is `wall` for a screen on the wall,
    which shows `board` alone. `codes_left`: codes to fall back on; `passphrase`: whether the account has one, or is reached through a provider
    of identities alone."""

    id: str
    name: str
    role: str
    preferences: PreferencesModel
    permissions: list[str]
    board: str = ""
    second_factor: bool = False
    codes_left: int = 0
    passphrase: bool = True


class WorkspaceModel(BaseModel):
    name: str
    currency: str
    zone: str
    week_start: int = Field(description="1 (Monday) to 7")
    demo: bool


class SessionModel(BaseModel):
    """`csrf` goes into the X-Castanea-CSRF header of every request that changes something."""

    csrf: str
    me: Me
    workspace: WorkspaceModel


class WriteKeyName(Sent):
    name: str = Field(min_length=1, max_length=64)


class WriteKeyModel(BaseModel):
    id: str
    name: str
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


class NewWriteKey(BaseModel):
    """`token` is shown this once."""

    key: WriteKeyModel
    token: str


class OpenedViewModel(BaseModel):
    """`view` is what the stream is asked for; `frame` holds all tiles."""

    view: str
    board: BoardSpec
    frame: Frame


class EventError(BaseModel):
    model_config = ConfigDict(extra="allow")
    row: int
    code: str


class EventsReceipt(BaseModel):
    """All counts are of durable rows: received = accepted + quarantined. `errors` shows at most 20."""

    received: int
    accepted: int
    quarantined: int
    errors: list[EventError]


class Status(BaseModel):
    """Where loading stands; `rebuilding` is a share from 0 to 1, or null."""

    model_config = ConfigDict(extra="allow")
    version: str
    available: bool
    offset: int | None = None
    head: int | None = None
    rebuilding: float | None = None
    message: str = ""


class Health(BaseModel):
    status: str


class Problem(BaseModel):
    """RFC 9457. `code` is stable, `detail` is in the reader's language, `values` are what its sentence was filled with."""

    model_config = ConfigDict(extra="allow")
    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str = ""
    values: dict[str, Any] = {}
    errors: list[dict[str, Any]] = []


class GridPaste(Sent):
    """One of the two: `text` to land, or the version to take back."""

    text: str = Field("", max_length=250_000, description="A header, then rows; cells divided by tabs or commas.")
    undo: str = Field("", max_length=64, description="The version to take back.")
    check: bool = Field(False, description="Only say what is wrong with the text; nothing is kept.")


class MendRow(BaseModel):
    """A row that waits. `row`: its number in the file; `cells` in the order of the file's columns, personal values in clear."""

    quarantine_id: str
    row: int
    reason: str
    why: str = Field("", description="The reason, in the reader's language.")
    column: str
    rule: str
    cells: list[str]


class MendRows(BaseModel):
    """The first waiting rows of an import, and how many wait."""

    import_id: str
    file: str
    columns: list[str]
    rows: list[MendRow]
    total: int


class Mend(Sent):
    """Rows to replay: number in the quarantine → the cells that were changed, by the file's column names."""

    rows: dict[str, dict[str, str]] = Field(min_length=1, max_length=1000)


class Replayed(BaseModel):
    """`landed` of the `received` rows count now; `refused` wait as before, `again` says why by their number in the quarantine."""

    received: int
    landed: int
    refused: int
    reasons: dict[str, int]
    again: dict[str, str]


class GridFault(BaseModel):
    """`row` counts the lines from 1, the header included; `valid` says what may stand in the cell."""

    row: int
    column: str
    value: str
    reason: str
    valid: str


class ImportStands(BaseModel):
    """How an import now stands; the numbers obey once the warehouse has applied `offset`."""

    import_id: str
    file: str
    received: int
    undone: bool
    offset: int


class KeptFormat(BaseModel):
    name: str


class GridPasted(BaseModel):
    """`version` is empty, and nothing was kept, when there are faults. `restored`, `withdrawn`, `stay` and `since` count the rows of a version
    taken back: as before, saying nothing any more, only to be corrected, and changed since."""

    table: str
    version: str
    rows: int
    faults: list[GridFault]
    undoes: str
    restored: int
    withdrawn: int
    stay: int
    since: int
