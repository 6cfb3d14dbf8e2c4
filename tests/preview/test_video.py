from __future__ import annotations

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from bot.media.errors import MediaNotMade, VideoUnreadable
from bot.media.video.cover import facts_and_cover
from bot.media.video.files import inspect_video
from bot.media.video.stamp import stamp_label
from tests.preview.test_render import frames_of
from tests.support.media import photos, videos, voices

CONTAINERS = (b"moov", b"udta", b"trak", b"mdia")


def packets(path: Path) -> list[tuple[int, int | None, bytes]]:
    with av.open(str(path)) as container:
        return [
            (packet.stream_index, packet.pts, bytes(packet))
            for packet in container.demux()
            if packet.size
        ]


def tags(path: Path) -> dict[str, str]:
    with av.open(str(path)) as container:
        return dict(container.metadata)


def with_tags(source: Path, target: Path, **added: str) -> Path:
    options = {"movflags": "use_metadata_tags"}
    with (
        av.open(str(source)) as container,
        av.open(str(target), "w", format="mp4", options=options) as copy,
    ):
        copy.metadata.update(added)
        twins = [copy.add_stream_from_template(stream) for stream in container.streams.get()]
        for packet in container.demux():
            if packet.dts is not None:
                packet.stream = twins[packet.stream_index]
                copy.mux(packet)
    return target


def atoms(data: bytes, path: bytes = b"") -> Iterator[tuple[bytes, bytes]]:
    """Walk the boxes of an MP4: where each stands, and what is in it."""
    while len(data) >= 8:
        size, kind = int.from_bytes(data[:4], "big"), data[4:8]
        conversation = path + b"/" + kind
        yield conversation, data[8:size]
        if kind in CONTAINERS:
            yield from atoms(data[8:size], conversation)
        data = data[max(size, 8) :]


def sound_only(target: Path) -> Path:
    with av.open(str(target), "w", format="mp4") as container:
        stream = container.add_stream("aac", rate=16000, layout="mono")
        frame = av.AudioFrame.from_ndarray(
            np.zeros((1, 16000), np.float32), format="fltp", layout="mono"
        )
        frame.sample_rate = 16000
        for part in (frame, None):
            container.mux(stream.encode(part))
    return target


# inspect_video


def test_facts_are_those_of_the_file(speaking: Path, voice: voices.Samples) -> None:
    facts = inspect_video(speaking)
    assert (facts.width, facts.height) == (554, 554)
    assert facts.duration_milliseconds == pytest.approx(len(voice) / 16, abs=63)
    assert facts.frames_per_second == 16
    assert facts.has_sound
    assert facts.size_bytes == speaking.stat().st_size


@pytest.mark.parametrize("share", [0.0, 0.001, 0.02, 0.3, 0.7, 0.99, 0.9999])
def test_a_video_cut_short_anywhere_is_unreadable(
    share: float, speaking: Path, tmp_path: Path
) -> None:
    data = speaking.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(VideoUnreadable):
        inspect_video(tmp_path / "cut.mp4")


