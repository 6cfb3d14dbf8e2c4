"""Why the bot cannot serve."""

from __future__ import annotations


class PortUnusable(Exception):
    """The port cannot be had; its text is a sentence with what to do."""
