"""Settings that look right and are not: what they mean beyond a doubt is taken, and said."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

_AROUND = "\ufeff\u200b \t\r\n"
_REGIONS = {
    "dashscope.aliyuncs.com": "beijing",
    "dashscope-intl.aliyuncs.com": "singapore",
    "cn-beijing.maas.aliyuncs.com": "beijing",
    "ap-southeast-1.maas.aliyuncs.com": "singapore",
}
_OWN_HOST = re.compile(r"(.+\.)?aliyuncs\.com")


def unquoted(value: str) -> str:
    """Without the quotes that `docker run --env-file` keeps, and without what nobody sees."""
    text = value.strip(_AROUND)
    is_quoted = len(text) > 1 and text[0] == text[-1] and text[0] in "\"'"
    return text[1:-1].strip(_AROUND) if is_quoted else text


def bare_key(value: str) -> str:
    """A key without the word that stands before it in a header."""
    return re.sub(r"^bearer\s+", "", value.strip(_AROUND), flags=re.IGNORECASE)


def service_address(value: str) -> str:
    """The provider's address up to and with /api/v1, by https where the host is its own.

    People copy that of another interface, of a single call, or of the host alone.
    """
    address, own, version = urlsplit(value.rstrip("/")), "/compatible-mode", "/api/v1"
    scheme, path = address.scheme, address.path
    is_own = bool(_OWN_HOST.fullmatch((address.hostname or "").lower()))
    if version in path:
        path = path[: path.index(version) + len(version)]
    elif path.startswith(own) or is_own:
        path = version
    return f"{'https' if is_own else scheme}://{address.netloc}{path}"


def region_of(address: str) -> str:
    """The provider's region that it is in, or the host's name where it is none of these."""
    host = (urlsplit(address).hostname or address).lower()
    for suffix, region in _REGIONS.items():
        if host == suffix or host.endswith(f".{suffix}"):
            return region
    return host


def is_elsewhere(address: str) -> bool:
    """Whether it is the provider's, but of another region than that which has the models."""
    host = (urlsplit(address).hostname or "").lower()
    return bool(_OWN_HOST.fullmatch(host)) and region_of(address) != "beijing"


def mended_settings(written: Mapping[str, str | None]) -> list[str]:
    """One sentence for each that was taken for something else than is written."""
    sentences = []
    for name, value in written.items():
        if value is not None and unquoted(value) != value.strip():
            sentences.append(f"{name} has quotes or invisible characters around it: remove them.")
    key = unquoted(written.get("DASHSCOPE_API_KEY") or "")
    if bare_key(key) != key:
        sentences.append("DASHSCOPE_API_KEY begins with Bearer: write the key alone.")
    address = unquoted(written.get("DASHSCOPE_BASE_URL") or "").rstrip("/")
    if "://" in address and service_address(address) != address:
        sentences.append(f"DASHSCOPE_BASE_URL is taken as {service_address(address)}: write that.")
    return sentences
