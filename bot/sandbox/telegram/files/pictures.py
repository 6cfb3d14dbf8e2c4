"""Pictures the way Telegram keeps photos: several JPEG sizes, upright, without EXIF."""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass, field

from PIL import Image, ImageOps, UnidentifiedImageError

# Longest edges Telegram keeps; the last is the largest a photo has.
EDGES_PIXELS = (90, 320, 800, 1280)
_MOST_EDGES_PIXELS = 10_000
_LONGEST_RATIO = 20
_QUALITY = 87


class NotAPhoto(Exception):
    """Telegram cannot make a photo of it; `reason` is its word for that."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Size:
    """One size of a photo."""

    width: int
    height: int
    jpeg: bytes = field(repr=False)


def photo_sizes(data: bytes) -> list[Size]:
    """Smallest first. Raises NotAPhoto."""
    picture = _open(data)
    longest = max(picture.size)
    edges = [edge for edge in EDGES_PIXELS if edge < longest] or []
    if longest <= EDGES_PIXELS[-1]:
        edges.append(longest)
    else:
        edges = list(EDGES_PIXELS)
    return [_scaled(picture, edge) for edge in edges]


def thumbnail(data: bytes, edge_pixels: int = 320) -> Size:
    """A JPEG of at most that edge. Raises NotAPhoto."""
    picture = _open(data)
    return _scaled(picture, min(edge_pixels, max(picture.size)))


def _open(data: bytes) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            picture = Image.open(io.BytesIO(data))
            _check(picture.size)
            picture.draft("RGB", (EDGES_PIXELS[-1], EDGES_PIXELS[-1]))
            upright = ImageOps.exif_transpose(picture)
            return _flat(upright)
        except (
            UnidentifiedImageError,
            OSError,
            ValueError,
            SyntaxError,
            Image.DecompressionBombError,
            Image.DecompressionBombWarning,
        ):
            raise NotAPhoto("IMAGE_PROCESS_FAILED") from None


def _check(size: tuple[int, int]) -> None:
    short, long = sorted(size)
    if short < 1 or short + long > _MOST_EDGES_PIXELS or long > short * _LONGEST_RATIO:
        raise NotAPhoto("PHOTO_INVALID_DIMENSIONS")


def _flat(picture: Image.Image) -> Image.Image:
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        seen = picture.convert("RGBA")
        canvas = Image.new("RGB", seen.size, "white")
        canvas.paste(seen, mask=seen.getchannel("A"))
        return canvas
    return picture.convert("RGB")


def _scaled(picture: Image.Image, edge: int) -> Size:
    ratio = edge / max(picture.size)
    size = (max(1, round(picture.width * ratio)), max(1, round(picture.height * ratio)))
    scaled = picture if size == picture.size else picture.resize(size, Image.Resampling.LANCZOS)
    buffer = io.BytesIO()
    clean = Image.new("RGB", scaled.size)
    clean.paste(scaled)
    clean.save(buffer, "JPEG", quality=_QUALITY)
    return Size(*scaled.size, buffer.getvalue())
