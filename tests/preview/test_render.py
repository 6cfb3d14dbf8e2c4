from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from bot.media.errors import NoFaceFound, PictureRefused, SoundRefused
from bot.media.exchange import Resolution
from bot.media.preview.render import frame_size, render_preview
from tests.support.media import photos, voices

SHORT = voices.tone_wav(500)
FLOATS = bytes.fromhex("10000000 0300 0100 803e0000 00fa0000 0400 2000")
NO_NUMBERS = np.array([np.nan, np.inf, 0.5, -np.inf] * 4000, "<f4").tobytes()
"""Behind the header of a WAV of floats at 16 kHz."""


def frames_of(path: Path) -> list[photos.Pixels]:
    """A video's pictures, BGR."""
    with av.open(str(path)) as container:
        return [np.asarray(frame.to_ndarray(format="bgr24")) for frame in container.decode(video=0)]


def test_the_file_is_h264_and_aac_that_plays_while_it_loads(speaking: Path) -> None:
    with av.open(str(speaking)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert (video.codec_context.name, video.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert video.average_rate == 16
        assert audio.codec_context.name == "aac"
    data = speaking.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_the_video_is_as_long_as_the_sound(speaking: Path, voice: voices.Samples) -> None:
    seconds = len(voice) / voices.SAMPLE_RATE_HZ
    with av.open(str(speaking)) as container:
        for stream in (container.streams.video[0], container.streams.audio[0]):
            assert stream.duration is not None
            assert stream.time_base is not None
            assert abs(float(stream.duration * stream.time_base) - seconds) < 1 / 16


def test_the_sound_is_the_given_one(speaking: Path, voice: voices.Samples) -> None:
    with av.open(str(speaking)) as container:
        mono = av.AudioResampler(format="flt", layout="mono", rate=voices.SAMPLE_RATE_HZ)
        decoded = [*container.decode(audio=0), None]
        parts = [part.to_ndarray().ravel() for frame in decoded for part in mono.resample(frame)]
    heard = np.concatenate(parts).astype(np.float64)[: len(voice)]
    assert np.corrcoef(heard, voice[: len(heard)])[0, 1] > 0.98


@pytest.mark.parametrize(
    ("resolution", "pixels", "frames_per_second"),
    [("480P", 640 * 480, 16), ("720P", 1280 * 720, 30)],
)
def test_a_resolution_means_so_many_pixels_and_frames(
    resolution: Resolution,
    pixels: int,
    frames_per_second: int,
    tmp_path: Path,
    portrait_jpeg: bytes,
) -> None:
    facts = render_preview(portrait_jpeg, SHORT, tmp_path / "video.mp4", resolution=resolution)
    assert facts.width * facts.height == pytest.approx(pixels, rel=0.02)
    assert facts.frames_per_second == frames_per_second
    assert facts.has_sound


@pytest.mark.parametrize(("width", "height"), [(512, 512), (400, 1200), (1280, 427), (333, 501)])
def test_sides_are_even_and_keep_the_photos_proportions(width: int, height: int) -> None:
    frame_width, frame_height = frame_size(width, height, 640 * 480)
    assert frame_width % 2 == 0
    assert frame_height % 2 == 0
    assert frame_width / frame_height == pytest.approx(width / height, rel=0.01)
    assert frame_width * frame_height == pytest.approx(640 * 480, rel=0.02)


def test_a_photo_without_a_face_is_refused_and_leaves_nothing(tmp_path: Path) -> None:
    hills = np.tile(np.linspace(0, 255, 400, dtype=np.uint8)[:, None, None], (1, 400, 3))
    with pytest.raises(NoFaceFound):
        render_preview(photos.jpeg(hills), SHORT, tmp_path / "video.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("photo", [b"", b"not a picture", b"\xff\xd8\xff\xe0" + bytes(50)])
def test_what_is_no_picture_is_refused(photo: bytes, tmp_path: Path) -> None:
    with pytest.raises(PictureRefused):
        render_preview(photo, SHORT, tmp_path / "video.mp4")


@pytest.mark.parametrize(
    "sound",
    [
        b"",
        b"RIFF",
        b"not a sound",
        SHORT[:44],
        voices.wav(np.zeros(0)),
        b"RIFF\x24\xfa\0\0WAVEfmt " + FLOATS + b"data\0\xfa\0\0" + NO_NUMBERS,
    ],
)
def test_what_is_no_sound_is_refused(sound: bytes, tmp_path: Path, portrait_jpeg: bytes) -> None:
    with pytest.raises(SoundRefused):
        render_preview(portrait_jpeg, sound, tmp_path / "video.mp4")
    assert list(tmp_path.iterdir()) == []


def test_progress_grows_to_one_with_each_frame(tmp_path: Path, portrait_jpeg: bytes) -> None:
    told: list[float] = []
    render_preview(portrait_jpeg, SHORT, tmp_path / "video.mp4", on_progress=told.append)
    assert told == [index / 8 for index in range(1, 9)]


def test_an_error_of_the_progress_callback_stops_the_work_and_leaves_nothing(
    tmp_path: Path, portrait_jpeg: bytes
) -> None:
    def cancel(done: float) -> None:
        if done > 0.5:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        render_preview(portrait_jpeg, SHORT, tmp_path / "video.mp4", on_progress=cancel)
    assert list(tmp_path.iterdir()) == []


def test_the_same_input_gives_the_same_frames(tmp_path: Path, portrait_jpeg: bytes) -> None:
    for name in ("one.mp4", "two.mp4"):
        render_preview(portrait_jpeg, SHORT, tmp_path / name)
    one, two = (frames_of(tmp_path / name) for name in ("one.mp4", "two.mp4"))
    assert all(np.array_equal(left, right) for left, right in zip(one, two, strict=True))


def test_the_label_stands_in_the_corner(
    tmp_path: Path, portrait_jpeg: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    for word in ("preview", " "):
        monkeypatch.setattr("bot.media.preview.render.ON_PREVIEW", word)
        render_preview(portrait_jpeg, SHORT, tmp_path / f"{word}.mp4")
    labelled, bare = (frames_of(tmp_path / f"{word}.mp4")[3] for word in ("preview", " "))
    change = np.abs(labelled.astype(int) - bare).max(axis=2)
    rows, columns = np.nonzero(change > 40)
    height, width = change.shape
    assert rows.min() > 0.9 * height
    assert columns.min() > 0.7 * width


def test_the_background_stands_still(speaking: Path) -> None:
    frames = [cv2.GaussianBlur(frame, (9, 9), 0) for frame in frames_of(speaking)[::8]]
    wall = [frame[250:420, 440:520].astype(int) for frame in frames]
    assert max(np.abs(piece - wall[0]).mean() for piece in wall) < 2
