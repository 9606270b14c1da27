"""Somebody at a provider of identities (OpenID Connect), and the provider as a workspace names it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class ProviderSettings:
    """From the table `[provider]` of `castanea.toml`.

    `domains`: e-mail domains whose people are let in ("*" = all whom the provider lets in); `roles`: a group's name → a role. Who is in none of
    them gets `role`; with an empty `role` they are not let in. `address`: of this server, as a browser reaches it (empty = as it was asked).
    """

    label: str
    issuer: str
    client_id: str
    client_secret: str = ""
    domains: tuple[str, ...] = ()
    role: str = "viewer"
    roles: Mapping[str, str] = field(default_factory=dict)
    groups_claim: str = "groups"
    scopes: tuple[str, ...] = ()
    address: str = ""

    def __repr__(self) -> str:
        return f"ProviderSettings(label={self.label!r}, issuer={self.issuer!r}, client_id={self.client_id!r})"


@dataclass(frozen=True)
class Identity:
    """`email` is empty unless the provider vouches for it."""

    issuer: str
    subject: str
    name: str = ""
    email: str = ""
    groups: tuple[str, ...] = ()
