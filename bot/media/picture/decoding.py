"""A stranger's picture made into RGB pixels: upright, of bounded size, opaque, in sRGB."""

from __future__ import annotations

import warnings
from functools import cache
from io import BytesIO

import numpy as np
from PIL import Image, ImageCms, ImageOps

from bot.media.errors import BROKEN_INPUT, PictureFault, PictureRefused

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF")
_HEIC_BRANDS = frozenset(
    {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"}
)

MAXIMUM_BYTES = 20 * 1024 * 1024
"""The most a bot can download (Bot API: getFile)."""
MAXIMUM_PIXELS = 50_000_000
"""A phone's largest photo (48 million) passes; one more doubling does not fit the process."""
SMALLEST_SIDE_PIXELS = 200
LONGEST_SIDE_PIXELS = 1280
"""The provider renders at most 720P (DashScope docs: wan2.2-s2v, resolution)."""
MOST_SIDES_RATIO = 3


def decode_picture(data: bytes) -> Image.Image:
    """Decode JPEG, PNG, WebP, BMP, GIF (first frame) and, where installed, HEIC.

    Raises PictureRefused, with any PictureFault; size and shape are judged before
    any pixel is decoded.
    """
    if not data:
        raise PictureRefused(PictureFault.EMPTY)
    if len(data) > MAXIMUM_BYTES:
        raise PictureRefused(PictureFault.TOO_BIG)
    is_heic = data[4:8] == b"ftyp" and data[8:12] in _HEIC_BRANDS
    if is_heic and not _can_read_heic():
        raise PictureRefused(PictureFault.HEIC_NOT_INSTALLED)
    try:
        return _decode(data, ("HEIF",) if is_heic else _FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused(PictureFault.TOO_MANY_PIXELS) from error
    except BROKEN_INPUT as error:
        raise PictureRefused(PictureFault.NOT_A_PICTURE) from error


@cache
def _can_read_heic() -> bool:
    """Make Pillow read HEIC if the optional package is there."""
    try:
        import pillow_heif
    except ImportError:
        return False
    pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)
    return True


def _decode(data: bytes, formats: tuple[str, ...]) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's remarks on broken tags
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(BytesIO(data), formats=formats) as source:
            check_size(source.width, source.height)
            profile = source.info.get("icc_profile")
            source.draft(None, (LONGEST_SIDE_PIXELS, LONGEST_SIDE_PIXELS))
            picture = _eight_bits(source)
            picture.thumbnail((LONGEST_SIDE_PIXELS, LONGEST_SIDE_PIXELS), Image.Resampling.LANCZOS)
            return _to_srgb(_on_white(ImageOps.exif_transpose(picture)), profile)


def check_size(width: int, height: int) -> None:
    """Refuse what is too small, too narrow or too large in pixels."""
    if width * height > MAXIMUM_PIXELS:
        raise PictureRefused(PictureFault.TOO_MANY_PIXELS, width, height)
    if min(width, height) < SMALLEST_SIDE_PIXELS:
        raise PictureRefused(PictureFault.TOO_SMALL, width, height)
    if max(width, height) > MOST_SIDES_RATIO * min(width, height):
        raise PictureRefused(PictureFault.TOO_NARROW, width, height)


def _eight_bits(picture: Image.Image) -> Image.Image:
    """Return the pixels as RGBA, RGB, L or CMYK."""
    if picture.mode.startswith("I"):  # sixteen bits of grey; Pillow would clip, not scale
        grey = Image.fromarray((np.asarray(picture) >> 8).clip(0, 255).astype(np.uint8))
        grey.info = picture.info
        return grey
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    if picture.mode in ("RGB", "L", "CMYK"):
        picture.load()
        return picture
    return picture.convert("RGB")


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode != "RGBA":
        return picture
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")


def _to_srgb(picture: Image.Image, profile: bytes | None) -> Image.Image:
    """Apply the colour profile; a broken or unfitting one is ignored, as browsers do."""
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            picture = ImageCms.profileToProfile(picture, source, srgb, outputMode="RGB") or picture
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return picture.convert("RGB")
    return picture.convert("RGB")
