"""What people send: portraits that differ, pictures and sounds that are wrong in one way."""

from __future__ import annotations

import itertools
import re
from html import unescape

from PIL import Image, ImageDraw

from bot.texts import Texts
from tests.media.pictures import encoded, portrait
from tests.media.recordings import speech, voice_note

TEXTS = Texts()
LONGEST_SECONDS = 19.9
TOKEN = "4242:AAH-local-sandbox-token-000000000000"
KEY = "sk-local-sandbox-key-000000000000"

_numbers = itertools.count(1)
_TAG = re.compile(r"</?[a-z]+>")


def said(key: str, language: str = "en", /, **values: str | float) -> str:
    """A catalogue's text as a person reads it, without markup.

    What is said of the charge is that there was none, unless it is given.
    """
    texts = TEXTS.of(language)
    values = {"charged": texts.plain("charged-nothing"), **values}
    return unescape(_TAG.sub("", texts.html(key, **values)))


def label(key: str, language: str = "en", /, **values: str | float) -> str:
    """What a button says, or the bot's answer to one."""
    return TEXTS.of(language).plain(key, **values)


def fresh_portrait() -> Image.Image:
    """The sample portrait with a mark in a corner: never the same picture twice."""
    picture = portrait()
    number = next(_numbers)
    colour = (40 + number * 37 % 200, 40 + number * 91 % 200, 40 + number * 13 % 200)
    ImageDraw.Draw(picture).rectangle((0, 0, 24 + number % 5 * 4, 24), fill=colour)
    return picture


def photo(kind: str = "JPEG") -> bytes:
    """A good photo that no one has sent before."""
    return encoded(fresh_portrait(), kind)


def two_people() -> bytes:
    """Two faces side by side."""
    one = fresh_portrait()
    both = Image.new("RGB", (one.width * 2, one.height))
    both.paste(one, (0, 0))
    both.paste(portrait(), (one.width, 0))
    return encoded(both, "JPEG")


def nobody() -> bytes:
    """A picture without a face."""
    picture = Image.new("RGB", (500, 500), "steelblue")
    ImageDraw.Draw(picture).rectangle((0, 300, 500, 500), fill=(next(_numbers) % 200, 120, 60))
    return encoded(picture, "JPEG")


def voice(seconds: float = 1.0) -> bytes:
    """A voice note of that many seconds of speech, about."""
    return voice_note(speech(seconds))
