"""A stranger's picture made into RGB pixels: upright, of bounded size, opaque, in sRGB."""

from __future__ import annotations

import warnings
from functools import cache, partial
from io import BytesIO

import numpy as np
from PIL import ExifTags, Image, ImageCms, ImageFile, ImageOps, features

from bot.media import memory
from bot.media.errors import BROKEN_INPUT, PictureFault, PictureRefused
from bot.media.exchange import DOWNLOAD_LIMIT_BYTES
from bot.media.picture.containers import readable, webp_size
from bot.media.picture.cut_short import load_cut_short

_FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF")
_HEIC_BRANDS = frozenset(
    {b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"hevm", b"hevs", b"mif1", b"msf1"}
)
_AVIF_BRANDS = frozenset({b"avif", b"avis"})

MAXIMUM_PIXELS = 52_000_000
"""Of what is decoded, which of a JPEG may be an eighth of its sides: 208 MB of RGB."""
MAXIMUM_COEFFICIENTS = 170_000_000
"""Of a progressive JPEG, two bytes each: 340 MB. They are all kept until its last scan."""
_FILES_HELD = 3
_BYTES_OF_COEFFICIENT = 2
_USUAL_BYTES = (0, 4.5)
_BYTES: dict[str | None, tuple[float, float]] = {
    "AVIF": (120e6, 7),
    "HEIF": (0, 7.5),
    "WEBP": (0, 16.5),
}
"""What decoding takes (measured): always, and for each pixel."""
SMALLEST_SIDE_PIXELS = 200
LONGEST_SIDE_PIXELS = 1280
"""The provider renders at most 720P (DashScope docs: wan2.2-s2v, resolution)."""
MOST_SIDES_RATIO = 3

Image.MAX_IMAGE_PIXELS = 500_000_000  # photographed: a JPEG of that many takes a second or two

_STRIP_ROWS = 256


def decode_picture(data: bytes) -> Image.Image:
    """Decode JPEG, PNG, WebP, BMP, GIF, AVIF and HEIC (first frames).

    Raises PictureRefused, with any PictureFault; size and shape are judged before
    any pixel is decoded.
    """
    if not data:
        raise PictureRefused(PictureFault.EMPTY)
    if len(data) > DOWNLOAD_LIMIT_BYTES:
        raise PictureRefused(PictureFault.TOO_BIG)
    formats = _formats(data)
    try:
        return _decode(readable(data), formats)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise PictureRefused(PictureFault.TOO_MANY_PIXELS) from error
    except BROKEN_INPUT as error:
        raise PictureRefused(PictureFault.NOT_A_PICTURE) from error


def _formats(data: bytes) -> tuple[str, ...]:
    """The decoders that may see these bytes."""
    brand = data[8:12] if data[4:8] == b"ftyp" else b""
    brands = {data[at : at + 4] for at in range(8, min(64, int.from_bytes(data[:4], "big")), 4)}
    if brand and _AVIF_BRANDS & brands and features.check("avif"):
        return ("AVIF",)
    if brand not in _HEIC_BRANDS:
        return _FORMATS
    learn_heic()
    return ("HEIF",)


@cache
def learn_heic() -> None:
    """Make Pillow read HEIC; loaded with the first such picture."""
    import pillow_heif

    pillow_heif.register_heif_opener(thumbnails=False, decode_threads=1)


def _decode(data: bytes, formats: tuple[str, ...]) -> Image.Image:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's remarks on broken tags
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        opened = partial(_opened, formats=formats)
        source = opened(data)
        loaded: Image.Image = source
        try:
            source.load()
        except OSError:
            loaded = load_cut_short(data, opened)
        picture = _shrunk(loaded)
        picture.getexif()[ExifTags.Base.Orientation] = _orientation(loaded)
        ImageOps.exif_transpose(picture, in_place=True)
        return _to_srgb(picture, loaded.info.get("icc_profile"))


