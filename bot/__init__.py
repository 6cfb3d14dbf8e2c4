"""Talking Photo: a Telegram bot that makes photos speak."""

__version__ = "0.1.0"
