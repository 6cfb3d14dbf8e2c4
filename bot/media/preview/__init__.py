"""The preview engine: a speaking face rendered on this machine, free of charge."""

from bot.media.preview.canvas import Resolution
from bot.media.preview.errors import NoFaceFound, PhotoUnreadable, PreviewRefused, SoundUnreadable
from bot.media.preview.render import render_preview

__all__ = [
    "NoFaceFound",
    "PhotoUnreadable",
    "PreviewRefused",
    "Resolution",
    "SoundUnreadable",
    "render_preview",
]
