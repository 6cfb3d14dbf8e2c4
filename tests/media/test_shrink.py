"""A video made smaller keeps its sound, its length and its AI label."""

from __future__ import annotations

from pathlib import Path

import av
import pytest

from bot.media.errors import MediaNotMade, VideoUnreadable
from bot.media.video.files import inspect_video
from bot.media.video.shrink import shrink_video
from tests.support.media.videos import result


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds that hardly compress."""
    path = tmp_path_factory.mktemp("big") / "big.mp4"
    result(path, seconds=2, side_pixels=128)
    return path


def label(path: Path) -> str:
    with av.open(str(path)) as container:
        return container.metadata["AIGC"]


@pytest.mark.parametrize("share", [0.5, 0.25])
def test_it_fits_and_is_the_same_video(big: Path, tmp_path: Path, share: float) -> None:
    limit, target = int(big.stat().st_size * share), tmp_path / "small.mp4"
    shrink_video(big, target, limit_bytes=limit, produce_id="job-other")
    before, after = inspect_video(big), inspect_video(target)
    assert target.stat().st_size <= limit
    assert after.has_sound
    assert abs(after.duration_milliseconds - before.duration_milliseconds) < 150
    assert label(target) == label(big), "the label says who made it first"


def test_a_tight_limit_costs_pixels_rather_than_showing_blocks(tmp_path: Path) -> None:
    source, target = tmp_path / "large.mp4", tmp_path / "small.mp4"
    result(source, side_pixels=480, flat=True)
    shrink_video(source, target, limit_bytes=14_900, produce_id="job-1")
    assert 300 < inspect_video(target).width < 480


def test_what_cannot_be_watched_any_more_is_refused_and_leaves_nothing(
    big: Path, tmp_path: Path
) -> None:
    with pytest.raises(MediaNotMade, match=r"bits a second|does not fit"):
        shrink_video(big, tmp_path / "small.mp4", limit_bytes=8_000, produce_id="job-1")
    assert list(tmp_path.iterdir()) == []


def test_half_a_video_is_refused(big: Path, tmp_path: Path) -> None:
    item = tmp_path / "half.mp4"
    item.write_bytes(big.read_bytes()[:20_000])
    with pytest.raises(VideoUnreadable):
        shrink_video(item, tmp_path / "small.mp4", limit_bytes=10_000, produce_id="job-1")
