"""Pictures that were made to harm: each is refused in time, or read as what it really is."""

from __future__ import annotations

import contextlib
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from bot.media import calls
from bot.media.errors import PictureFault, PictureRefused
from bot.media.exchange import DOWNLOAD_LIMIT_BYTES
from bot.media.picture.normalise import normalise_picture
from bot.media.processes import MediaProcesses
from tests.support.media.photos import PORTRAIT, encoded, pixels, png_claiming, portrait, quarters


def refusal(data: bytes) -> PictureRefused:
    with pytest.raises(PictureRefused) as caught:
        normalise_picture(data)
    return caught.value


@pytest.mark.parametrize(
    ("size", "fault"),
    [
        ((50_000, 50_000), PictureFault.TOO_MANY_PIXELS),
        ((10_000, 9_500), PictureFault.TOO_MANY_PIXELS),
        ((8_000, 7_000), PictureFault.TOO_MANY_PIXELS),
        ((199, 400), PictureFault.TOO_SMALL),
        ((1, 1), PictureFault.TOO_SMALL),
        ((1_300, 400), PictureFault.TOO_NARROW),
        ((400, 1_300), PictureFault.TOO_NARROW),
    ],
)
def test_size_and_shape_are_judged_before_a_pixel_is_decoded(
    size: tuple[int, int], fault: PictureFault
) -> None:
    start = time.process_time()
    assert refusal(png_claiming(*size)).fault is fault
    assert time.process_time() - start < 0.1


def test_the_refusal_names_the_size() -> None:
    refused = refusal(png_claiming(150, 300))
    assert (refused.width, refused.height) == (150, 300)
    assert str(refused) == "too_small (150x300)"


@pytest.mark.parametrize("size", [(200, 600), (600, 200), (300, 900)])
def test_one_to_three_is_just_wide_enough(size: tuple[int, int]) -> None:
    assert normalise_picture(encoded(quarters(*size), "PNG")).enlarged


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "GIF"])
def test_a_truncated_file_is_no_picture(kind: str) -> None:
    whole = encoded(portrait(), kind)
    assert refusal(whole[: len(whole) // 2]).fault is PictureFault.NOT_A_PICTURE


def test_a_header_that_claims_more_than_there_is_is_no_picture() -> None:
    assert refusal(png_claiming(1_000, 1_000)).fault is PictureFault.NOT_A_PICTURE


@pytest.mark.parametrize(
    "data",
    [
        b"hello",
        b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"BM" + bytes(100),
        b"GIF89a" + bytes(20),
        b"RIFF\0\0\0\0WEBP",
        encoded(quarters(), "TIFF"),
        encoded(quarters(), "PDF"),
        encoded(quarters(), "ICO"),
    ],
)
def test_anything_else_is_no_picture(data: bytes) -> None:
    assert refusal(data).fault is PictureFault.NOT_A_PICTURE


def test_the_first_bytes_and_not_pillow_choose_the_decoder() -> None:
    """A TIFF under the first bytes of a PNG is never shown to a TIFF decoder."""
    disguised = b"\x89PNG\r\n\x1a\n" + encoded(quarters(), "TIFF")
    assert refusal(disguised).fault is PictureFault.NOT_A_PICTURE


def test_remarks_that_unpack_to_megabytes_are_not_unpacked() -> None:
    remarks = PngImagePlugin.PngInfo()
    remarks.add_text("Comment", "a" * 50_000_000, zip=True)
    bomb = encoded(quarters(), "PNG", pnginfo=remarks)
    start = time.process_time()
    assert normalise_picture(bomb).width == 600
    assert time.process_time() - start < 0.5


def test_nothing_at_all_is_empty() -> None:
    assert refusal(b"").fault is PictureFault.EMPTY


def test_more_than_a_bot_can_fetch_is_too_big() -> None:
    assert refusal(b"\xff\xd8\xff" + bytes(DOWNLOAD_LIMIT_BYTES)).fault is PictureFault.TOO_BIG


def test_broken_heic_is_no_picture() -> None:
    heic = b"\0\0\0\x18ftypheic" + bytes(100)
    assert refusal(heic).fault is PictureFault.NOT_A_PICTURE


def test_avif_is_not_taken_for_heic() -> None:
    avif = b"\0\0\0\x18ftypavif" + bytes(100)
    assert refusal(avif).fault is PictureFault.NOT_A_PICTURE


def test_broken_tags_do_not_spoil_a_good_picture() -> None:
    tags = Image.Exif()
    tags[0x0112] = 6
    source = encoded(quarters(), "JPEG", exif=b"Exif\0\0" + tags.tobytes()[6:20] + b"\xff" * 30)
    assert pixels(normalise_picture(source).jpeg).shape == (500, 600, 3)


async def test_the_costliest_allowed_picture_fits_into_the_guarded_process() -> None:
    file = encoded(quarters(8_000, 6_200), "WEBP", method=0)
    async with MediaProcesses() as media:
        assert (await media.run(calls.normalise_picture, file)).width == 1_280


SEEDS = [
    PORTRAIT.read_bytes(),
    *(encoded(quarters(420, 410), kind) for kind in ("PNG", "WEBP", "BMP", "GIF")),
    encoded(quarters(420, 410), "JPEG", progressive=True, exif=b"Exif\0\0MM\0*\0\0\0\x08\0\0"),
]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), database=None)
@given(st.data())
def test_whatever_is_damaged_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    file = bytearray(data.draw(st.sampled_from(SEEDS)))
    for _ in range(data.draw(st.integers(1, 12))):
        at = data.draw(st.one_of(st.integers(0, 400), st.integers(0, len(file) - 1)))
        file[at % len(file)] = data.draw(st.integers(0, 255))
    with contextlib.suppress(PictureRefused):
        assert min(pixels(normalise_picture(bytes(file)).jpeg).shape[:2]) >= 400
