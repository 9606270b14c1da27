"""Calls to addresses that people enter: the name is resolved once, and only the world's public addresses are called."""

from __future__ import annotations

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from castanea.kit.errors import CastaneaError

PATIENCE = 10.0  # seconds to connect, and to wait for each part of the answer
MOST = 64 << 10  # bytes of an answer that are read
_NAT64 = ipaddress.ip_network("64:ff9b::/96")
Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotSent(CastaneaError):
    """`lasting`: it will not go another time either."""

    code = "channels.not_sent"
    status = 502

    def __init__(self, message: str, *, lasting: bool = False, code: str = "channels.not_sent") -> None:
        super().__init__(message, code=code)
        self.lasting = lasting


@dataclass(frozen=True)
class Answered:
    status: int
    body: bytes
    retry_after: float = 0.0


def is_public(address: Address) -> bool:
    """Whether an address is one of the world's own, also where an IPv4 address is wrapped into an IPv6 one."""
    if isinstance(address, ipaddress.IPv6Address):
        wrapped = ipaddress.IPv4Address(int(address) & 0xFFFFFFFF) if address in _NAT64 else address.ipv4_mapped
        if wrapped is not None:
            return is_public(wrapped)
        inner = address.sixtofour or (address.teredo or (None, None))[1]
        if inner is not None and not is_public(inner):
            return False
    return address.is_global and not address.is_multicast and not address.is_reserved and not address.is_unspecified


class Outgoing:
    """Blocks. `loopback`: receivers on this machine, with http, are let through (for tests; a server never asks for it)."""

    def __init__(self, *, loopback: bool = False) -> None:
        self._loopback = loopback

    def post(self, link: str, body: bytes, headers: Mapping[str, str]) -> Answered:
        """Raises NotSent. An answer that sends elsewhere is not followed."""
        parts = urlsplit(link)
        host, secure = parts.hostname or "", parts.scheme == "https"
        if not secure and not (self._loopback and parts.scheme == "http"):
            raise NotSent("only https:// addresses are called", lasting=True, code="channels.forbidden")
        try:
            port = parts.port if parts.port is not None else 443 if secure else 80
        except ValueError:
            raise NotSent("the address has no valid port", lasting=True, code="channels.forbidden") from None
        if not host or "@" in parts.netloc or "\\" in link:
            raise NotSent("the address must have a host and no user name", lasting=True, code="channels.forbidden")
        numbers = self._resolve(host, port)
        connection = _Pinned(host, port, numbers, secure)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        try:
            connection.request("POST", path, body, dict(headers))
            answer = connection.getresponse()
            told = answer.read(MOST)
        except (OSError, http.client.HTTPException, ValueError) as broken:
            raise NotSent(f"{host} cannot be reached: {type(broken).__name__}") from None
        finally:
            connection.close()
        if 300 <= answer.status < 400:
            raise NotSent(f"{host} sends elsewhere ({answer.status}); enter the address that it means", lasting=True)
        wait = answer.headers.get("Retry-After", "")
        return Answered(answer.status, told, float(wait) if wait.isdecimal() else 0.0)

    def _resolve(self, host: str, port: int) -> list[str]:
        """All addresses of the name, each checked: one that is not public refuses the whole name."""
        if not 1 <= port <= 65535 or (port < 1024 and port not in (80, 443)):
            raise NotSent(f"port {port} is not one of a web server", lasting=True, code="channels.forbidden")
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError):
            raise NotSent(f"the name {host} is not known") from None
        numbers = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        for number in numbers:
            address = ipaddress.ip_address(number.partition("%")[0])
            if not is_public(address) and not (self._loopback and address.is_loopback):
                raise NotSent(
                    f"{host} is an address of this machine or its network; messages go to public addresses only",
                    lasting=True,
                    code="channels.forbidden",
                )
        return numbers


class _Pinned(http.client.HTTPConnection):
    """A connection to one of the addresses that were checked; the certificate is held against the name."""

    def __init__(self, host: str, port: int, numbers: list[str], secure: bool) -> None:
        super().__init__(host, port, timeout=PATIENCE)
        self._numbers, self._secure = numbers, secure

    def connect(self) -> None:
        problem: OSError | None = None
        for number in self._numbers:
            try:
                bare = socket.create_connection((number, self.port), PATIENCE)
            except OSError as refused:
                problem = refused
                continue
            self.sock = (
                ssl.create_default_context().wrap_socket(bare, server_hostname=self.host) if self._secure else bare
            )
            return
        raise problem or OSError("no address")
