from __future__ import annotations

from pathlib import Path

import pytest

from bot.media.preview.render import render_preview
from tests.preview import material


@pytest.fixture(scope="session")
def portrait_jpeg() -> bytes:
    return material.jpeg(material.portrait())


@pytest.fixture(scope="session")
def voice() -> material.Samples:
    return material.voice()


@pytest.fixture(scope="session")
def speaking(
    tmp_path_factory: pytest.TempPathFactory, portrait_jpeg: bytes, voice: material.Samples
) -> Path:
    """The sample portrait speaking the sample voice, at 480P."""
    target = tmp_path_factory.mktemp("speaking") / "video.mp4"
    render_preview(portrait_jpeg, material.wav(voice), target)
    return target
