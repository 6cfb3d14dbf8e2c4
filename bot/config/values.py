"""How one setting is read: from the text of the environment to a checked value.

Each reader raises ValueError with "what is wrong: what to do", to follow the setting's name.
"""

from __future__ import annotations

import re
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import httpx
from pydantic import SecretStr

from bot.config import mending
from bot.config.engines import ENGINES

_BEARER = re.compile(r"[A-Za-z0-9._~+/-]{16,512}=*", re.ASCII)
_TOKEN = re.compile(r"\d{3,20}:[A-Za-z0-9_-]{30,}")
_ADDRESS = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")
_KEY = re.compile(r"[A-Za-z0-9]{1,64}")
_WORKSPACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*")
_PLACEHOLDER = re.compile(r"[{}<>]|workspace[-_]?id", re.IGNORECASE)
SQLITE = "sqlite:///"
_HOSTS = {"beijing": "cn-beijing", "singapore": "ap-southeast-1"}

MOST_PORT = 65_535
WEBHOOK_PATH = "/telegram"
REGIONS = tuple(_HOSTS)
ENGINE_CHOICES = " or ".join([", ".join([*ENGINES][:-1]), [*ENGINES][-1]])


def nothing_if_empty(value: object) -> object:
    """An optional setting that is left empty is not set."""
    return None if isinstance(value, str) and not value.strip() else value


def filled(value: object) -> object:
    """A setting that must not be left empty: an empty cap is a broken cap, not an open one."""
    if value is None or (isinstance(value, str) and not value.strip()):
        raise ValueError("is empty: write a value, or remove the line to get the default")
    return value


def bot_token(value: SecretStr) -> SecretStr:
    """A token of the shape that @BotFather gives out."""
    text = value.get_secret_value().strip()
    if not text:
        raise ValueError("is missing: get a token from @BotFather in Telegram and set it")
    if not _TOKEN.fullmatch(text):
        raise ValueError(
            "is not a bot token (digits, a colon, 30+ letters): copy it again from @BotFather"
        )
    return SecretStr(text)


def metrics_token(value: SecretStr | None) -> SecretStr | None:
    """What can be sent as a bearer token (RFC 6750) and is hard to guess."""
    if value is not None and not _BEARER.fullmatch(value.get_secret_value()):
        raise ValueError(
            "is not 16 or more letters and digits: make one with `openssl rand -hex 16`, or remove "
            "the line"
        )
    return value


def api_key(value: SecretStr | None) -> SecretStr | None:
    """A key without spaces around it; None if empty."""
    text = mending.bare_key(value.get_secret_value()) if value else ""
    if not text:
        return None
    if text.startswith("sk-sp-"):
        raise ValueError(
            "is the key of a subscription plan (sk-sp-…), which makes no videos: create an "
            "ordinary key (sk-…) in the Model Studio console, region Beijing"
        )
    if not text.isascii() or not text.isprintable() or " " in text:
        raise ValueError("holds characters that no key has: copy it again from the console")
    return SecretStr(text)


def address(value: str) -> str:
    """An http(s) address without its trailing slash."""
    text = value.strip().rstrip("/")
    if not _ADDRESS.fullmatch(text) or not _can_be_asked(text):
        raise ValueError(
            "is not an address: it starts with https:// (or http://) and a host, "
            "without a question mark or a user name"
        )
    return text


def public_address(value: str | None) -> str | None:
    """The bot's own, if it has one; in it `/telegram` is the webhook's."""
    return None if value is None else address(value).removesuffix(WEBHOOK_PATH)


def optional_address(value: str | None) -> str | None:
    """The same, where there is one."""
    return None if value is None else address(value)


def sentry_dsn(value: SecretStr | None) -> SecretStr | None:
    """What names a Sentry project: an address with a key in it."""
    if value is None:
        return None
    scheme, _, rest = value.get_secret_value().partition("://")
    key, _, place = rest.rpartition("@")
    host, _, project = place.rpartition("/")
    if not (_KEY.fullmatch(key) and project.isdecimal() and project.isascii()):
        raise ValueError("is not a DSN (https://key@host/number): copy it again from Sentry")
    address(f"{scheme}://{host}")
    return value


