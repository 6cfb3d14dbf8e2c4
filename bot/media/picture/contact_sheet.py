"""Several small pictures as one, each with its number; call it through `MediaWorker`."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont, ImageOps, UnidentifiedImageError

from bot.media.picture.jpeg import jpeg_of

_TILE_PIXELS = 300
_GAP_PIXELS = 12
_COLUMNS = 3
_BADGE_PIXELS = 56
_NUMBER_PIXELS = 36
_BACKGROUND = (28, 30, 34)
_EMPTY = (74, 78, 86)
_QUALITY = 85


def draw_sheet(pictures: tuple[bytes | None, ...]) -> bytes:
    """Return a JPEG of the pictures in rows of three, numbered from 1; None is an empty tile.

    At most a few dozen kB for each; a picture that cannot be read is an empty tile as well.
    """
    columns = min(_COLUMNS, len(pictures))
    rows = -(-len(pictures) // _COLUMNS)
    sheet = Image.new("RGB", (_length(columns), _length(rows)), _BACKGROUND)
    for place, picture in enumerate(pictures):
        row, column = divmod(place, _COLUMNS)
        corner = (_length(column), _length(row))
        sheet.paste(_tile(picture, place + 1), corner)
    return jpeg_of(sheet, _QUALITY)


def _length(tiles: int) -> int:
    """The pixels that so many tiles take, and where the next one begins."""
    return _GAP_PIXELS + tiles * (_TILE_PIXELS + _GAP_PIXELS)


def _tile(picture: bytes | None, number: int) -> Image.Image:
    size = (_TILE_PIXELS, _TILE_PIXELS)
    small = None if picture is None else _read(picture)
    tile = Image.new("RGB", size, _EMPTY) if small is None else ImageOps.pad(small, size)
    _draw_number(tile, str(number))
    return tile


def _read(picture: bytes) -> Image.Image | None:
    try:
        with Image.open(BytesIO(picture), formats=["JPEG"]) as opened:
            return opened.convert("RGB")
    except (UnidentifiedImageError, OSError, ValueError):
        return None


def _draw_number(tile: Image.Image, number: str) -> None:
    draw = ImageDraw.Draw(tile)
    draw.rounded_rectangle((0, 0, _BADGE_PIXELS, _BADGE_PIXELS), radius=10, fill=_BACKGROUND)
    font = ImageFont.load_default(_NUMBER_PIXELS)
    middle = (_BADGE_PIXELS / 2, _BADGE_PIXELS / 2)
    draw.text(middle, number, fill="white", font=font, anchor="mm")
