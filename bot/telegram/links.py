"""Links that lead a person from anywhere to the private chat with the bot."""

from __future__ import annotations


def start_link(bot_name: str, payload: str) -> str:
    """Opens the private chat and sends /start with the payload (Bot API: "Deep linking")."""
    return f"https://t.me/{bot_name}?start={payload}"
