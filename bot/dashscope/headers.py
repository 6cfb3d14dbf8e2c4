"""The headers of each kind of call."""

from __future__ import annotations

from pydantic import SecretStr

Headers = dict[str, str]

ASYNC: Headers = {"X-DashScope-Async": "enable"}
"""Due on submitting only: detection answers 403 when it is sent."""

_RESOLVE: Headers = {"X-DashScope-OssResourceResolve": "enable"}


def authorised(api_key: SecretStr) -> Headers:
    """The header that identifies the account.

    Raises ValueError, without naming the key, when it has characters that no key has: httpx and h11
    would otherwise quote it in their own exceptions.
    """
    key = api_key.get_secret_value()
    if not key or not all("!" <= character <= "~" for character in key):
        raise ValueError(
            "the DashScope API key is empty or has spaces or non-ASCII characters in it"
        )
    return {"Authorization": f"Bearer {key}"}


def resolving(*urls: str) -> Headers:
    """The header that makes the service look into its own temporary space, where one is needed."""
    return _RESOLVE if any(url.startswith("oss://") for url in urls) else {}
