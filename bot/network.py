"""What the environment says of the network: through which proxy it is reached, and whom to trust.

httpx reads the same variables, but is ended by half of what stands in them on real machines.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Self
from urllib.request import getproxies, proxy_bypass

import httpx

_KINDS = ("http", "https", "all")
_USABLE = ("http", "https", "socks5", "socks5h")
# GNOME writes socks://, which its programs take for version 5.
_MEANT = {"socks": "socks5"}
_HOST = re.compile(r"[a-z0-9._:-]+", re.IGNORECASE)
_PORTS = 65_536
_PUBLIC_LENGTH = 10
TLS_VARIABLES = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")
"""What the TLS of Python and httpx reads from the environment."""


class Unusable(ValueError):
    """A proxy that nothing can be sent through; the text ends a sentence that begins with its name,
    and quotes no password.
    """


@dataclass(frozen=True, slots=True)
class Proxies:
    """Those of the environment: by scheme as they are written there, and who needs none."""

    written: Mapping[str, str] = field(default_factory=dict)
    direct: tuple[str, ...] = ()

    @classmethod
    def read(cls) -> Self:
        """What the environment says now; where it is silent, the system's settings."""
        found = {kind: value.strip() for kind, value in getproxies().items()}
        written = {kind: found[kind] for kind in _KINDS if found.get(kind)}
        return cls(written, tuple(re.split(r"[\s,;]+", found.get("no", "").lower())))

    def of(self, url: httpx.URL) -> str | None:
        """The one that this address is reached through, as it is written."""
        written = self.written.get(url.scheme) or self.written.get("all")
        return None if written is None or self._is_direct(url) else written

    def _is_direct(self, url: httpx.URL) -> bool:
        """This machine is reached directly, whatever is said of proxies."""
        host = url.host.lower().rstrip(".")
        port = url.port or {"https": 443}.get(url.scheme, 80)
        if is_this_machine(host) or any(_fits(rule, host, port) for rule in self.direct if rule):
            return True
        return bool(proxy_bypass(host))


def proxy(written: str) -> httpx.Proxy:
    """What is meant by it; raises `Unusable`."""
    scheme, _, rest = written.rpartition("://")
    scheme = _MEANT.get(scheme.lower(), scheme.lower() or "http")
    if scheme not in _USABLE:
        begins = f"begins with {scheme}://" if _is_shown(scheme) else "has an unknown beginning"
        raise Unusable(f"{begins}, which cannot be used: write http://, https:// or socks5://.")
    return _parsed(f"{scheme}://{rest}")


def faults() -> list[str]:
    """One sentence for each variable of the environment that nothing can be sent with."""
    found = []
    for kind, written in Proxies.read().written.items():
        try:
            proxy(written)
        except Unusable as fault:
            found.append(f"{kind.upper()}_PROXY {fault}")
    named = [name for name in TLS_VARIABLES if os.environ.get(name)]
    try:
        if named:
            tls()
    except OSError as error:
        variables = " or ".join(named)
        found.append(f"{variables} cannot be used ({error.strerror}): correct or unset it.")
    return found


@cache
def tls() -> ssl.SSLContext:
    """One for all clients: reading the list of authorities takes longer than all else at start."""
    return httpx.create_ssl_context()


def _parsed(address: str) -> httpx.Proxy:
    try:
        found = httpx.Proxy(address)
        host, port = found.url.raw_host.decode("ascii"), found.url.port or 0
        usable = bool(_HOST.fullmatch(host)) and port < _PORTS and found.url.raw_path == b"/"
    except (httpx.InvalidURL, ValueError):
        usable = False
    if not usable:
        raise Unusable(
            "is not the address of a proxy: write http://name:password@host:port there, with "
            "every special sign of the password as % and its number."
        )
    return found


def _is_shown(scheme: str) -> bool:
    return scheme.isalnum() and scheme.isascii() and len(scheme) <= _PUBLIC_LENGTH


def is_same(address: str, other: str) -> bool:
    """Whether both are one address, in whatever way its host and port are written."""
    try:
        return httpx.URL(address) == httpx.URL(other)
    except httpx.InvalidURL:
        return address == other


def is_this_machine(host: str) -> bool:
    """Whether a host is this one, whatever is listening there."""
    ip = literal(host)
    return host == "localhost" if ip is None else ip.is_loopback


def literal(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is spelled as, also in the decimal and hexadecimal ways."""
    try:
        return ip_address(host.strip("[]"))
    except ValueError:
        pass
    try:
        return IPv4Address(socket.inet_aton(host))
    except (OSError, ValueError):
        return None


def _fits(rule: str, host: str, port: int) -> bool:
    """Whether a word of NO_PROXY means this host: its name or one above it, its address or network,
    alone or with a port.
    """
    rule = rule.partition("://")[2] or rule
    if rule == "*":
        return True
    if "/" in rule or rule.count(":") > 1:
        return _is_within(rule, host)
    name, _, wanted = rule.partition(":")
    name = name.removeprefix("*").strip(".")
    return bool(name) and wanted in ("", str(port)) and f".{host}".endswith(f".{name}")


def _is_within(network: str, host: str) -> bool:
    try:
        return ip_address(host.strip("[]")) in ip_network(re.sub(r"[\[\]]", "", network), False)
    except ValueError:
        return False
