"""Mouth, eyes and head, each alone on the sample portrait."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from bot.media.picture.faces import detect_faces
from bot.media.preview.eyes import Eyes, blink_track
from bot.media.preview.fields import Region
from bot.media.preview.head import Head
from bot.media.preview.landmarks import find_landmarks
from bot.media.preview.mouth import Mouth
from bot.media.preview.render import Canvas, open_canvas
from tests.support.media import photos


@pytest.fixture(scope="module")
def canvas(portrait_jpeg: bytes) -> Canvas:
    return open_canvas(portrait_jpeg, 640 * 480)


def turned(picture: photos.Pixels, degrees: float) -> photos.Pixels:
    """Return a photo that was taken with a tilted camera."""
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    way = cv2.BORDER_REFLECT
    return np.asarray(cv2.warpAffine(picture, matrix, (width, height), borderMode=way), np.uint8)


def changed(before: photos.Pixels, after: photos.Pixels) -> tuple[slice, slice]:
    """The rectangle in which two pictures differ."""
    rows, columns = np.nonzero(np.abs(before.astype(int) - after).max(axis=2) > 3)
    return slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)


def speckled(canvas: Canvas) -> photos.Pixels:
    """Noise in the place of the photo: every tear and every jump shows in it."""
    noise = np.random.default_rng(1).integers(0, 256, canvas.photo.shape, dtype=np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 3), np.uint8)


def seam(region: Region, picture: photos.Pixels) -> npt.NDArray[np.bool_]:
    """The outermost pixels of a region, but for those where the picture ends as well."""
    whole = np.zeros(picture.shape[:2], np.uint8)
    whole[region.rows, region.columns] = 1
    inner = cv2.erode(whole, np.ones((3, 3), np.uint8), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(whole != inner)


def test_the_opening_mouth_fades_into_the_picture_without_a_border(canvas: Canvas) -> None:
    photo = speckled(canvas)
    frame = photo.copy()
    mouth = Mouth(photo, canvas.points)
    mouth.speak(frame, 1.0)
    change = np.abs(frame.astype(int) - photo).max(axis=2)
    assert change[seam(mouth._region, photo)].max() <= 2
    assert change.max() > 40


def test_the_swaying_head_fades_into_the_picture_without_a_border(canvas: Canvas) -> None:
    photo = speckled(canvas)
    frame = photo.copy()
    head = Head((photo.shape[1], photo.shape[0]), canvas.points)
    head.move(frame, 1.1, emphasis=1.0, opening=0.0, width=1.0)
    change = np.abs(frame.astype(int) - photo).max(axis=2)
    assert change[seam(head._region, photo)].max() <= 2
    assert change.max() > 15


def test_a_wider_opening_shows_more_of_the_inside(canvas: Canvas) -> None:
    mouth = Mouth(canvas.photo, canvas.points)
    lips = canvas.points[[61, 291, 17]]
    rows = slice(int(lips[:, 1].min()), int(lips[:, 1].max() + 20))
    columns = slice(int(lips[:, 0].min()), int(lips[:, 0].max()))
    dark = []
    for opening in (0.0, 0.25, 0.5, 0.75, 1.0):
        frame = canvas.photo.copy()
        mouth.speak(frame, opening)
        dark.append(int((frame[rows, columns].max(axis=2) < 80).sum()))
    assert dark == sorted(dark)
    assert dark[-1] > dark[1] + 50


def test_a_closed_lid_covers_the_eye_and_only_the_eye(canvas: Canvas) -> None:
    frame = canvas.photo.copy()
    Eyes(canvas.photo, canvas.points).blink(frame, 1.0)
    rows, columns = changed(canvas.photo, frame)
    eyes = canvas.points[[33, 263, 159, 145]]
    nose = canvas.points[1]
    assert rows.stop < nose[1]
    assert columns.start > eyes[:, 0].min() - 12
    assert columns.stop < eyes[:, 0].max() + 12
    pupil_x, pupil_y = canvas.points[[159, 145]].mean(axis=0).astype(int)
    before, after = (
        picture[pupil_y - 1 : pupil_y + 2, pupil_x - 2 : pupil_x + 3].mean()
        for picture in (canvas.photo, frame)
    )
    assert after > before + 25


def test_an_open_eye_is_the_photos_own(canvas: Canvas) -> None:
    frame = canvas.photo.copy()
    Eyes(canvas.photo, canvas.points).blink(frame, 0.0)
    assert np.array_equal(frame, canvas.photo)


@pytest.mark.parametrize("frames_per_second", [16, 30])
def test_every_blink_closes_the_eyes_for_a_frame_and_opens_them_again(
    frames_per_second: int,
) -> None:
    track = blink_track(20 * frames_per_second, frames_per_second, seed=7)
    starts = np.flatnonzero((track[1:] > 0) & (track[:-1] == 0))
    assert 4 <= len(starts) <= 9
    assert (track == 1).sum() == len(starts)
    assert (track > 0).mean() < 0.2


@pytest.mark.parametrize("degrees", [-40, 40])
def test_points_of_a_tilted_face_are_those_of_the_upright_one_tilted(degrees: float) -> None:
    upright = photos.portrait_pixels()
    height, width = upright.shape[:2]
    found = []
    for picture in (upright, turned(upright, degrees)):
        rgb = np.ascontiguousarray(picture[:, :, ::-1])
        found.append(find_landmarks(rgb, detect_faces(rgb)[0]))
    matrix = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1)
    expected = found[0] @ matrix[:, :2].T + matrix[:, 2]
    off = np.hypot(*(found[1] - expected).T)
    assert np.median(off) < 3
