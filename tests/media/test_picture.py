"""What the bot makes of a picture that can be read."""

from __future__ import annotations

import hashlib
from io import BytesIO

import numpy as np
import pillow_heif
import pytest
from PIL import Image, ImageCms

from bot.media.exchange import NormalisedPicture
from bot.media.picture.normalise import normalise_picture
from tests.support.media.photos import PORTRAIT, encoded, pixels, portrait, quarters

RED, LIME, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def corners(picture: NormalisedPicture) -> list[tuple[int, ...]]:
    """Return the colours of the corners, row by row, each component rounded to 0 or 255."""
    values = pixels(picture.jpeg)
    places = [(20, 20), (20, -20), (-20, 20), (-20, -20)]
    return [
        tuple(int(255 * (part > 127)) for part in values[conversation]) for conversation in places
    ]


def test_a_portrait_comes_out_as_it_is_with_its_face() -> None:
    picture = normalise_picture(PORTRAIT.read_bytes())
    assert (picture.width, picture.height, picture.enlarged) == (512, 512, False)
    assert picture.sha256 == hashlib.sha256(picture.jpeg).hexdigest()
    assert len(picture.faces) == 1
    assert np.abs(pixels(picture.jpeg) - pixels(PORTRAIT.read_bytes())).mean() < 3


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "BMP", "GIF"])
def test_each_format_is_read(kind: str) -> None:
    picture = normalise_picture(encoded(quarters(), kind))
    assert corners(picture) == [RED, LIME, BLUE, WHITE]
    assert pixels(picture.jpeg).shape == (500, 600, 3)


def test_heic_is_read() -> None:
    target = BytesIO()
    pillow_heif.from_pillow(quarters()).save(target, quality=90)
    assert corners(normalise_picture(target.getvalue())) == [RED, LIME, BLUE, WHITE]


ORIENTATIONS = {
    1: [RED, LIME, BLUE, WHITE],
    2: [LIME, RED, WHITE, BLUE],
    3: [WHITE, BLUE, LIME, RED],
    4: [BLUE, WHITE, RED, LIME],
    5: [RED, BLUE, LIME, WHITE],
    6: [BLUE, RED, WHITE, LIME],
    7: [WHITE, LIME, BLUE, RED],
    8: [LIME, WHITE, RED, BLUE],
}


@pytest.mark.parametrize("orientation", ORIENTATIONS)
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_camera_held_in_any_way_gives_an_upright_picture(kind: str, orientation: int) -> None:
    tags = Image.Exif()
    tags[0x0112] = orientation
    picture = normalise_picture(encoded(quarters(), kind, exif=tags.tobytes()))
    assert corners(picture) == ORIENTATIONS[orientation]
    assert (picture.width > picture.height) == (orientation <= 4)


def test_place_camera_and_remarks_do_not_come_along() -> None:
    tags = Image.Exif()
    tags[0x0110] = "SecretCamera"
    tags.get_ifd(0x8825)[2] = (52.0, 31.0, 12.0)
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    source = encoded(
        portrait(), "JPEG", exif=tags, xmp=b"<x:xmpmeta>SecretPlace", comment=b"SecretNote",
        icc_profile=profile,
    )  # fmt: skip
    assert b"Secret" in source
    picture = normalise_picture(source)
    assert b"Secret" not in picture.jpeg
    with Image.open(BytesIO(picture.jpeg)) as result:
        assert not result.getexif()
        assert set(result.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((4000, 3000), (1280, 960)),
        ((1281, 900), (1280, 899)),
        ((1280, 1280), (1280, 1280)),
        ((3000, 1000), (1280, 427)),
        ((400, 400), (400, 400)),
    ],
)
def test_the_long_side_is_at_most_1280(size: tuple[int, int], expected: tuple[int, int]) -> None:
    picture = normalise_picture(encoded(quarters(*size), "JPEG"))
    assert (picture.width, picture.height, picture.enlarged) == (*expected, False)