def _opened(data: bytes, formats: tuple[str, ...]) -> ImageFile.ImageFile:
    """Ready to be loaded, no larger than needed where its format can; raises PictureRefused."""
    if size := webp_size(data):  # opened, it has its memory already
        _check_memory("WEBP", *size, len(data))
    source = Image.open(BytesIO(data), formats=formats)
    width, height = source.size
    check_shape(width, height)
    wanted = LONGEST_SIDE_PIXELS / max(width, height)
    source.draft(None, (int(width * wanted), int(height * wanted)))
    coefficients = width * height * _coefficients_a_pixel(source)
    if source.width * source.height > MAXIMUM_PIXELS or coefficients > MAXIMUM_COEFFICIENTS:
        raise PictureRefused(PictureFault.TOO_MANY_PIXELS, width, height)
    kept_bytes = _FILES_HELD * len(data) + _BYTES_OF_COEFFICIENT * coefficients
    _check_memory(source.format, source.width, source.height, kept_bytes)
    return source


def _check_memory(kind: str | None, width: int, height: int, beside_bytes: float) -> None:
    """Refuse what this process has no memory for."""
    fixed, of_pixel = _BYTES.get(kind, _USUAL_BYTES)
    if beside_bytes + fixed + of_pixel * width * height > memory.left_bytes:
        raise PictureRefused(PictureFault.TOO_MANY_PIXELS, width, height)


def check_shape(width: int, height: int) -> None:
    """Refuse what is too small or too narrow, in pixels."""
    if min(width, height) < SMALLEST_SIDE_PIXELS:
        raise PictureRefused(PictureFault.TOO_SMALL, width, height)
    if max(width, height) > MOST_SIDES_RATIO * min(width, height):
        raise PictureRefused(PictureFault.TOO_NARROW, width, height)


def _coefficients_a_pixel(source: ImageFile.ImageFile) -> float:
    """That are kept until all are there: of a progressive JPEG, 1.5 with usual colours."""
    if not source.info.get("progressive"):
        return 0
    sampled: list[int] = [across * down for _, across, down, _ in getattr(source, "layer", ())]
    return sum(sampled) / max(sampled, default=1)


def _orientation(picture: Image.Image) -> int:
    try:
        return int(picture.getexif().get(ExifTags.Base.Orientation, 1))
    except BROKEN_INPUT:
        return 1


def _shrunk(picture: Image.Image) -> Image.Image:
    """At most `LONGEST_SIDE_PIXELS` long; in strips, so that no second picture is held."""
    factor = max(1, max(picture.size) // (2 * LONGEST_SIDE_PIXELS))
    strips = [
        _opaque(picture.crop((0, top, picture.width, min(picture.height, top + rows)))).reduce(
            factor
        )
        for rows in [_STRIP_ROWS * factor]
        for top in range(0, picture.height, rows)
    ]
    whole = Image.new(strips[0].mode, (strips[0].width, sum(strip.height for strip in strips)))
    for index, strip in enumerate(strips):
        whole.paste(strip, (0, index * _STRIP_ROWS))
    whole.thumbnail((LONGEST_SIDE_PIXELS, LONGEST_SIDE_PIXELS), Image.Resampling.LANCZOS)
    return whole


def _opaque(picture: Image.Image) -> Image.Image:
    """The pixels as RGB, L or CMYK, of eight bits each; what is transparent becomes white."""
    if picture.mode.startswith("I"):  # sixteen bits of grey; Pillow would clip, not scale
        return Image.fromarray((np.asarray(picture) >> 8).clip(0, 255).astype(np.uint8))
    if picture.has_transparency_data:
        white = Image.new("RGBA", picture.size, "white")
        return Image.alpha_composite(white, picture.convert("RGBA")).convert("RGB")
    return picture if picture.mode in ("RGB", "L", "CMYK") else picture.convert("RGB")


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
