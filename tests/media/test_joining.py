"""Parts joined: the sound runs through as it was, and each picture is where its sound is."""

from __future__ import annotations

from fractions import Fraction
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest
import soxr

from bot.media.errors import SoundFault, SoundRefused, VideoUnreadable
from bot.media.exchange import TaskVideo
from bot.media.sound.audio_segment import AudioSegment, samples_of
from bot.media.sound.long_voice import cut_sound, level_sound, plan_sound, record_clips
from bot.media.sound.samples import Samples
from bot.media.video.files import inspect_video
from bot.media.video.joining import join_videos
from tests.support.media.voices import long_voice, voice_note

RATE = 16
SIDE = 64
LENGTHS = (1_430, 2_015, 1_777)  # none of them a whole number of frames
BOUNDS = (0, 1_430, 3_445, 5_222)


def clip(path: Path, part: int, frames: int, rate: int = RATE) -> Path:
    """A part whose pictures say which part and which frame they are: two levels of grey."""
    with av.open(str(path), "w", format="mp4") as output:
        stream = output.add_stream("libx264", rate=rate, options={"crf": "4"})
        stream.width = stream.height = SIDE
        stream.pix_fmt = "yuv420p"
        output.metadata["title"] = "kept"
        for number in range(frames):
            planes = np.full((SIDE * 3 // 2, SIDE), 128, np.uint8)
            planes[: SIDE // 2] = 40 + 60 * part
            planes[SIDE // 2 : SIDE] = 20 + 4 * number
            frame = av.VideoFrame.from_ndarray(planes, format="yuv420p")
            frame.pts, frame.time_base = number, Fraction(1, rate)
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return path


def shown(path: Path) -> list[tuple[float, int, int]]:
    """When each frame is shown, of which part it is, and which frame of that."""
    found = []
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            luma = frame.to_ndarray(format="yuv420p")[:SIDE]
            upper, lower = luma[: SIDE // 2 - 4].mean(), luma[SIDE // 2 + 4 :].mean()
            assert frame.time is not None
            found.append((frame.time, round((upper - 40) / 60), round((lower - 20) / 4)))
    return found


def heard(path: Path) -> Samples:
    with av.open(str(path)) as container:
        pieces = [frame.to_ndarray()[0] for frame in container.decode(audio=0)]
    return np.asarray(np.concatenate(pieces), np.float32)


def recording(milliseconds: int) -> bytes:
    """Noise in bursts as a WAV at 16 kHz: any sample that is missing would be noticed."""
    noise = np.random.default_rng(5).standard_normal(milliseconds * 16) * 3_000
    noise *= 0.3 + np.abs(np.sin(np.arange(len(noise)) / 3_000))
    data = np.clip(noise, -30_000, 30_000).astype(np.int16).tobytes()
    target = BytesIO()
    AudioSegment(data, sample_width=2, frame_rate=16_000, channels=1).export(target, format="wav")
    return target.getvalue()


def lag_and_likeness(wanted: Samples, found: Samples, at: int) -> tuple[int, float]:
    """By how many samples a tenth of a second is off there, and how like the two are."""
    window = wanted[at : at + 4_800]
    scores = [
        (float(np.corrcoef(window, found[at + lag : at + lag + 4_800])[0, 1]), lag)
        for lag in range(-40, 41)
    ]
    likeness, lag = max(scores)
    return lag, likeness


@pytest.fixture
def parts(tmp_path: Path) -> list[TaskVideo]:
    """Three parts: one video ends early, one is longer than its sound, one as it should be."""
    return [
        TaskVideo(clip(tmp_path / f"{number}.mp4", number, frames), (begin, end))
        for number, (frames, begin, end) in enumerate(
            zip((20, 35, 28), BOUNDS[:-1], BOUNDS[1:], strict=True)
        )
    ]


def test_no_sample_is_dropped_or_put_in_and_none_moves(
    parts: list[TaskVideo], tmp_path: Path
) -> None:
    wav = recording(sum(LENGTHS))
    join_videos(parts, wav, tmp_path / "whole.mp4")
    wanted = soxr.resample(samples_of(AudioSegment.from_wav(BytesIO(wav))), 16_000, 48_000)
    found = heard(tmp_path / "whole.mp4")
    assert 0 <= len(found) - len(wanted) < 1_024  # AAC's last frame
    for at in range(480, len(wanted) - 6_000, 3_000):
        lag, likeness = lag_and_likeness(wanted, found, at)
        assert lag == 0
        assert likeness > 0.9


def test_each_part_begins_with_its_sound_and_its_lips_do_not_drift(
    parts: list[TaskVideo], tmp_path: Path
) -> None:
    join_videos(parts, recording(sum(LENGTHS)), tmp_path / "whole.mp4")
    frames = shown(tmp_path / "whole.mp4")
    assert len(frames) == -(-sum(LENGTHS) * RATE // 1_000)
    steps = {round(b[0] - a[0], 4) for a, b in pairwise(frames)}
    assert steps == {1 / RATE}
    for part, (begin, end, count) in enumerate(
        zip(BOUNDS[:-1], BOUNDS[1:], (20, 35, 28), strict=True)
    ):
        mine = [each for each in frames if begin / 1_000 <= each[0] < end / 1_000]
        assert 0 <= mine[0][0] - begin / 1_000 < 1 / RATE
        for at, of_part, number in mine[2:]:  # the first two fade from the part before
            assert of_part == part
            late = (at - begin / 1_000) - number / RATE
            assert abs(late) <= 1 / RATE or number == count - 1


def test_a_part_of_another_rate_keeps_its_time(tmp_path: Path) -> None:
    slow = TaskVideo(clip(tmp_path / "0.mp4", 0, 32), (0, 2_000))
    fast = TaskVideo(clip(tmp_path / "1.mp4", 1, 50, rate=25), (2_000, 4_000))
    join_videos([slow, fast], recording(4_000), tmp_path / "whole.mp4")
    last = [number for at, part, number in shown(tmp_path / "whole.mp4") if at > 3.9]
    assert last[-1] in (48, 49)
    assert inspect_video(tmp_path / "whole.mp4").frames_per_second == RATE


def test_some_of_the_parts_have_their_spans_of_the_sound(
    parts: list[TaskVideo], tmp_path: Path
) -> None:
    wav = recording(sum(LENGTHS))
    join_videos([parts[0], parts[2]], wav, tmp_path / "whole.mp4")
    whole = samples_of(AudioSegment.from_wav(BytesIO(wav)))
    spoken = np.concatenate([whole[: 1_430 * 16], whole[3_445 * 16 :]])
    wanted = soxr.resample(spoken, 16_000, 48_000)
    assert lag_and_likeness(wanted, heard(tmp_path / "whole.mp4"), 1_430 * 48 + 960)[0] == 0


def test_metadata_is_kept_and_a_missing_voice_is_replaced_by_the_parts_own(
    parts: list[TaskVideo], tmp_path: Path
) -> None:
    join_videos(parts, None, tmp_path / "whole.mp4")
    facts = inspect_video(tmp_path / "whole.mp4")
    assert facts.has_sound
    assert abs(facts.duration_milliseconds - sum(LENGTHS)) <= 1_000 / RATE
    with av.open(str(tmp_path / "whole.mp4")) as container:
        assert container.metadata["title"] == "kept"


def test_what_is_no_video_is_refused(parts: list[TaskVideo], tmp_path: Path) -> None:
    parts[1].source.write_bytes(b"no video")
    with pytest.raises(VideoUnreadable):
        join_videos(parts, recording(sum(LENGTHS)), tmp_path / "whole.mp4")


def test_pieces_are_what_the_whole_is_and_no_louder_or_softer() -> None:
    note = voice_note(long_voice(25))
    plan = plan_sound(note, 300_000, True)
    whole = samples_of(AudioSegment.from_wav(BytesIO(level_sound(note, 300_000, True))))
    assert plan == plan_sound(note, 300_000, True)
    assert len(whole) == plan.duration_milliseconds * 16
    bounds = (0, *plan.cuts, plan.duration_milliseconds)
    spans = tuple(pairwise(bounds))
    pieces = cut_sound(note, 300_000, True, spans)
    assert pieces == cut_sound(note, 300_000, True, spans)
    for (begin, end), piece in zip(spans, pieces, strict=True):
        samples = samples_of(AudioSegment.from_wav(BytesIO(piece)))
        assert len(samples) == (end - begin) * 16
        inner = slice(400, -400)  # both ends are softened
        assert np.array_equal(samples[inner], whole[begin * 16 : end * 16][inner])
    (heard_note,) = record_clips(note, 300_000, True, plan.clips[:1])
    with av.open(BytesIO(heard_note)) as container:
        assert container.streams.audio[0].codec_context.name in ("opus", "libopus")


def test_what_is_longer_than_the_longest_is_refused() -> None:
    with pytest.raises(SoundRefused) as refusal:
        plan_sound(voice_note(long_voice(25)), 22_000, True)
    assert refusal.value.fault is SoundFault.TOO_LONG