@pytest.mark.parametrize("codec", ["libx264", "libx265", "mpeg4", "libvpx-vp9"])
def test_whatever_encoder_made_it_a_whole_video_is_labelled_and_a_cut_one_refused(
    codec: str, tmp_path: Path
) -> None:
    dice = np.random.default_rng(1)
    data = videos.encoded_video(
        *(96, 96),
        rate=16,
        frames=20,
        picture=lambda _: dice.integers(0, 256, (96, 96, 3), np.uint8),
        codec=codec,
        samples=voices.tone(1.25),
    )
    (tmp_path / "whole.mp4").write_bytes(data)
    stamp_label(tmp_path / "whole.mp4", tmp_path / "labelled.mp4", produce_id="1")
    assert facts_and_cover(tmp_path / "labelled.mp4")[0].has_sound
    (tmp_path / "cut.mp4").write_bytes(data[: len(data) // 2])
    with pytest.raises(VideoUnreadable):
        stamp_label(tmp_path / "cut.mp4", tmp_path / "never.mp4", produce_id="1")


@pytest.mark.parametrize(
    "data",
    [
        b"\n" * 3000,
        b"<html><body>Not found</body></html>",
        b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nother.mp4\n#EXT-X-ENDLIST\n",
        b"ffconcat version 1.0\nfile other.mp4\n",
        b"\x00\x00\x00\x18ftypmp42" + bytes(5000),
        b"\x00\x00\x00\x08moov" * 2000,
        photos.jpeg(np.zeros((64, 64, 3), np.uint8)),
        voices.wav(np.zeros(16000)),
    ],
    ids=["newlines", "html", "hls", "concat", "only a head", "empty boxes", "jpeg", "wav"],
)
def test_what_is_no_video_is_unreadable(data: bytes, speaking: Path, tmp_path: Path) -> None:
    (tmp_path / "other.mp4").write_bytes(speaking.read_bytes())
    (tmp_path / "video.mp4").write_bytes(data)
    with pytest.raises(VideoUnreadable):
        inspect_video(tmp_path / "video.mp4")
    with pytest.raises(VideoUnreadable):
        facts_and_cover(tmp_path / "video.mp4")
    with pytest.raises(VideoUnreadable):
        stamp_label(tmp_path / "video.mp4", tmp_path / "labelled.mp4", produce_id="1")
    assert not list(tmp_path.glob("labelled*"))


def test_sound_without_pictures_is_no_video(tmp_path: Path) -> None:
    with pytest.raises(VideoUnreadable):
        inspect_video(sound_only(tmp_path / "sound.mp4"))


def test_a_video_that_plays_only_a_part_of_itself_is_readable(
    speaking: Path, tmp_path: Path
) -> None:
    data = bytearray(speaking.read_bytes())
    edit_of_sound = data.index(b"elst", data.index(b"elst") + 1) + 12
    data[edit_of_sound : edit_of_sound + 4] = (3000).to_bytes(4, "big")
    (tmp_path / "part.mp4").write_bytes(data)
    with av.open(str(tmp_path / "part.mp4")) as container:
        shown = sum(packet.dts is not None for packet in container.demux(audio=0))
        assert shown < container.streams.audio[0].frames
    assert inspect_video(tmp_path / "part.mp4").has_sound
    stamp_label(tmp_path / "part.mp4", tmp_path / "labelled.mp4", produce_id="1")


def test_a_missing_file_is_not_called_unreadable(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        inspect_video(tmp_path / "missing.mp4")


def test_damaged_videos_are_read_or_refused_but_never_anything_else(
    speaking: Path, tmp_path: Path
) -> None:
    random = np.random.default_rng(3)
    data = np.frombuffer(speaking.read_bytes(), np.uint8)
    index_bytes = speaking.read_bytes().index(b"mdat")
    refused = 0
    for _ in range(60):
        damaged = data.copy()
        places = random.integers(0, index_bytes, 12)
        damaged[places] = random.integers(0, 256, len(places))
        (tmp_path / "damaged.mp4").write_bytes(damaged.tobytes())
        try:
            inspect_video(tmp_path / "damaged.mp4")
            stamp_label(tmp_path / "damaged.mp4", tmp_path / "labelled.mp4", produce_id="1")
        except (VideoUnreadable, MediaNotMade):
            refused += 1
    assert refused > 10


# facts_and_cover


def test_a_cover_is_as_large_as_the_video_and_a_thumbnail_as_telegram_wants_it(
    speaking: Path,
) -> None:
    facts, cover, thumbnail = facts_and_cover(speaking)
    assert len(thumbnail) <= 200_000
    for still, size in ((cover, (facts.width, facts.height)), (thumbnail, (320, 320))):
        with Image.open(BytesIO(still)) as picture:
            assert picture.format == "JPEG"
            assert picture.size == size


def test_a_cover_shows_the_video(speaking: Path) -> None:
    with Image.open(BytesIO(facts_and_cover(speaking)[1])) as picture:
        cover = np.asarray(picture.convert("L"), np.float64)
    frame = Image.fromarray(frames_of(speaking)[0][:, :, ::-1]).convert("L")
    assert np.corrcoef(cover.ravel(), np.asarray(frame).ravel())[0, 1] > 0.95


def test_a_cover_leaves_out_a_black_beginning(speaking: Path, tmp_path: Path) -> None:
    bright = frames_of(speaking)[0]
    with av.open(str(tmp_path / "fade.mp4"), "w") as container:
        stream = container.add_stream("libx264", rate=16)
        stream.width, stream.height, stream.pix_fmt = bright.shape[1], bright.shape[0], "yuv420p"
        for index in range(30):
            frame = av.VideoFrame.from_ndarray(bright * np.uint8(index > 10), format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with Image.open(BytesIO(facts_and_cover(tmp_path / "fade.mp4")[1])) as picture:
        assert np.asarray(picture).mean() > 60


# stamp_label


def test_the_label_stands_in_the_files_own_metadata_before_the_pictures(
    speaking: Path, tmp_path: Path
) -> None:
    stamp_label(speaking, tmp_path / "labelled.mp4", produce_id="job-7")
    data = (tmp_path / "labelled.mp4").read_bytes()
    boxes = dict(atoms(data))
    assert b"AIGC" in boxes[b"/moov/udta/meta"]
    assert list(boxes).index(b"/moov") < list(boxes).index(b"/mdat")
    assert json.loads(tags(tmp_path / "labelled.mp4")["AIGC"]) == {
        "Label": "1",
        "ContentProducer": "talking-photo",
        "ProduceID": "job-7",
    }


def test_labelling_touches_neither_picture_nor_sound(speaking: Path, tmp_path: Path) -> None:
    stamp_label(speaking, tmp_path / "labelled.mp4", produce_id="1")
    assert packets(tmp_path / "labelled.mp4") == packets(speaking)
    before, after = inspect_video(speaking), inspect_video(tmp_path / "labelled.mp4")
    assert before.duration_milliseconds == after.duration_milliseconds


def test_labelling_keeps_what_the_source_says(speaking: Path, tmp_path: Path) -> None:
    source = with_tags(speaking, tmp_path / "source.mp4", title="Grüße 你好", custom="kept")
    stamp_label(source, tmp_path / "labelled.mp4", produce_id="1")
    found = tags(tmp_path / "labelled.mp4")
    assert (found["title"], found["custom"]) == ("Grüße 你好", "kept")


def test_a_label_of_the_source_stays_unchanged(speaking: Path, tmp_path: Path) -> None:
    own = '{"Label": "1", "ContentProducer": "someone else", "ProduceID": "42"}'
    source = with_tags(speaking, tmp_path / "source.mp4", AIGC=own)
    stamp_label(source, tmp_path / "labelled.mp4", produce_id="1")
    assert tags(tmp_path / "labelled.mp4")["AIGC"] == own


def test_a_video_may_be_labelled_in_place(speaking: Path, tmp_path: Path) -> None:
    video = tmp_path / "video.mp4"
    video.write_bytes(speaking.read_bytes())
    stamp_label(video, video, produce_id="1")
    assert "AIGC" in tags(video)
    assert [path.name for path in tmp_path.iterdir()] == ["video.mp4"]


def test_a_video_without_sound_can_be_labelled(speaking: Path, tmp_path: Path) -> None:
    silent = tmp_path / "silent.mp4"
    with av.open(str(speaking)) as container, av.open(str(silent), "w") as copy:
        twin = copy.add_stream_from_template(container.streams.video[0])
        for packet in container.demux(video=0):
            if packet.dts is not None:
                packet.stream = twin
                copy.mux(packet)
    stamp_label(silent, tmp_path / "labelled.mp4", produce_id="1")
    assert not inspect_video(tmp_path / "labelled.mp4").has_sound


@pytest.mark.parametrize("share", [0.4, 0.9])
def test_a_video_cut_short_is_not_labelled(share: float, speaking: Path, tmp_path: Path) -> None:
    data = speaking.read_bytes()
    (tmp_path / "cut.mp4").write_bytes(data[: int(len(data) * share)])
    with pytest.raises(VideoUnreadable):
        stamp_label(tmp_path / "cut.mp4", tmp_path / "labelled.mp4", produce_id="1")
    assert not list(tmp_path.glob("labelled*"))
