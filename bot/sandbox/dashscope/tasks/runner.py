"""Running one task: fetch the inputs, judge them, render, finish."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bot.clock import Clock
from bot.media.errors import MediaFailure, NoFaceFound
from bot.media.exchange import VideoFacts
from bot.sandbox.dashscope.answers import Refused, invalid_parameter
from bot.sandbox.dashscope.inputs.pictures import Picture, read_picture
from bot.sandbox.dashscope.inputs.sounds import Sound, read_sound
from bot.sandbox.dashscope.space.fetching import InputFetcher
from bot.sandbox.dashscope.space.policy import Grant
from bot.sandbox.dashscope.tasks.orders import VideoOrder
from bot.sandbox.dashscope.tasks.renderer import Renderer
from bot.sandbox.dashscope.tasks.tasks import Task

TIMEOUT_SECONDS = 3 * 3600
"""The service gives up after three hours and charges nothing."""

_TICK_SECONDS = 0.1
_LOOK_SECONDS = 1.0
_EMO_WIDTH_PIXELS = 512
_EMO_HEIGHTS_PIXELS = {"1:1": 512, "3:4": 704}
_PROGRESS_STEP = 0.05


@dataclass(frozen=True, slots=True)
class Pace:
    """How long tasks take, from the settings."""

    render_seconds: float | None
    refuse_seconds: float


class TaskRunner:
    """Takes one task from PENDING to its end, telling `changed` at every step."""

    def __init__(
        self,
        clock: Clock,
        fetcher: InputFetcher,
        renderer: Renderer,
        *,
        pace: Callable[[], Pace],
        result_path: Callable[[str], Path],
        changed: Callable[[Task], None],
    ) -> None:
        self._clock = clock
        self._fetcher = fetcher
        self._renderer = renderer
        self._pace = pace
        self._result_path = result_path
        self._changed = changed

    async def run(self, task: Task) -> None:
        """Run a task; every outcome ends up in the task."""
        task.start(self._clock.now_milliseconds())
        self._changed(task)
        since = self._clock.steady_seconds()
        try:
            await self._make(task, since)
        except Refused as refused:
            await self._hold(task, since, lambda: self._pace().refuse_seconds)
            self._fail(task, refused.code, refused.message)
        finally:
            if task.status == "RUNNING":  # stopped, or something went wrong here
                self._fail(task, _internal_error().code, _internal_error().message)

    async def _make(self, task: Task, since: float) -> None:
        if (doom := task.doom) is not None:
            await self._hold(task, since, lambda: doom.after_seconds)
            self._fail(task, doom.code, doom.message)
            return
        picture, sound = await self._inputs(task.order)
        video = await self._render(task, since, picture, sound)
        await self._hold(task, since, lambda: self._pace().render_seconds or 0.0)
        if self._clock.steady_seconds() - since >= TIMEOUT_SECONDS:
            raise Refused(500, "InternalError.Timeout", "An internal timeout error has occurred.")
        task.succeed(self._clock.now_milliseconds(), sound.milliseconds, video)
        self._changed(task)

    async def _inputs(self, order: VideoOrder) -> tuple[Picture, Sound]:
        grant = Grant(order.account, order.model.name)
        photo = await self._fetcher.fetch(order.image_url, grant, resolve=order.resolve)
        audio = await self._fetcher.fetch(order.audio_url, grant, resolve=order.resolve)
        picture = await asyncio.to_thread(read_picture, photo)
        sound = await asyncio.to_thread(read_sound, audio, order.audio_url, order.model)
        return picture, sound

    async def _render(self, task: Task, since: float, picture: Picture, sound: Sound) -> VideoFacts:
        _check_boxes(picture, task.order)
        jpeg = await asyncio.to_thread(_photo, picture, task.order)
        target, resolution = self._result_path(task.task_id), task.order.resolution
        try:
            return await self._renderer.render(
                jpeg, sound.wav, target, resolution, lambda done: self._advance(task, since, done)
            )
        except NoFaceFound as failure:
            message = "No human face detected."
            raise Refused(400, "InvalidImage.NoHumanFace", message) from failure
        except MediaFailure as failure:
            raise _internal_error() from failure

    async def _hold(self, task: Task, since: float, seconds: Callable[[], float]) -> None:
        """Wait until the task has run that long, at most as long as the service waits.

        `seconds` is asked again and again: the settings may change meanwhile.
        """
        while True:
            total = min(seconds(), TIMEOUT_SECONDS)
            left = since + total - self._clock.steady_seconds()
            if left <= 0:
                return
            await self._clock.sleep(min(left, max(_TICK_SECONDS, min(total / 50, _LOOK_SECONDS))))
            self._advance(task, since, 1.0)

    def _advance(self, task: Task, since: float, rendered: float) -> None:
        """Note progress: no further than rendered, no further than the time it must take."""
        least = self._pace().render_seconds
        elapsed = self._clock.steady_seconds() - since
        progress = min(rendered, elapsed / least) if least else rendered
        if progress - task.progress >= _PROGRESS_STEP:
            task.progress = min(progress, 0.99)
            self._changed(task)

    def _fail(self, task: Task, code: str | None, message: str | None) -> None:
        task.fail(self._clock.now_milliseconds(), code, message)
        self._changed(task)


def _check_boxes(picture: Picture, order: VideoOrder) -> None:
    for box in (order.face, order.surroundings):
        if box is not None and (box[2] > picture.width or box[3] > picture.height):
            raise invalid_parameter("face_bbox and ext_bbox must lie inside the image")


def _photo(picture: Picture, order: VideoOrder) -> bytes:
    """Return the JPEG to animate: for EMO the extended box alone, at the size it comes out."""
    if order.surroundings is None or order.ratio is None:
        return picture.jpeg()
    return picture.cut(
        order.surroundings, (_EMO_WIDTH_PIXELS, _EMO_HEIGHTS_PIXELS[order.ratio])
    ).jpeg()


def _internal_error() -> Refused:
    return Refused(
        500,
        "InternalError",
        "An internal error has occurred, please try again later or contact service support.",
    )
