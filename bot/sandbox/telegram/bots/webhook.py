"""What a bot set with setWebhook."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any


@dataclass(slots=True)
class Webhook:
    """Where updates are posted (`url` empty: nowhere, the bot polls)."""

    url: str = ""
    secret_token: str = ""
    max_connections: int = 40
    allowed_updates: tuple[str, ...] = ()
    last_error_seconds: int | None = None
    last_error: str = ""
    delivery: asyncio.Task[None] | None = None

    def as_json(self, pending: int) -> dict[str, Any]:
        """The Bot API's WebhookInfo."""
        shown: dict[str, Any] = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": pending,
        }
        if self.url:
            shown |= {"max_connections": self.max_connections, "ip_address": "127.0.0.1"}
        if self.last_error_seconds is not None:
            shown |= {
                "last_error_date": self.last_error_seconds,
                "last_error_message": self.last_error,
            }
        if self.allowed_updates:
            shown["allowed_updates"] = list(self.allowed_updates)
        return shown

    async def stop(self) -> None:
        """End the delivery, if one is under way, with all its connections."""
        if self.delivery is not None:
            self.delivery.cancel()
            await asyncio.wait({self.delivery})
            self.delivery = None
