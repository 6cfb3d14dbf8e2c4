"""Telegram: token, webhook, privacy mode."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import httpx

from bot.commands.checks.finding import Finding, ok, problem, warning
from bot.config.settings import Settings
from bot.http_client import HttpClient
from bot.telegram.answers import ForeignAnswer, LoggedOut, read_answer, status_of
from bot.telegram.errors import TelegramFailure
from bot.telegram.files import is_on_its_disk, read_from

_UNKNOWN_TOKEN = (401, 404)


async def check_telegram(settings: Settings, http: HttpClient) -> list[Finding]:
    """Ask Telegram who we are; never fetches updates, so a running bot is not disturbed."""
    me = await _ask(settings, http, "getMe")
    webhook = await _ask(settings, http, "getWebhookInfo")
    if isinstance(me, Finding):
        return [me]
    if isinstance(webhook, Finding):
        return [webhook]
    return [
        ok(f"Telegram: the token is that of @{me.get('username')} (id {me.get('id')})"),
        _privacy(me),
        _webhook(settings, webhook),
        *await _files(settings, http, me),
    ]


async def _files(settings: Settings, http: HttpClient, me: dict[str, Any]) -> list[Finding]:
    """A Bot API server of one's own may hand out files by their place on its disk: tried with the
    bot's own picture, if it has one.
    """
    folder = settings.telegram_files_dir
    photos = await _ask(settings, http, f"getUserProfilePhotos?user_id={me.get('id')}&limit=1")
    sizes = [] if isinstance(photos, Finding) else photos.get("photos") or [[]]
    path = "" if not sizes or not sizes[0] else await _path_of(settings, http, sizes[0][0])
    if not is_on_its_disk(path):
        return [] if folder is None else [_readable(folder, None)]
    if folder is not None:
        return [_readable(folder, path)]
    return [problem(_ON_DISK, "set TELEGRAM_FILES_DIR to its folder, or run it without --local")]


_ON_DISK = "Telegram: the Bot API server hands out files by their place on its disk (--local)"


async def _path_of(settings: Settings, http: HttpClient, size: dict[str, Any]) -> str:
    file = await _ask(settings, http, f"getFile?file_id={size.get('file_id')}")
    return "" if isinstance(file, Finding) else str(file.get("file_path", ""))


def _readable(folder: Path, path: str | None) -> Finding:
    """Whether the folder can be read, or the file in it that the server named."""
    try:
        next(folder.iterdir(), None)
        if path is not None:
            read_from(folder, path)
    except (OSError, TelegramFailure) as error:
        told = f"Telegram: TELEGRAM_FILES_DIR {folder} cannot be read ({error})"
        return problem(told, "name the folder of the Bot API server, and let this user read there")
    return ok(f"Telegram: files are read from {folder}")


async def _ask(settings: Settings, http: HttpClient, method: str) -> dict[str, Any] | Finding:
    """What Telegram answers, or why it could not be asked."""
    token = settings.telegram_bot_token.get_secret_value()
    try:
        got = await http.get(f"{settings.telegram_base_url}/bot{token}/{method}")
        answer = read_answer(got.status_code, got.content)
    except httpx.HTTPError as error:
        return _unreachable(settings, _named(error))
    except LoggedOut as error:
        return problem("Telegram: the bot is logged out there", error.message)
    except ForeignAnswer as error:
        return _unreachable(settings, f"{error.message}: a portal or another service gives it")
    if status_of(answer) in _UNKNOWN_TOKEN:
        return problem("Telegram: TELEGRAM_BOT_TOKEN is refused", "copy it again from @BotFather")
    result = answer.get("result")
    return result if isinstance(result, dict) else _unreachable(settings, _words(answer))


def _words(answer: dict[str, Any]) -> str:
    return f"HTTP {status_of(answer)}: {answer.get('description', 'no result')}"


def _named(error: httpx.HTTPError) -> str:
    """The kind of failure; what a proxy says, and that a certificate is wrong, in words."""
    if isinstance(error, httpx.ProxyError):
        return f"the proxy says {error}"
    is_certificate = "CERTIFICATE_VERIFY_FAILED" in str(error)
    return "its certificate is not trusted" if is_certificate else type(error).__name__


def _unreachable(settings: Settings, reason: str) -> Finding:
    return problem(
        f"Telegram: cannot reach {settings.telegram_base_url} ({reason})",
        "check the network, a proxy or firewall, and TELEGRAM_BASE_URL",
    )


def _privacy(me: dict[str, Any]) -> Finding:
    if me.get("can_read_all_group_messages"):
        return ok("groups: privacy mode is off, the bot reads everything in its groups")
    name = me.get("username", "")
    return ok(f"groups: privacy mode is on, people answer the bot or write /talk@{name}")


def _webhook(settings: Settings, webhook: dict[str, Any]) -> Finding:
    url, host = webhook.get("url"), str(webhook.get("url")).partition("://")[2].partition("/")[0]
    if settings.webhook_url is not None and settings.webhook_url != url:
        found = "Telegram: messages are not sent to PUBLIC_URL"
        return problem(found, "talking-photo release has them sent there, or remove PUBLIC_URL")
    if settings.webhook_url is not None:
        return ok(f"Telegram: messages are sent to {host}, for the command web")
    if not url:
        return ok("Telegram: no webhook is set, messages can be fetched")
    return warning(
        f"Telegram: a webhook to {host} is set, which the bot removes at its start",
        "use a token of its own for whatever is served there",
    )