@pytest.mark.parametrize(
    ("size", "expected"),
    [((399, 500), (400, 501)), ((200, 600), (400, 1200)), ((200, 200), (400, 400))],
)
def test_what_is_too_small_for_the_provider_is_enlarged_and_marked(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    picture = normalise_picture(encoded(quarters(*size), "PNG"))
    assert (picture.width, picture.height, picture.enlarged) == (*expected, True)
    assert min(picture.width, picture.height) >= 400


def test_of_an_animation_the_first_frame_is_taken() -> None:
    frames = [quarters(), Image.new("RGB", (600, 500), "black")]
    for kind in ("GIF", "WEBP", "PNG"):
        moving = encoded(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)
        assert corners(normalise_picture(moving)) == [RED, LIME, BLUE, WHITE]


def test_cmyk_from_a_print_shop_keeps_its_colours() -> None:
    picture = normalise_picture(encoded(quarters().convert("CMYK"), "JPEG"))
    assert corners(picture) == [RED, LIME, BLUE, WHITE]


def test_sixteen_bits_of_grey_are_scaled_not_clipped() -> None:
    ramp = np.linspace(0, 65_535, 600).astype(np.uint16) * np.ones((500, 1), np.uint16)
    values = pixels(normalise_picture(encoded(Image.fromarray(ramp), "PNG")).jpeg)
    assert values[250, 300, 0] == pytest.approx(128, abs=3)
    assert values[250, 20, 0] < 15
    assert values[250, 580, 0] > 240


@pytest.mark.parametrize("mode", ["I;16", "L", "P", "RGBA"])
def test_a_picture_of_any_kind_of_pixels_is_turned_upright(mode: str) -> None:
    tags = Image.Exif()
    tags[0x0112] = 6
    wide = np.zeros((400, 600), np.uint16 if mode == "I;16" else np.uint8)
    source = Image.fromarray(wide) if mode == "I;16" else Image.fromarray(wide).convert(mode)
    picture = normalise_picture(encoded(source, "PNG", exif=tags.tobytes()))
    assert (picture.width, picture.height) == (400, 600)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_becomes_white(mode: str) -> None:
    clear = quarters().convert("RGBA")
    clear.putalpha(Image.new("L", clear.size, 0))
    picture = normalise_picture(encoded(clear.convert(mode), "PNG"))
    assert corners(picture) == [WHITE] * 4


def test_a_palette_with_one_transparent_colour_keeps_the_others() -> None:
    palette = quarters().convert("P", palette=Image.Palette.ADAPTIVE, colors=4)
    red = palette.getpixel((10, 10))
    picture = normalise_picture(encoded(palette, "PNG", transparency=red))
    assert corners(picture) == [WHITE, LIME, BLUE, WHITE]


@pytest.mark.parametrize("mode", ["1", "L"])
def test_black_and_white_becomes_rgb(mode: str) -> None:
    picture = normalise_picture(encoded(portrait().convert(mode), "PNG"))
    with Image.open(BytesIO(picture.jpeg)) as result:
        assert result.mode == "RGB"


def test_a_colour_profile_is_applied() -> None:
    """In this profile the numbers of grey mean something lighter than in sRGB."""
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB", 5000)).tobytes()
    grey = Image.new("RGB", (500, 500), (128, 128, 128))
    unfit = normalise_picture(encoded(grey, "PNG", icc_profile=lab))
    assert pixels(unfit.jpeg)[250, 250] == pytest.approx((128, 128, 128), abs=3)
    swapped = normalise_picture(encoded(quarters(), "PNG", icc_profile=profile_with_red_as_blue()))
    assert corners(swapped)[0] == BLUE


def profile_with_red_as_blue() -> bytes:
    """Return sRGB's profile with the primaries red and blue exchanged."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return profile.replace(b"rXYZ", b"????").replace(b"bXYZ", b"rXYZ").replace(b"????", b"bXYZ")


@pytest.mark.parametrize("profile", [b"nonsense", b"\0" * 500])
def test_a_broken_profile_is_ignored(profile: bytes) -> None:
    picture = normalise_picture(encoded(quarters(), "JPEG", icc_profile=profile))
    assert corners(picture) == [RED, LIME, BLUE, WHITE]
