"""getMe, getUpdates and the webhook methods."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.bots.updates import MOST_AT_ONCE
from bot.sandbox.telegram.bots.webhook import Webhook
from bot.sandbox.telegram.delivery import deliverable, start_delivery
from bot.sandbox.telegram.errors import bad_request, conflict
from bot.sandbox.telegram.methods.call import Call

Json = dict[str, Any]

_SECRET_LIMIT = 256
_MOST_CONNECTIONS = 100


async def get_me(call: Call) -> Json:
    """https://core.telegram.org/bots/api#getme"""
    return {
        **call.bot.as_user(),
        "can_join_groups": True,
        "can_read_all_group_messages": not call.world.settings.privacy_mode,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
        "has_topics_enabled": False,
        "allows_users_to_create_topics": False,
        "can_manage_bots": False,
    }


async def get_updates(call: Call) -> list[Json]:
    """https://core.telegram.org/bots/api#getupdates"""
    if call.bot.webhook.url:
        raise conflict(
            "can't use getUpdates method while webhook is active; "
            "use deleteWebhook to delete the webhook first"
        )
    params = call.params
    call.world.bots.listen(call.bot)
    _allow(call)
    updates = await call.bot.updates.poll(
        params.integer("offset"),
        params.integer("limit", MOST_AT_ONCE),
        max(0, int(params.maybe_number("timeout") or 0)),
    )
    if call.world.settings.repeat_updates:
        return [again for update in updates for again in (update, update)]
    return updates


async def set_webhook(call: Call) -> bool:
    """https://core.telegram.org/bots/api#setwebhook (loopback addresses only)"""
    params = call.params
    url = params.text("url")
    if not url:
        return await delete_webhook(call)
    secret = params.text("secret_token")
    if len(secret) > _SECRET_LIMIT:
        raise bad_request("secret token is too long")
    if any(not (c.isascii() and (c.isalnum() or c in "_-")) for c in secret):
        raise bad_request("secret token contains unallowed characters")
    if not deliverable(url):
        raise bad_request("bad webhook: the sandbox posts to loopback addresses only")
    call.world.bots.listen(call.bot)
    _drop_if_asked(call)
    _allow(call)
    at_once = min(max(params.integer("max_connections", 40), 1), _MOST_CONNECTIONS)
    former, call.bot.webhook = call.bot.webhook, Webhook(url, secret, at_once)
    call.bot.webhook.allowed_updates = tuple(sorted(call.bot.updates.allowed or ()))
    call.bot.updates.wake()
    start_delivery(call.world, call.bot)
    await former.stop()
    return True


async def delete_webhook(call: Call) -> bool:
    """https://core.telegram.org/bots/api#deletewebhook"""
    _drop_if_asked(call)
    former, call.bot.webhook = call.bot.webhook, Webhook()
    await former.stop()
    return True


async def get_webhook_info(call: Call) -> Json:
    """https://core.telegram.org/bots/api#getwebhookinfo"""
    return call.bot.webhook.as_json(len(call.bot.updates))


def _drop_if_asked(call: Call) -> None:
    if call.params.flag("drop_pending_updates"):
        call.bot.updates.clear()


def _allow(call: Call) -> None:
    """A list stays in force until another one comes; an empty one means the defaults."""
    wanted = call.params.json("allowed_updates")
    if isinstance(wanted, list):
        call.bot.updates.allowed = frozenset(map(str, wanted)) or None
