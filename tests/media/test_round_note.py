"""A video becomes a round note: square, around the face, labelled in picture and file."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest

from bot.media.errors import MediaNotMade, VideoUnreadable
from bot.media.exchange import Crop, FaceBox, Point
from bot.media.picture.faces import Pixels
from bot.media.video.files import inspect_video
from bot.media.video.round_video import ai_word, draw_inside, make_round_note, square_around
from tests.support.media.videos import result

SOMEWHERE = Point(0, 0)


def face(left: float, top: float, side: float) -> FaceBox:
    return FaceBox(left, top, side, side, 0.9, *[SOMEWHERE] * 4)


def holds(square: Crop, box: FaceBox) -> bool:
    left, top, right, bottom = square
    return left <= box.left and box.right <= right and top <= box.top and box.bottom <= bottom


@pytest.mark.parametrize("size", [(480, 640), (640, 480), (1280, 720), (300, 900), (480, 480)])
@pytest.mark.parametrize("where", [(0.02, 0.02), (0.4, 0.3), (0.8, 0.7)])
def test_the_face_is_inside_and_the_square_inside_the_picture(
    size: tuple[int, int], where: tuple[float, float]
) -> None:
    width, height = size
    box = face(where[0] * width, where[1] * height, 60)
    left, top, right, bottom = square_around((box,), width, height)
    assert holds((left, top, right, bottom), box)
    assert right - left == bottom - top
    assert (right - left) % 2 == 0
    assert 0 <= left < right <= width
    assert 0 <= top < bottom <= height


def test_of_several_faces_the_largest_counts() -> None:
    small, large = face(10, 10, 40), face(700, 200, 150)
    assert holds(square_around((small, large), 1280, 720), large)


def test_without_a_face_it_is_high_in_the_middle() -> None:
    assert square_around((), 480, 800) == (0, 80, 480, 560)
    assert square_around((), 800, 480) == (160, 0, 640, 480)


def test_the_note_is_square_as_long_as_the_video_and_labelled(tmp_path: Path) -> None:
    source, target = tmp_path / "film.mp4", tmp_path / "note.mp4"
    result(source, seconds=1.0, side_pixels=128, flat=True)
    make_round_note(source, target, produce_id="job-9")
    facts, before = inspect_video(target), inspect_video(source)
    assert (facts.width, facts.height) == (480, 480)
    assert facts.duration_milliseconds == pytest.approx(before.duration_milliseconds, abs=120)
    assert facts.has_sound
    with av.open(str(target)) as container:
        assert container.metadata["AIGC"].startswith('{"Label":"1"')
        picture = next(container.decode(video=0)).to_ndarray(format="rgb24")
    label = picture[400:470, 200:280]
    assert label.max() > 200, "white letters on a dark film"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["film.mp4", "note.mp4"]


def test_the_word_is_inside_the_circle_and_readable_at_240_pixels() -> None:
    frame: Pixels = np.full((480, 480, 3), 128, np.uint8)
    draw_inside(ai_word(), frame)
    rows, columns = np.nonzero((frame != 128).any(axis=2))
    distances = np.hypot(rows - 239.5, columns - 239.5)
    assert distances.max() < 240
    white_rows = np.nonzero((frame == 255).all(axis=2))[0]
    assert (white_rows.max() - white_rows.min()) / 2 >= 10, "letters of 10 pixels and more"


def test_what_is_longer_than_a_minute_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "film.mp4"
    result(source, seconds=1.0, flat=True)
    monkeypatch.setattr("bot.media.video.round_video.LONGEST_NOTE_MILLISECONDS", 500)
    with pytest.raises(MediaNotMade, match="up to a minute"):
        make_round_note(source, tmp_path / "note.mp4", produce_id="job-9")
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    source = tmp_path / "film.mp4"
    source.write_bytes(b"not a video")
    with pytest.raises(VideoUnreadable):
        make_round_note(source, tmp_path / "note.mp4", produce_id="job-9")
