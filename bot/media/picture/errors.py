"""Why a picture is refused."""

from __future__ import annotations

from enum import Enum

from bot.media.errors import MediaUnusable


class PictureFault(Enum):
    """What is wrong with a picture; each is answered by another sentence to its sender."""

    EMPTY = "empty"
    TOO_BIG = "too_big"
    NOT_A_PICTURE = "not_a_picture"
    TOO_SMALL = "too_small"
    TOO_NARROW = "too_narrow"
    TOO_MANY_PIXELS = "too_many_pixels"
    HEIC_NOT_INSTALLED = "heic_not_installed"


class PictureRefused(MediaUnusable):
    """The picture cannot be used; width and height in pixels where they are known."""

    def __init__(
        self, fault: PictureFault, width: int | None = None, height: int | None = None
    ) -> None:
        super().__init__(fault, width, height)
        self.fault = fault
        self.width = width
        self.height = height

    def __str__(self) -> str:
        size = "" if self.width is None else f" ({self.width}x{self.height})"
        return self.fault.value + size
