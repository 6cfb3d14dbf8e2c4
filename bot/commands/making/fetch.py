"""Fetching the finished video, labelled as made by AI, to where it was asked for."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bot.commands.failure import Failure
from bot.commands.making.service import VideoService
from bot.dashscope.errors import Unanswered
from bot.dashscope.tasks import ProviderTask
from bot.media.video.errors import VideoUnreadable
from bot.media.video.stamp import check_and_label
from bot.retry import PROVIDER_DOWNLOAD


async def fetched(service: VideoService, task: ProviderTask, output: Path) -> None:
    """Download, look at, label and put into place; `output` is then complete or untouched."""
    # Beside the output: only there is moving into place a single step.
    with tempfile.TemporaryDirectory(prefix=".talking-photo-", dir=output.parent) as folder:
        raw, labelled = Path(folder) / "raw.mp4", Path(folder) / "labelled.mp4"
        await _download(service, task.video_url or "", raw)
        try:
            check_and_label(raw, labelled, task.task_id)
        except VideoUnreadable:
            raise Failure("What the service delivered is no whole video: try again.") from None
        labelled.replace(output)


async def _download(service: VideoService, url: str, target: Path) -> None:
    attempt = 1
    while True:
        try:
            await service.client.download(url, target)
        except Unanswered as error:
            delay_seconds = PROVIDER_DOWNLOAD.delay_seconds(attempt, error.retry_after_seconds)
            if delay_seconds is None:
                raise
            await service.clock.sleep(delay_seconds)
            attempt += 1
        else:
            return
