"""Addresses: which of those the provider names we connect to, and how."""

from __future__ import annotations

from ipaddress import ip_address

import httpx

_PROVIDER = ".aliyuncs.com"


def upgraded(url: str) -> str:
    """`url` with https for http where the host is the provider's own; others stay as they are.

    The provider's samples show plain http for results that its storage serves over TLS as well.
    """
    try:
        parsed = httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        return url
    plain = parsed.scheme == "http" and parsed.port is None
    return f"https{url[4:]}" if plain and f".{parsed.host}".endswith(_PROVIDER) else url


def trusted(url: str, *, base_url: str) -> httpx.URL | None:
    """The address, if we may connect to it: https anywhere, plain http only to a local `base_url`.

    Local means that both are this machine: nothing that a remote provider answers can make the bot
    call a service of its own machine without TLS.
    """
    try:
        parsed, base = httpx.URL(upgraded(url)), httpx.URL(base_url)
    except (httpx.InvalidURL, ValueError):
        return None
    local = parsed.scheme == "http" and _is_loopback(parsed.host) and _is_loopback(base.host)
    return parsed if parsed.host and (parsed.scheme == "https" or local) else None


def shown(url: str) -> str:
    """An address fit for a message: without its query, which holds a signature."""
    return url.partition("?")[0][:200]


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
