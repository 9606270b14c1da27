"""Short constructors, so that a table's declaration reads as a list of its columns."""

from __future__ import annotations

from castanea.contracts.table import Column, Privacy, Type


def text(name: str, doc: str, *, required: bool = False, values: tuple[str, ...] = (), derived: bool = False) -> Column:
    return Column(name, Type.TEXT, doc, required, values=values, derived=derived)


def integer(name: str, doc: str, *, required: bool = False, unit: str = "", derived: bool = False) -> Column:
    return Column(name, Type.INTEGER, doc, required, unit, derived=derived)


def quantity(name: str, doc: str, *, required: bool = False, unit: str = "units", derived: bool = False) -> Column:
    return Column(name, Type.QUANTITY, doc, required, unit, derived=derived)


def money(name: str, doc: str, *, required: bool = False, derived: bool = False) -> Column:
    return Column(name, Type.MONEY, doc, required, "money", derived=derived)


def rate(name: str, doc: str, *, required: bool = False, unit: str = "share", derived: bool = False) -> Column:
    return Column(name, Type.RATE, doc, required, unit, derived=derived)


def at(name: str, doc: str, *, required: bool = False, derived: bool = False) -> Column:
    return Column(name, Type.TIMESTAMP, doc, required, derived=derived)


def date(name: str, doc: str, *, required: bool = False, derived: bool = False) -> Column:
    return Column(name, Type.DATE, doc, required, derived=derived)


def flag(name: str, doc: str, *, required: bool = False, derived: bool = False) -> Column:
    return Column(name, Type.BOOLEAN, doc, required, derived=derived)


def personal(name: str, doc: str, *, sensitive: bool = False) -> Column:
    """Sealed on arrival; in the log and the warehouse only inside `_sealed`."""
    return Column(name, Type.TEXT, doc, privacy=Privacy.SENSITIVE if sensitive else Privacy.PERSONAL)


def identifier(name: str, of: str, doc: str, *, required: bool = False, derived: bool = False) -> Column:
    """Sent as text, lands as a random 128-bit pseudonym."""
    return Column(name, Type.UUID, doc, required, privacy=Privacy.PERSONAL, identifies=of, derived=derived)


SHOP = text("shop_id", "The shop (a store on one platform); `main` where a workspace has one shop.", required=True)
CURRENCY = text("currency", "ISO 4217 code of the row's amounts; empty = the shop's currency.")
