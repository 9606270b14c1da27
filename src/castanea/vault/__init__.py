"""Whom a pseudonym stands for, and the keys under which personal values are sealed. Nothing else in Castanea knows either."""

from castanea.vault.vault import SubjectErased, Vault

__all__ = ["SubjectErased", "Vault"]
