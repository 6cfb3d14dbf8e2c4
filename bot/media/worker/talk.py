"""How the talk of the bot and a media process ends; it does not leave this package."""

from __future__ import annotations


class TalkBroken(Exception):
    """The process ended, or sent what it may not, in the middle of a call."""
