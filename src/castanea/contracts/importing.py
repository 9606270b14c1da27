"""An import from the browser: what is wished, what a look at the file shows, how far the import is."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Words = dict[str, str]  # by language: zh-CN, en


@dataclass(frozen=True)
class ImportWish:
    """What somebody says about a file; what is empty is found out.

    `columns`: a column of the format → the file's column, "" = none of them. `words`: table of words → the file's word → its meaning.
    """

    format: str = "auto"
    kind: str = ""
    zone: str = ""
    currency: str = ""
    shop: str = ""
    exported_at: datetime | None = None
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 0
    date_order: str = ""
    decimal_mark: str = ""
    columns: dict[str, str] = field(default_factory=dict)
    words: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class LookedColumn:
    """A column of the file. `taken_for`: the format's column that it becomes, empty = kept sealed and not used. `sample`: its first
    filled cells as they stand, hidden where they are personal."""

    header: str
    taken_for: str
    confidence: float
    sample: tuple[str, ...]
    personal: bool = False


@dataclass(frozen=True)
class FormatColumn:
    """What a column of the file may be taken for."""

    name: str
    type: str
    needed: bool
    personal: bool
    labels: Words


@dataclass(frozen=True)
class UnknownWord:
    """A word of the file that the format's table does not hold, with the meanings it may be given."""

    table: str
    word: str
    rows: int
    meanings: tuple[str, ...]


@dataclass(frozen=True)
class NearFormat:
    name: str
    labels: Words
    kind: str
    confidence: float


@dataclass(frozen=True)
class Effect:
    """What the sampled rows become: rows by table, sums of money by table.column, refused rows by reason; `labels`: the tables' names."""

    sampled: int
    rows: dict[str, int]
    labels: dict[str, Words]
    sums: dict[str, str]
    refused: dict[str, int]


@dataclass(frozen=True)
class Refusal:
    """Why a file cannot be read like this; `code` tells what to ask for (file.date_order, import.unknown_format …)."""

    code: str
    message: str
    values: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class FileLook:
    """How a file will be read. With `refused`, what was found out until then. `preview`: the first rows as they will be read, as text
    under `preview_columns` (names of the format's columns); times are in `zone`. `exported_from`: given, file (its name or title), or
    mtime (a guess: ask). `kinds`: where the format is guessed or unknown, what the rows may be and
    the columns each needs. `says`: what the sample shows about the amounts, and further notes."""

    file: str
    bytes: int
    container: str = ""
    encoding: str = ""
    encoding_sure: bool = True
    delimiter: str = ""
    header_row: int = 0
    titles: tuple[str, ...] = ()
    sheet: str = ""
    sheets_left: tuple[str, ...] = ()
    format: str = ""
    format_labels: Words = field(default_factory=dict)
    kind: str = ""
    confidence: float = 0.0
    guessed: bool = False
    near: tuple[NearFormat, ...] = ()
    zone: str = ""
    currency: str = ""
    shop: str = ""
    exported_at: datetime | None = None
    exported_from: str = ""
    columns: tuple[LookedColumn, ...] = ()
    choices: tuple[FormatColumn, ...] = ()
    kinds: dict[str, tuple[str, ...]] = field(default_factory=dict)
    words: tuple[UnknownWord, ...] = ()
    preview_columns: tuple[str, ...] = ()
    preview: tuple[tuple[str, ...], ...] = ()
    says: tuple[Words, ...] = ()
    doubts: tuple[str, ...] = ()
    effect: Effect | None = None
    refused: Refusal | None = None


JobState = Literal["uploading", "waiting", "queued", "running", "done", "failed", "cancelled", "interrupted"]


@dataclass(frozen=True)
class ImportReport:
    """What became of the rows: received = loaded + duplicates + superseded + quarantined."""

    import_id: str
    format: str
    received: int
    loaded: int
    duplicates: int
    superseded: int
    quarantined: int
    suspects: int
    reasons: dict[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class ImportJob:
    """A file that somebody brought, and its import. `waiting`: uploaded and not yet begun; `interrupted`: the server ended meanwhile,
    begin it again (what was landed counts once). `watched`: the watched folder in which it was found. `rows`,
    `done_bytes` of `bytes`, `seconds` since it began: how far it is."""

    id: str
    file: str
    bytes: int
    state: JobState
    by: str
    at: datetime
    wish: ImportWish = field(default_factory=ImportWish)
    rows: int = 0
    done_bytes: int = 0
    seconds: float = 0.0
    report: ImportReport | None = None
    refused: Refusal | None = None
    watched: str = ""


@dataclass(frozen=True)
class Question:
    """To the process that reads files. `keep` writes a file's format, as wished, under a `name` into the workspace; `cancel` ends the
    import that runs after the rows under way."""

    op: Literal["look", "run", "keep", "cancel"]
    path: str = ""
    name: str = ""
    wish: ImportWish = field(default_factory=ImportWish)


@dataclass(frozen=True)
class Told:
    """What that process says: a look, progress, a report, a format kept, or why there is none."""

    look: FileLook | None = None
    rows: int = 0
    done: int = 0
    report: ImportReport | None = None
    cancelled: bool = False
    kept: str = ""
    refused: Refusal | None = None
