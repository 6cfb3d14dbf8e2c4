"""The preview engine: videos made on this machine, free, labelled as previews."""

from __future__ import annotations

import asyncio
import hashlib
import io
import logging
import secrets
import shutil
import wave
from collections.abc import Callable
from pathlib import Path
from typing import cast

from bot.clock import Clock
from bot.config.engines import EngineKind
from bot.dashscope.errors import NotCancellable, ResultGone
from bot.dashscope.tasks import ProviderTask, TaskStatus, TaskSummary
from bot.dashscope.upload import KEPT_MILLISECONDS, UploadedFile
from bot.dashscope.verdict import Verdict
from bot.engines.base import Ticket
from bot.media.calls import stamp_label
from bot.media.errors import MediaFailure, NoFaceFound
from bot.media.exchange import Resolution
from bot.media.processes import MediaProcesses

logger = logging.getLogger(__name__)

_NEARLY_DONE = 0.75


class OwnTime:
    """See `TaskClock`: this machine's."""

    is_known = True

    def __init__(self, clock: Clock) -> None:
        self.now_milliseconds = clock.now_milliseconds


class PreviewEngine:
    """See `Engine`."""

    account = "preview"
    slots = 1

    def __init__(
        self, *, kind: EngineKind, directory: Path, media: MediaProcesses, clock: Clock
    ) -> None:
        self.name = kind.name
        self.detection = kind.detection
        self._directory = directory
        self._media = media
        self.time = OwnTime(clock)
        self._tasks: dict[str, asyncio.Task[ProviderTask]] = {}
        self._warming: list[asyncio.Task[None]] = []
        directory.mkdir(parents=True, exist_ok=True)

    async def check(self, jpeg: bytes, framing: str | None = None) -> Verdict:
        """See `Engine`: the free look at the faces was all there is to check."""
        del jpeg, framing
        return Verdict(passed=True)

    async def upload(self, file_name: str, data: bytes) -> UploadedFile:
        """See `Engine`: the file lies next to the database."""
        path = self._directory / f"{hashlib.sha256(data).hexdigest()[:32]}{Path(file_name).suffix}"
        path.write_bytes(data)
        return UploadedFile(path.name, self.time.now_milliseconds() + KEPT_MILLISECONDS)

    async def submit(self, ticket: Ticket) -> str:
        """See `Engine`."""
        task_id = f"preview-{ticket.name}-{secrets.token_hex(4)}"
        self._tasks[task_id] = asyncio.create_task(self._render(task_id, ticket))
        return task_id

    async def learn_time(self) -> None:
        """See `Engine`: it is known."""

    async def recent_tasks(self) -> list[TaskSummary]:
        """See `Engine`: after a restart nothing runs, and nothing was billed."""
        return []

    async def query(self, task_id: str) -> ProviderTask:
        """See `Engine`; a task of an earlier process is lost, and cost nothing."""
        task = self._tasks.get(task_id)
        if task is None:
            return ProviderTask(task_id, TaskStatus.FAILED, code="InternalError.Restarted")
        if not task.done():
            return ProviderTask(task_id, TaskStatus.RUNNING)
        return task.result()

    async def cancel(self, task_id: str) -> None:
        """See `Engine`: it begins at once, so there is nothing to cancel."""
        raise NotCancellable(f"{task_id} is being rendered")

    async def fetch(self, url: str, target: Path) -> None:
        """See `Engine`."""
        source = self._directory / Path(url).name
        if not source.is_file():
            raise ResultGone("the rendered preview is no longer there")
        await asyncio.to_thread(shutil.copyfile, source, target)

    async def close(self) -> None:
        """Give up what is being rendered."""
        begun = [*self._tasks.values(), *self._warming]
        for task in begun:
            task.cancel()
        await asyncio.gather(*begun, return_exceptions=True)

    def _foresee(self) -> None:
        """What labels the video is there when it is done."""
        self._warming = [asyncio.create_task(self._media.warm(stamp_label))]

    async def _render(self, task_id: str, ticket: Ticket) -> ProviderTask:
        target = self._directory / f"{task_id}.mp4"
        try:
            photo = (self._directory / ticket.photo_url).read_bytes()
            voice = (self._directory / ticket.voice_url).read_bytes()
            resolution = cast(Resolution, ticket.resolution)
            told = _once_at(_NEARLY_DONE, self._foresee)
            await self._media.render(photo, voice, target, resolution, told)
        except (OSError, MediaFailure) as error:
            logger.warning("preview of task %s failed: %r", ticket.name, error)
            code = "InvalidFile.NoHuman" if isinstance(error, NoFaceFound) else "InternalError"
            return ProviderTask(task_id, TaskStatus.FAILED, code=code)
        return ProviderTask(
            task_id,
            TaskStatus.SUCCEEDED,
            video_url=target.name,
            billed_milliseconds=_length_milliseconds(voice),
        )


def _once_at(least: float, do: Callable[[], None]) -> Callable[[float], None]:
    """Hears of progress, and does that at the first news of so much."""
    done = False

    def hear(share: float) -> None:
        nonlocal done
        if share >= least and not done:
            done = True
            do()

    return hear


def _length_milliseconds(wav: bytes) -> int:
    """What a provider would bill: the voice's length, not that of the last frame."""
    with wave.open(io.BytesIO(wav)) as reader:
        frames: int = reader.getnframes()
        return round(frames * 1000 / int(reader.getframerate()))
