"""Pictures as phones and programs write them: odd, but good, and cut short by a little."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms, PngImagePlugin

from bot.media import calls
from bot.media.errors import PictureFault, PictureRefused
from bot.media.picture.normalise import normalise_picture
from bot.media.processes import MediaProcesses
from tests.support.media.photos import encoded, pixels, portrait, quarters

CASES = Path(__file__).parents[1] / "cases"
PNG_HEAD_BYTES = 33  # signature and IHDR


def difference(one: bytes, other: bytes) -> float:
    """Between two pictures of one width, above the lower edge of the shorter one."""
    left, right = pixels(one), pixels(other)
    rows = min(len(left), len(right))
    return float(np.abs(left[:rows] - right[:rows]).mean())


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("pixel_50mp.jpg", (964, 1280)),
        ("xmp_history.png", (400, 400)),
        ("no_end_marker.jpg", (400, 400)),
    ],
)
def test_what_users_of_other_software_reported_is_accepted_whole(
    name: str, size: tuple[int, int]
) -> None:
    picture = normalise_picture((CASES / name).read_bytes())
    assert (picture.width, picture.height) == size


@pytest.mark.proof
@pytest.mark.parametrize(
    ("size", "progressive"),
    [((9_000, 12_000), False), ((9_000, 12_000), True), ((16_320, 12_240), False)],
    ids=["108 MP", "108 MP, progressive", "200 MP"],
)
async def test_a_jpeg_is_judged_by_what_is_decoded_of_it(
    size: tuple[int, int], progressive: bool
) -> None:
    large = portrait().resize(size, Image.Resampling.BILINEAR)
    file = encoded(large, quality=75, progressive=progressive)
    async with MediaProcesses() as media:
        picture = await media.run(calls.normalise_picture, file)
    assert max(picture.width, picture.height) == 1_280
    assert len(picture.faces) == 1


@pytest.mark.proof
async def test_the_largest_png_fits_also_where_it_lacks_a_little() -> None:
    largest = encoded(quarters(8_000, 6_490).convert("RGBA"), "PNG", compress_level=1)
    async with MediaProcesses() as media:
        picture = await media.run(calls.normalise_picture, largest[:-3_000])
    assert picture.width == 1_280


@pytest.mark.sampled(every=2)
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P", "L", "1"])
def test_a_large_png_is_as_good_as_a_small_one(mode: str) -> None:
    large = quarters(5_200, 2_600).convert(mode)
    picture = normalise_picture(encoded(large, "PNG", compress_level=1))
    assert difference(picture.jpeg, encoded(large.convert("RGB").resize((1_280, 640)))) < 4


def png_with(*chunks: tuple[bytes, bytes], crc_error: int = 0) -> bytes:
    """A PNG of the quarters with more chunks behind its head."""
    whole = encoded(quarters(), "PNG")
    made = [
        struct.pack(">I", len(body))
        + kind
        + body
        + struct.pack(">I", zlib.crc32(kind + body) ^ crc_error)
        for kind, body in chunks
    ]
    return whole[:PNG_HEAD_BYTES] + b"".join(made) + whole[PNG_HEAD_BYTES:]


LONG = zlib.compress(b"history " * 400_000)
ODD_PNGS = {
    "zTXt of 3 MB": (b"zTXt", b"Comment\0\0" + LONG),
    "compressed iTXt of 3 MB": (b"iTXt", b"XML:com.adobe.xmp\0\1\0\0\0" + LONG),
    "plain iTXt of 3 MB": (b"iTXt", b"XML:com.adobe.xmp\0\0\0\0\0" + b"history " * 400_000),
    "tEXt of 3 MB": (b"tEXt", b"Comment\0" + b"history " * 400_000),
    "text that unpacks to nothing": (b"zTXt", b"Comment\0\0" + b"broken"),
    "profile of 3 MB": (b"iCCP", b"profile\0\0" + LONG),
    "profile that does not unpack": (b"iCCP", b"profile\0\0" + b"broken"),
    "broken EXIF": (b"eXIf", b"MM\0*\0\0\0\x08\xff\xff" + b"\xff" * 40),
    "EXIF of 2 MB": (b"eXIf", b"MM\0*\0\0\0\x08\0\0\0\0\0\0" + bytes(2_000_000)),
    "private chunk": (b"caNv", b"\xff" * 16),
    "short density": (b"pHYs", b"\1"),
    "short time": (b"tIME", b""),
    "animation of nothing": (b"acTL", b"\xff" * 8),
}


@pytest.mark.parametrize("name", ODD_PNGS)
@pytest.mark.parametrize("crc_error", [0, 1])
def test_metadata_that_nobody_needs_never_decides(name: str, crc_error: int) -> None:
    picture = normalise_picture(png_with(ODD_PNGS[name], crc_error=crc_error))
    assert difference(picture.jpeg, encoded(quarters())) < 3


def test_a_remark_behind_the_pixels_never_decides_either() -> None:
    remarks = PngImagePlugin.PngInfo()
    remarks.add_itxt("History", "a" * 5_000_000, zip=True)
    whole = encoded(quarters(), "PNG")
    behind = encoded(quarters(), "PNG", pnginfo=remarks)
    chunk = behind[PNG_HEAD_BYTES : len(behind) - len(whole) + PNG_HEAD_BYTES]
    assert normalise_picture(whole[:-12] + chunk + whole[-12:]).width == 600


def with_segments(*segments: tuple[int, bytes]) -> bytes:
    """A JPEG of the quarters with more segments behind its first two bytes."""
    made = [
        bytes([0xFF, mark]) + struct.pack(">H", len(body) + 2) + body for mark, body in segments
    ]
    whole = encoded(quarters())
    return whole[:2] + b"".join(made) + whole[2:]


ODD_JPEGS = {
    "motion photo": encoded(quarters()) + b"\0\0\0\x18ftypmp42" + bytes(300_000),
    "zeros behind the end": encoded(quarters()) + bytes(5_000),
    "another picture behind the end": encoded(quarters()) + encoded(portrait()),
    "maker notes of 1 MB": with_segments(*[(0xE1, b"Exif\0\0" + bytes(60_000))] * 17),
    "broken EXIF": with_segments((0xE1, b"Exif\0\0MM\0*\xff\xff\xff\xff\xff\xff")),
    "broken profile": with_segments((0xE2, b"ICC_PROFILE\0\1\1" + bytes(400))),
    "half a profile": with_segments((0xE2, b"ICC_PROFILE\0\1\3" + bytes(400))),
    "broken list of pictures": with_segments((0xE2, b"MPF\0MM\0*\0\0\0\x08\xff\xff" + bytes(9))),
    "broken Photoshop": with_segments((0xED, b"Photoshop 3.0\x008BIM\xff\xff\xff\xff\xff")),
    "gain map": with_segments((0xE1, b"http://ns.adobe.com/xap/1.0/\0<x hdrgm:Version='1.0'/>")),
    "no density": encoded(quarters(), dpi=(0, 0)),
    "odd density": encoded(quarters(), dpi=(1, 60_000)),
    "restart marks": encoded(quarters(), restart_marker_blocks=3),
    "every colour": encoded(quarters(), subsampling=0, quality=100),
    "arithmetic of a quarter": encoded(quarters(), subsampling="4:1:1"),
}


@pytest.mark.parametrize("name", ODD_JPEGS)
def test_what_cameras_add_to_a_jpeg_never_decides(name: str) -> None:
    picture = normalise_picture(ODD_JPEGS[name])
    assert difference(picture.jpeg, encoded(quarters())) < 8


def test_of_several_pictures_in_one_file_the_first_is_taken() -> None:
    depth = Image.new("L", (300, 250), 128).convert("RGB")
    several = encoded(quarters(), "MPO", save_all=True, append_images=[depth])
    assert difference(normalise_picture(several).jpeg, encoded(quarters())) < 3


def test_an_avif_is_read() -> None:
    picture = normalise_picture(encoded(quarters(), "AVIF", quality=90))
    assert difference(picture.jpeg, encoded(quarters())) < 3


def test_a_profile_of_a_print_shop_is_applied_to_its_four_inks() -> None:
    """Adobe's programs write the inks inverted."""
    picture = normalise_picture(encoded(portrait().convert("CMYK")))
    assert difference(picture.jpeg, encoded(portrait())) < 6


