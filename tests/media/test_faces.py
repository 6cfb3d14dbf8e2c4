"""Faces are found where they are, and not where they are not."""

from __future__ import annotations

import numpy as np
import pytest

from bot.media.exchange import FaceBox
from bot.media.picture.faces import detect_faces
from tests.support.media.photos import portrait

PHOTO = np.asarray(portrait())


def only_face(rgb: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> FaceBox:
    (face,) = detect_faces(rgb)
    return face


def test_one_person_is_one_face_in_the_right_place() -> None:
    face = only_face(PHOTO)
    assert face.score > 0.9
    assert [face.left, face.top] == pytest.approx([173, 68], abs=8)
    assert [face.width, face.height] == pytest.approx([107, 107], abs=10)


def test_the_features_lie_in_their_order_inside_the_face() -> None:
    face = only_face(PHOTO)
    assert face.left < face.right_eye.x < face.nose.x < face.left_eye.x < face.right
    assert face.top < face.right_eye.y < face.nose.y < face.mouth.y < face.bottom


def test_a_mirrored_picture_has_a_mirrored_face() -> None:
    face, mirrored = only_face(PHOTO), only_face(np.ascontiguousarray(PHOTO[:, ::-1]))
    assert mirrored.right == pytest.approx(512 - face.left, abs=6)
    assert mirrored.nose.x == pytest.approx(512 - face.nose.x, abs=6)


def test_two_people_are_two_faces_the_larger_first() -> None:
    small = np.asarray(portrait().resize((400, 400)))
    beside = np.zeros((512, 912, 3), np.uint8)
    beside[:400, :400], beside[:, 400:] = small, PHOTO
    first, second = detect_faces(beside)
    assert first.width > 1.15 * second.width
    assert first.left > 400 > second.right


@pytest.mark.parametrize("corner", [(0, 0), (660, 460), (330, 230)])
def test_a_small_face_is_found_wherever_it_is_and_once(corner: tuple[int, int]) -> None:
    left, top = corner
    wide = np.full((700, 900, 3), 128, np.uint8)
    wide[top : top + 240, left : left + 240] = np.asarray(portrait().resize((240, 240)))
    face = only_face(wide)
    assert [face.left, face.top] == pytest.approx([left + 81, top + 32], abs=8)


@pytest.mark.parametrize("margin_pixels", [0, 20, 40, 80, 120])
def test_a_face_is_found_however_tightly_it_is_cut_out(margin_pixels: int) -> None:
    top, left = 68 - min(68, margin_pixels), 173 - margin_pixels
    cut = PHOTO[top : 175 + margin_pixels, left : 280 + margin_pixels]
    assert only_face(np.ascontiguousarray(cut)).width == pytest.approx(107, abs=12)


@pytest.mark.parametrize("shape", [(200, 600), (600, 200), (1280, 720)])
def test_a_picture_without_a_face_has_none(shape: tuple[int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (*shape, 3), dtype=np.uint8)
    plain = np.full((*shape, 3), 128, np.uint8)
    assert detect_faces(noise) == detect_faces(plain) == ()


def test_an_object_is_no_face() -> None:
    lower_half = np.ascontiguousarray(PHOTO[300:, :])
    assert detect_faces(lower_half) == ()