def _can_be_asked(address: str) -> bool:
    """Whether it names a host and a port that there can be."""
    try:
        found = httpx.URL(address)
        return bool(found.host) and (found.port or 1) <= MOST_PORT
    except (httpx.InvalidURL, ValueError):
        return False


def service_address(value: str) -> str:
    """The provider's, up to and with /api/v1."""
    if _PLACEHOLDER.search(value):
        raise ValueError(
            "still has a placeholder in it: write your workspace's id there, or set "
            "DASHSCOPE_REGION and DASHSCOPE_WORKSPACE_ID instead"
        )
    return mending.service_address(address(value))


def telegram_address(value: str) -> str:
    """What stands before `/bot<token>`."""
    text = address(value)
    if re.search(r"/bot(\d+:.*)?$", text):
        raise ValueError("ends with /bot…: write only what stands before /bot<token>")
    return text


def regional_address(region: str, workspace_id: str) -> str:
    """The provider's address for a region and a workspace (Model Studio's documentation)."""
    return f"https://{workspace_id}.{_HOSTS[region]}.maas.aliyuncs.com/api/v1"


def workspace_id(value: str | None) -> str | None:
    """An id that can be the first part of a host name."""
    if value is not None and not _WORKSPACE.fullmatch(value):
        raise ValueError("is not a workspace id (letters, digits, hyphens): copy it again")
    return value


def engines(value: object) -> object:
    """Names of engines with commas between them, each once, in lower case."""
    if not isinstance(value, str):
        return value
    names = [name.strip().lower() for name in value.split(",")]
    if any(name not in ENGINES for name in names):
        raise ValueError(
            f"is not one of the choices: write {ENGINE_CHOICES}, or several with commas, the usual "
            "first"
        )
    if len(set(names)) < len(names):
        raise ValueError("names an engine twice: write each once, the usual one first")
    return ",".join(names)


def database_url(value: str) -> str:
    """A `sqlite:///` URL of a file."""
    text = value.strip()
    if text.startswith(("postgres://", "postgresql://", "postgresql+")):
        raise ValueError(
            "asks for PostgreSQL, which this version cannot use yet: write sqlite:///file.db"
        )
    path = text.removeprefix(SQLITE)
    if path == text or not Path(path).name or path.startswith(":") or "?" in path:
        raise ValueError(
            "is not sqlite:///file.db (or sqlite:////full/path/file.db): write it in that form"
        )
    return text


def ids(value: object) -> object:
    """Telegram user ids from a list with commas."""
    return _numbers(
        value,
        r"[0-9]+",
        "is not a list of numbers: write Telegram user ids with commas, such as 1001,1002",
    )


def group_ids(value: object) -> object:
    """Ids of Telegram groups from a list with commas; they are negative."""
    return _numbers(
        value,
        r"-[0-9]{1,18}",
        "is not a list of groups: write their ids with commas, such as -1001234567890; "
        "the bot tells its operators the id of each group that it leaves",
    )


def _numbers(value: object, shape: str, otherwise: str) -> object:
    if not isinstance(value, str):
        return value
    parts = [part for part in re.split(r"[,\s]+", value) if part]
    if not all(re.fullmatch(shape, part) for part in parts):
        raise ValueError(otherwise)
    return frozenset(map(int, parts))


def time_zone(value: str) -> str:
    """The name of a time zone that this machine knows."""
    try:
        return ZoneInfo(value.strip()).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(
            "is not a time zone that this machine knows: write a name such as Asia/Shanghai or UTC "
            "(a machine without a time zone database gets one by `pip install tzdata`)"
        ) from None


def upper(value: object) -> object:
    """Upper case, for names that people write in either."""
    return value.strip().upper() if isinstance(value, str) else value


def lower(value: object) -> object:
    """Lower case, for names that people write in either."""
    return value.strip().lower() if isinstance(value, str) else value
