"""Telegram: token, webhook, privacy mode, files."""

from __future__ import annotations

import httpx
from telegram import Bot, User
from telegram.error import InvalidToken, TelegramError

from bot.clock import Clock
from bot.commands.checks.finding import Finding, ok, problem, warning
from bot.config.settings import Settings
from bot.http_client import HttpClient
from bot.network import is_same
from bot.telegram import account
from bot.telegram.answers import ForeignAnswer, LoggedOut, MethodMissing
from bot.telegram.error_mapping import describe
from bot.telegram.errors import TelegramFailure
from bot.telegram.files import Files

_ANSWER_SECONDS = 15.0


async def check_telegram(settings: Settings, http: HttpClient, clock: Clock) -> list[Finding]:
    """Ask Telegram who we are; never fetches updates, so a running bot is not disturbed."""
    address, folder = settings.telegram_base_url, settings.telegram_files_dir
    token = settings.telegram_bot_token
    try:
        async with account.lone_bot(token, address, read_seconds=_ANSWER_SECONDS) as bot:
            me = await account.identity(bot)
            files = Files(bot=bot, http=http, clock=clock, folder=folder)
            return [
                ok(f"Telegram: the token is that of @{me.username} (id {me.id})"),
                _privacy(me),
                await _webhook(settings, bot),
                *await _files(settings, bot, files),
            ]
    except InvalidToken:
        return [problem("Telegram: TELEGRAM_BOT_TOKEN is refused", "copy it again from @BotFather")]
    except LoggedOut as error:
        return [problem("Telegram: the bot is logged out there", error.message)]
    except TelegramError as error:
        return [
            problem(
                f"Telegram: cannot reach {address} ({_reason(error)})",
                "check the network, a proxy or firewall, and TELEGRAM_BASE_URL",
            )
        ]


async def _files(settings: Settings, bot: Bot, files: Files) -> list[Finding]:
    """Tried with the bot's own picture, if it has one: a Bot API server of one's own may hand out
    files by their place on its disk.
    """
    folder = settings.telegram_files_dir
    try:
        if folder is not None:
            next(folder.iterdir(), None)
        for file_id in await account.picture_ids(bot, settings.bot_id):
            await files.download(file_id)
    except TelegramError as error:
        return [warning(f"Telegram: files could not be tried ({_reason(error)})", _TRY_AGAIN)]
    except (OSError, TelegramFailure) as error:
        return [problem(f"Telegram: files cannot be fetched ({error})", _HOW_TO_READ)]
    return [] if folder is None else [ok(f"Telegram: files are read from {folder}")]


_UPDATE = "update that Bot API server if it is your own"
_TRY_AGAIN = f"run talking-photo doctor again, and {_UPDATE}"
_HOW_TO_READ = (
    "if that is a Bot API server of your own, set TELEGRAM_FILES_DIR to its folder and let this "
    "user read there, or run it without --local"
)


def _reason(error: TelegramError) -> str:
    """The kind of failure; what a proxy says, and that a certificate is wrong, in words."""
    if isinstance(error, ForeignAnswer):
        return f"{error.message}: a portal or another service gives it"
    if isinstance(error.__cause__, httpx.ProxyError):
        return f"the proxy says {error.__cause__}"
    is_certificate = "CERTIFICATE_VERIFY_FAILED" in str(error.__cause__)
    return "its certificate is not trusted" if is_certificate else describe(error)


def _privacy(me: User) -> Finding:
    if me.can_read_all_group_messages:
        return ok("groups: privacy mode is off, the bot reads everything in its groups")
    return ok(f"groups: privacy mode is on, people answer the bot or write /talk@{me.username}")


async def _webhook(settings: Settings, bot: Bot) -> Finding:
    try:
        url = (await account.webhook_of(bot)).url
    except MethodMissing as error:
        return warning(f"Telegram: {error.message}", _UPDATE)
    host = url.partition("://")[2].partition("/")[0]
    if settings.webhook_url is not None and not is_same(settings.webhook_url, url):
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