def test_grey_with_a_profile_of_grey_stays_grey() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    grey = portrait().convert("L")
    picture = normalise_picture(encoded(grey, icc_profile=profile))
    assert difference(picture.jpeg, encoded(grey.convert("RGB"))) < 3


FORMATS = {
    "JPEG": encoded(portrait()),
    "progressive JPEG": encoded(portrait(), progressive=True),
    "four inks": encoded(portrait().convert("CMYK")),
    "PNG": encoded(portrait(), "PNG"),
    "grey PNG": encoded(portrait().convert("L"), "PNG"),
    "WEBP": encoded(portrait(), "WEBP"),
    "lossless WEBP": encoded(portrait(), "WEBP", lossless=True),
    "WEBP with tags": encoded(portrait(), "WEBP", exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0"),
    "WEBP with remarks": encoded(portrait(), "WEBP", xmp=b"<x:xmpmeta>" + bytes(9_000)),
    "GIF": encoded(portrait(), "GIF"),
    "BMP": encoded(portrait(), "BMP"),
}


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("missing", [1, 2, 12, 0.02])
def test_a_picture_that_lacks_a_little_of_its_end_is_used(name: str, missing: float) -> None:
    file = FORMATS[name]
    short = file[: len(file) - int(missing if missing >= 1 else missing * len(file))]
    picture = normalise_picture(short)
    assert picture.width == 512
    assert picture.height > 512 * 0.9
    assert len(picture.faces) == 1
    whole = normalise_picture(file).jpeg
    above = pixels(picture.jpeg)[:400] if name != "BMP" else pixels(picture.jpeg)[-400:]
    there = pixels(whole)[:400] if name != "BMP" else pixels(whole)[-400:]
    assert np.abs(above - there).mean() < 4


def test_a_jpeg_without_its_end_marker_lacks_nothing() -> None:
    for file in (FORMATS["JPEG"], FORMATS["progressive JPEG"]):
        assert normalise_picture(file[:-2]).sha256 == normalise_picture(file).sha256


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("share", [0.5, 0.8])
def test_a_picture_that_lacks_more_is_refused(name: str, share: float) -> None:
    file = FORMATS[name]
    with pytest.raises(PictureRefused) as refused:
        normalise_picture(file[: int(len(file) * (1 - share))])
    assert refused.value.fault is PictureFault.NOT_A_PICTURE


def test_of_an_interlaced_picture_the_row_above_stands_for_a_missing_one() -> None:
    whole = interlaced(portrait())
    picture = normalise_picture(whole[: int(len(whole) * 0.95)])
    assert (picture.width, picture.height) == (512, 511)
    assert difference(picture.jpeg, encoded(portrait())) < 4


def interlaced(picture: Image.Image) -> bytes:
    """A PNG in seven passes (Adam7), which Pillow reads and does not write."""
    values = np.asarray(picture)
    passes = [(0, 0, 8, 8), (0, 4, 8, 8), (4, 0, 8, 4), (0, 2, 4, 4), (2, 0, 4, 2), (0, 1, 2, 2)]
    rows = b"".join(
        b"\0" + row.tobytes()
        for top, left, down, across in [*passes, (1, 0, 2, 1)]
        for row in values[top::down, left::across]
    )
    head = struct.pack(">IIBBBBB", picture.width, picture.height, 8, 2, 0, 0, 1)
    parts = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    target = BytesIO(b"\x89PNG\r\n\x1a\n")
    target.seek(0, 2)
    for kind, body in parts:
        crc = struct.pack(">I", zlib.crc32(kind + body))
        target.write(struct.pack(">I", len(body)) + kind + body + crc)
    return target.getvalue()
