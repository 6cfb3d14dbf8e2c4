"""Whose request it is."""

from __future__ import annotations

from starlette.requests import Request

from bot.sandbox.dashscope.answers import Refused
from bot.sandbox.dashscope.settings import ProviderSettings


def account_of(request: Request, settings: ProviderSettings) -> str:
    """Return the account behind the request's key. Raises Refused (401)."""
    scheme, _, key = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not key.strip():
        raise Refused(401, "InvalidApiKey", "No API-key provided.")
    account = settings.api_keys.get(key.strip())
    if account is None:
        raise Refused(401, "InvalidApiKey", "Invalid API-key provided.")
    return account


def wants_resolving(request: Request) -> bool:
    """Tell whether the caller asked for oss:// addresses to be resolved."""
    return request.headers.get("x-dashscope-ossresourceresolve", "").lower() == "enable"


def wants_async(request: Request) -> bool:
    """Tell whether the caller asked for a task instead of an answer."""
    return request.headers.get("x-dashscope-async", "").lower() == "enable"
