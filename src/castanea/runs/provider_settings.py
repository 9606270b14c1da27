"""The table `[provider]` of `castanea.toml`: where people sign in who have an account elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from castanea.contracts.identity import ProviderSettings
from castanea.kit.errors import InputError

ROLES = ("manager", "editor", "member", "viewer")  # an owner is made on the server alone
_TEXTS = ("label", "issuer", "client_id", "client_secret_file", "client_secret_env", "role", "groups_claim", "address")
_LISTS = ("domains", "scopes")
KNOWN = (*_TEXTS, *_LISTS, "roles")
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def read_provider(table: Any, folder: Path, environment: Mapping[str, str]) -> ProviderSettings:
    """The settings, the secret from its file (beside `castanea.toml`) or environment variable. Raises InputError that names the setting."""
    if not isinstance(table, Mapping):
        raise _wrong("provider must be a table: [provider]")
    if unknown := sorted(set(table) - set(KNOWN)):
        raise _wrong(f"unknown setting {unknown[0]!r}; there are {', '.join(KNOWN)}")
    for name in _TEXTS:
        if not isinstance(table.get(name, ""), str):
            raise _wrong(f"{name} must be a text, it is {table[name]!r}")
    for name in _LISTS:
        if not _are_texts(table.get(name, [])):
            raise _wrong(f"{name} must be a list of texts, it is {table[name]!r}")
    for name in ("issuer", "client_id"):
        if not table.get(name):
            raise _wrong(f"{name} is missing")
    _check_address("issuer", table["issuer"])
    if table.get("address"):
        _check_address("address", table["address"])
    domains, roles = tuple(d.lower().lstrip("@") for d in table.get("domains", [])), _roles(table.get("roles", {}))
    role = table.get("role", "viewer")
    if role and role not in ROLES:
        raise _wrong(f"role {role!r} is none; there are {', '.join(ROLES)}, and empty for nobody without a group")
    if not domains and (role or not roles):
        raise _wrong('domains is missing: name those whose people are let in, or "*" for all whom the provider lets in')
    return ProviderSettings(
        label=table.get("label") or urlsplit(table["issuer"]).hostname or "",
        issuer=table["issuer"],
        client_id=table["client_id"],
        client_secret=_secret(table, folder, environment),
        domains=domains,
        role=role,
        roles=roles,
        groups_claim=table.get("groups_claim", "groups"),
        scopes=tuple(table.get("scopes", [])),
        address=table.get("address", "").rstrip("/"),
    )


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and each for each in value)


def _roles(table: Any) -> dict[str, str]:
    if not isinstance(table, Mapping) or any(not isinstance(role, str) for role in table.values()):
        raise _wrong('roles must be a table of group = "role"')
    if wrong := sorted(role for role in table.values() if role not in ROLES):
        raise _wrong(f"roles names {wrong[0]!r}; there are {', '.join(ROLES)}")
    return dict(table)


def _check_address(name: str, address: str) -> None:
    parts = urlsplit(address)
    if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in LOOPBACK):
        raise _wrong(f"{name} {address!r} must begin with https://")
    if parts.username or parts.query or parts.fragment or not parts.hostname:
        raise _wrong(f"{name} {address!r} must be an address without name, ? and #")


def _secret(table: Mapping[str, Any], folder: Path, environment: Mapping[str, str]) -> str:
    variable, file = str(table.get("client_secret_env", "")), str(table.get("client_secret_file", ""))
    if variable:
        if not environment.get(variable):
            raise _wrong(f"the environment variable {variable!r} of client_secret_env is not set")
        return environment[variable]
    if not file:
        return ""
    path = folder / file
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as broken:
        raise _wrong(f"client_secret_file {path} cannot be read ({broken})") from broken
    if not secret:
        raise _wrong(f"client_secret_file {path} is empty")
    return secret


def _wrong(why: str) -> InputError:
    return InputError(
        f"castanea.toml, [provider]: {why}; mend it, nothing else was touched",
        code="workspace.provider_broken",
        values={"why": why},
    )
