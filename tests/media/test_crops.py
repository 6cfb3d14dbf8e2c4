"""A part of a picture that is offered shows one person: wholly, and nobody else."""

from __future__ import annotations

from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.media.exchange import FaceBox, Point
from bot.media.picture.decoding import LONGEST_SIDE_PIXELS, SMALLEST_SIDE_PIXELS
from bot.media.picture.explaining import MOST_CROP_RATIO, crop_round, explain_picture
from bot.media.picture.normalise import crop_picture, normalise_part, normalise_picture
from tests.support.media.photos import encoded, portrait

SIDE = st.integers(200, LONGEST_SIDE_PIXELS)
FACE = st.tuples(st.floats(-40, 1300), st.floats(-40, 1300), st.floats(10, 700), st.floats(10, 700))


def face(left: float, top: float, width: float, height: float) -> FaceBox:
    middle = Point(left + width / 2, top + height / 2)
    return FaceBox(left, top, width, height, 0.9, *[middle] * 4)


@st.composite
def pictures(draw: st.DrawFn) -> tuple[int, int, FaceBox]:
    """A picture's sides, and a face in it, which may reach over the upper and the left edge."""
    width, height = draw(SIDE), draw(SIDE)
    across, down = draw(st.floats(10, width)), draw(st.floats(10, height))
    left, top = draw(st.floats(-9, width - across)), draw(st.floats(-9, height - down))
    return width, height, face(left, top, across, down)


@settings(max_examples=400, deadline=None)
@given(pictures(), st.lists(FACE, max_size=4))
def test_a_crop_holds_its_face_and_no_other_and_suits_the_provider(
    picture: tuple[int, int, FaceBox], boxes: list[tuple[float, float, float, float]]
) -> None:
    width, height, own = picture
    others = [face(*other) for other in boxes]
    crop = crop_round(own, others, width, height)
    if crop is None:
        return
    left, top, right, bottom = crop
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height
    assert left <= max(0.0, own.left)
    assert top <= max(0.0, own.top)
    assert own.right <= right
    assert own.bottom <= bottom
    for other in others:
        assert not (left < other.nose.x < right and top < other.nose.y < bottom)
    short, long = sorted((right - left, bottom - top))
    assert short >= SMALLEST_SIDE_PIXELS
    assert long <= min(7_000, short * MOST_CROP_RATIO)


def test_between_two_people_the_picture_is_cut_where_the_other_face_begins() -> None:
    one, two = face(300, 200, 150, 180), face(560, 220, 150, 180)
    alone = crop_round(one, [], 1280, 960)
    left, right = crop_round(one, [two], 1280, 960), crop_round(two, [one], 1280, 960)
    assert alone is not None
    assert left is not None
    assert right is not None
    assert (alone[2], left[2], right[0]) == (646, 560, 451)


def test_of_faces_that_overlap_nothing_is_offered() -> None:
    assert crop_round(face(300, 200, 200, 200), [face(350, 220, 200, 200)], 1280, 960) is None


def test_a_part_is_always_the_same_bytes_and_big_enough_for_the_provider() -> None:
    data = encoded(portrait(), "JPEG")
    crop = (50, 0, 390, 410)
    part = normalise_part(data, crop)
    assert part == normalise_part(data, crop)
    assert part.sha256 != normalise_picture(data).sha256
    assert min(part.width, part.height) >= 400
    assert part.enlarged
    assert crop_picture(normalise_picture(data).jpeg, crop) == part


def side_by_side(count: int) -> bytes:
    one = portrait()
    row = Image.new("RGB", (one.width * count, one.height))
    for conversation in range(count):
        row.paste(one, (conversation * one.width, 0))
    return encoded(row, "JPEG")


@pytest.mark.parametrize("count", [2, 3])
def test_of_several_people_each_is_numbered_and_offered_alone(count: int) -> None:
    data = side_by_side(count)
    explained = explain_picture(data)
    assert explained is not None
    assert explained.faces == count
    assert [offer.number for offer in explained.offers] == list(range(1, count + 1))
    for offer in explained.offers:
        assert len(normalise_part(data, offer.crop).faces) == 1
    lefts = [offer.crop[0] for offer in explained.offers]
    assert lefts == sorted(lefts)
    plain = Image.open(BytesIO(normalise_picture(data).jpeg))
    drawn = Image.open(BytesIO(explained.jpeg))
    assert drawn.size == plain.size
    assert drawn.tobytes() != plain.tobytes()


def test_of_one_small_person_the_part_from_head_to_waist_is_offered() -> None:
    scene = Image.new("RGB", (1000, 1200), "tan")
    scene.paste(portrait().resize((460, 460)), (270, 100))
    explained = explain_picture(encoded(scene, "JPEG"))
    assert explained is not None
    (crop,) = [offer.crop for offer in explained.offers]
    assert crop[3] - crop[1] < 700
    assert not explained.at_edge


def test_a_face_that_fills_the_picture_is_offered_nothing_and_a_cut_one_is_named() -> None:
    whole = portrait().crop((150, 60, 330, 240)).resize((900, 900))
    explained = explain_picture(encoded(whole, "JPEG"))
    assert explained is not None
    assert explained.offers == ()
    cut = portrait().crop((0, 80, 240, 512)).resize((720, 1296))
    explained = explain_picture(encoded(cut, "JPEG"))
    assert explained is None or explained.at_edge


def test_a_picture_without_a_face_is_not_explained() -> None:
    assert explain_picture(encoded(Image.new("RGB", (500, 500), "steelblue"), "JPEG")) is None
