"""Who makes the videos: a media process, where a test has nothing of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from bot.media.exchange import Resolution, VideoFacts

OnProgress = Callable[[float], None]


class Renderer(Protocol):
    """What is needed of `MediaProcesses`."""

    async def render(
        self,
        photo_jpeg: bytes,
        sound_wav: bytes,
        target: Path,
        resolution: Resolution,
        on_progress: OnProgress,
        /,
    ) -> VideoFacts:
        """Make a video, reporting progress 0..1. Raises MediaFailure."""
