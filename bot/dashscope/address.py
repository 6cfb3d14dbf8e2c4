"""Addresses that the provider names: which of them we connect to, and how.

Whatever they say, and whatever the DNS says of them, nothing leads to this machine or to a network
that is not public, unless the provider itself is there (a local one, or a gateway of the
operator's).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from ipaddress import IPv4Address, IPv6Address, IPv6Network
from typing import Any

import httpx

from bot.dashscope.errors import ResultRefused
from bot.network import is_this_machine, literal

_PROVIDER = ".aliyuncs.com"
_NAT64 = IPv6Network("64:ff9b::/96")

Trace = Callable[[str, Mapping[str, Any]], Awaitable[None]]
"""What httpx tells of a connection (its extension "trace")."""


def ways(url: str, *, base_url: str) -> list[httpx.URL]:
    """The addresses to try, one after the other; none where it is not one that we connect to.

    For http, https comes first: the provider's samples show plain http for results that its storage
    serves over TLS as well, and its own hosts are asked for them in no other way.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return []
    if parsed.scheme not in ("http", "https") or not parsed.host:
        return []
    if _is_by_the_provider(parsed, base_url):
        return [parsed]
    if _is_local(parsed.host):
        return []
    secure = parsed.copy_with(scheme="https")
    is_own = f".{parsed.host}".endswith(_PROVIDER) and parsed.port is None
    return [secure] if parsed.scheme == "https" or is_own else [secure, parsed]


def guarded(url: httpx.URL, *, base_url: str) -> dict[str, Trace]:
    """The extensions of a request: it is given up before a byte is sent where the address that was
    really connected to is none that we connect to.

    What a proxy connects to is the proxy's affair. The request then raises `ResultRefused`.
    """
    return {} if _is_by_the_provider(url, base_url) else {"trace": _guard(url.host)}


def shown(url: str) -> str:
    """An address fit for a message: without its query, which holds a signature."""
    return url.partition("?")[0][:200]


def is_public(ip: IPv4Address | IPv6Address) -> bool:
    """Whether an address is out in the internet; one inside another counts as the inner one."""
    if isinstance(ip, IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour
        if ip in _NAT64:
            inner = IPv4Address(int(ip) & 0xFFFFFFFF)
        if inner is not None:
            return is_public(inner)
        if ip.is_site_local or ip.teredo is not None:
            return False
    return ip.is_global and not (ip.is_multicast or ip.is_reserved or ip.is_unspecified)


def _guard(host: str) -> Trace:
    asked_for = {"host": host}

    async def see(event: str, info: Mapping[str, Any]) -> None:
        if event.endswith("connect_tcp.started"):
            asked_for["host"] = info["host"]
        elif event.endswith("connect_tcp.complete") and asked_for["host"] == host:
            await _check(info["return_value"])

    return see


async def _check(stream: Any) -> None:
    """Raises `ResultRefused`, with the connection closed. A machine that talks to itself has one
    address at both ends.
    """
    theirs, ours = [stream.get_extra_info(name) for name in ("server_addr", "client_addr")]
    if theirs is None or theirs[0] == (ours or "?")[0] or _is_local(theirs[0]):
        await stream.aclose()
        raise ResultRefused(f"unsafe address: it leads to {theirs and theirs[0]}")


def _is_by_the_provider(url: httpx.URL, base_url: str) -> bool:
    base = httpx.URL(base_url)
    return url.host == base.host or (is_this_machine(url.host) and is_this_machine(base.host))


def _is_local(host: str) -> bool:
    ip = literal(host)
    return f".{host}".rstrip(".").endswith(".localhost") if ip is None else not is_public(ip)
