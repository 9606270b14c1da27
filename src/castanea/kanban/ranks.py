"""Ranks: texts whose order is the order of the cards, with room for one more between any two."""

from __future__ import annotations

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


def rank_between(low: str, high: str) -> str:
    """A rank after `low` and before `high` (empty = no bound on that side). It never ends in 0, so that one fits before it too.

    Ranks grow by about one character per six cards put into the very same gap. Raises ValueError unless low < high.
    """
    if high and low >= high:
        raise ValueError(f"no rank lies between {low!r} and {high!r}; the first must be the smaller")
    made, place = "", 0
    while True:
        least = DIGITS.index(low[place]) if place < len(low) else 0
        most = DIGITS.index(high[place]) if place < len(high) else len(DIGITS)
        if most - least > 1:
            # at the end of a list there is usually more to come: take small steps there
            step = (least + most) // 2 if high or not low else least + 1
            return made + DIGITS[step]
        made += DIGITS[least]
        if most > least:
            high = ""  # one below the upper bound from here on: all that follows is free
            place += 1
            return made + _after(low[place:])
        place += 1


def _after(low: str) -> str:
    """The shortest rank after `low`, in the middle of what is free."""
    made = ""
    for digit in low:
        at = DIGITS.index(digit)
        if at < len(DIGITS) - 1:
            return made + DIGITS[(at + len(DIGITS)) // 2]
        made += digit
    return made + DIGITS[len(DIGITS) // 2]
