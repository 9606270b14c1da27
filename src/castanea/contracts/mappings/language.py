"""The mapping language: how the columns of one kind of file become rows of canonical tables. A format is data, never code.

Mapping
├── columns      the file's columns: accepted spellings, type of cell, privacy, what their content looks like
├── define       further columns computed from them
├── meanings     alternatives for what a column means, decided by identities over the file's rows
├── rows         each row of the file becomes one row of the first table whose condition holds
└── also         further tables fed by the same rows (the order, the customer, the product on a flat row)
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from castanea.contracts.mappings.expression import EXPORTED_AT, Expression, Value

CellType = Literal["text", "id", "number", "time", "date", "flag"]
CELL_TYPES: tuple[CellType, ...] = ("text", "id", "number", "time", "date", "flag")
DATE_ORDERS = ("ymd", "dmy", "mdy")


@dataclass(frozen=True)
class FileColumn:
    """A column of the file. `names` are its accepted spellings, the own name first. `needed`: without it the format is not this one.

    `like` is a regular expression that most of its cells match, or empty. `keep`: `map` (used by rules), `extra` (kept sealed, not
    yet used), `none` (repeats another column; `why` says which). `whole`: an id written as a number, as 17850.0.
    """

    name: str
    names: tuple[str, ...]
    type: CellType = "text"
    needed: bool = False
    like: str = ""
    keep: Literal["map", "extra", "none"] = "map"
    why: str = ""
    order: str = ""
    privacy: str = ""


@dataclass(frozen=True)
class TableRule:
    """Rows for one canonical table. `when`: empty = always. `once`: at most one row per value of these names in the file.

    `each`: the rule runs once per element of this list column (rules of `also` only). `weak`: its rows never replace a row of the same
    key that another file knows better (a product's name seen on an order line).
    """

    table: str
    when: Expression | None
    values: dict[str, Value]
    once: tuple[str, ...] = ()
    weak: bool = False
    each: str = ""


@dataclass(frozen=True)
class Choice:
    """One possible meaning: it holds where `test` is true; then the names in `define` get these values."""

    name: str
    test: Expression
    define: dict[str, Value]
    says: dict[str, str]


@dataclass(frozen=True)
class Meaning:
    """Which of `choices` holds in nearly all rows where `among` is true; rows where `telling` is true are those in which they differ.

    The first choice is taken when the rows cannot tell.
    """

    name: str
    among: Expression | None
    telling: Expression | None
    choices: tuple[Choice, ...]


@dataclass(frozen=True)
class Check:
    """An identity that should hold in every row where `among` is true; reported with the number of rows in which it does."""

    name: str
    among: Expression | None
    test: Expression
    says: dict[str, str]


@dataclass(frozen=True)
class Continuation:
    """Rows that go on with the row above: where `key` is blank or repeats, blank cells of `fill` take the value above."""

    key: str
    fill: tuple[str, ...]


@dataclass(frozen=True)
class Mapping:
    """One format. `zone`, `currency`: of its times and amounts, empty = the workspace's. `platform` becomes the channel where set.

    `statuses`: the platform's words for where something stands → ours, by name of the table of words; they are among `words` too, and
    a word that is not there is told after the import. `each`: list columns (JSON) and the columns of their elements. `known_share`: the
    least share of a file's columns that must be known, for formats of few and common columns. `tax`: whether its amounts hold the tax
    (in, out, or empty = it has none or the rows tell). `absent`: columns whose presence says that a file is of another format.
    `notes`: what a reader must know, by language.
    """

    name: str
    version: int
    labels: dict[str, str]
    kind: str
    source: str
    columns: dict[str, FileColumn]
    rows: tuple[TableRule, ...]
    also: tuple[TableRule, ...] = ()
    define: dict[str, Value] = field(default_factory=dict)
    meanings: tuple[Meaning, ...] = ()
    checks: tuple[Check, ...] = ()
    words: dict[str, dict[str, str]] = field(default_factory=dict)
    statuses: dict[str, dict[str, str]] = field(default_factory=dict)
    tax: str = ""
    known_share: float = 0.0
    each: dict[str, dict[str, FileColumn]] = field(default_factory=dict)
    absent: tuple[str, ...] = ()
    notes: dict[str, str] = field(default_factory=dict)
    patterns: dict[str, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    continuation: Continuation | None = None
    version_from: str = ""
    shop_from: str = ""
    currency_from: str = ""
    zone: str = ""
    currency: str = ""
    platform: str = ""
    text: str = ""  # the YAML as it was read, kept in the import's record
    guessed: bool = False

    @property
    def names(self) -> frozenset[str]:
        """Every name an expression may use."""
        chosen = {name for meaning in self.meanings for choice in meaning.choices for name in choice.define}
        return frozenset(self.columns) | frozenset(self.define) | chosen | {EXPORTED_AT}
