from __future__ import annotations

from pathlib import Path

import pytest

from bot.media.preview.render import render_preview
from tests.support.media import photos, voices


@pytest.fixture(scope="session")
def portrait_jpeg() -> bytes:
    return photos.jpeg(photos.portrait_pixels())


@pytest.fixture(scope="session")
def voice() -> voices.Samples:
    return voices.sample_voice(voices.SAMPLE_RATE_HZ)


@pytest.fixture(scope="session")
def speaking(
    tmp_path_factory: pytest.TempPathFactory, portrait_jpeg: bytes, voice: voices.Samples
) -> Path:
    """The sample portrait speaking the sample voice, at 480P."""
    target = tmp_path_factory.mktemp("speaking") / "video.mp4"
    render_preview(portrait_jpeg, voices.wav(voice), target)
    return target
