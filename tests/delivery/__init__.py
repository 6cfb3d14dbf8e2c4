"""Delivery against a local Telegram, over real sockets."""
