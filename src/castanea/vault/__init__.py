"""Whom a pseudonym stands for, and the keys under which personal values are sealed. Nothing else in Castanea knows either."""

from castanea.vault.sealing import NotOpened
from castanea.vault.vault import Met, Vault, names

__all__ = ["Met", "NotOpened", "Vault", "names"]
