"""What stands in for Telegram, media processes, renderer and face finder, in the test's process."""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from PIL import Image
from telegram import ForceReply

from bot.media.calls import render_preview
from bot.media.errors import MediaFailure, MediaWorkerKilled
from bot.media.exchange import PIXELS, FaceBox, Point, Resolution, VideoFacts
from bot.media.processes import MediaProcesses
from bot.media.worker.client import MediaWorkerDied
from bot.sandbox.dashscope.tasks.renderer import OnProgress
from bot.telegram.destination import Destination
from bot.telegram.files import Files
from bot.telegram.keyboards import Keyboard
from bot.telegram.outgoing import SentMessage
from bot.telegram.sender import Sender
from bot.telegram.status_edits import Status

Result = TypeVar("Result")
Call = Callable[..., Any]


@dataclass
class Said:
    """One message as it stands."""

    chat_id: int
    text: str
    buttons: list[str]


class FakeSender(Sender):
    """Writes down what would be said: `messages` is what stands there, by number.

    For the chats in `failures` nothing is said, and that is raised; `tries` counts all the same.
    """

    def __init__(self) -> None:
        self.messages: dict[int, Said] = {}
        self.failures: dict[int, Exception] = {}
        self.tries = 0
        self.queue_seconds: dict[int, float] = {}

    def to(self, chat_id: int) -> list[str]:
        """All texts of a chat."""
        return [said.text for said in self.messages.values() if said.chat_id == chat_id]

    def wait_seconds(self, chat_id: int) -> float:
        return self.queue_seconds.get(chat_id, 0.0)

    async def send_text(
        self,
        destination: Destination,
        text: str,
        *,
        keyboard: Keyboard | ForceReply | None = None,
        **_: Any,
    ) -> SentMessage:
        self.tries += 1
        chat_id = destination.chat_id
        if chat_id in self.failures:
            raise self.failures[chat_id]
        message_id = len(self.messages) + 1
        self._say(chat_id, message_id, text, keyboard)
        return SentMessage(chat_id, message_id)

    async def edit_text(
        self, chat_id: int, message_id: int, text: str, *, keyboard: Keyboard | None = None
    ) -> None:
        self._say(chat_id, message_id, text, keyboard)

    def progress(self, status: Status) -> None:
        self._say(status.chat_id, status.message_id, status.text, status.keyboard)

    def _say(
        self, chat_id: int, message_id: int, text: str, keyboard: Keyboard | ForceReply | None
    ) -> None:
        rows = keyboard.inline_keyboard if isinstance(keyboard, Keyboard) else ()
        buttons = [button.text for row in rows for button in row]
        self.messages[message_id] = Said(chat_id, text, buttons)


class FakeFiles(Files):
    """Telegram's copies: of anything, its file id."""

    def __init__(self) -> None:
        pass

    async def download(self, file_id: str, declared_bytes: int | None = None) -> bytes:
        del declared_bytes
        return file_id.encode()


class FakeMedia(MediaProcesses):
    """Does at once and in this process what media processes do; it `dies` in these functions, and
    is `killed` in those.

    Those in `instead` are replaced.
    """

    def __init__(self, instead: Mapping[Call, Call] | None = None) -> None:
        super().__init__()
        self.instead: dict[Call, Call] = {**(instead or {})}
        self.dies: set[Call] = set()
        self.killed: set[Call] = set()

    async def run(self, call: Callable[..., Result], *args: object, **_: Any) -> Result:
        if call in self.dies:
            raise MediaWorkerDied("the test says so")
        if call in self.killed:
            raise MediaWorkerKilled("the test says so")
        instead: Callable[..., Result] = self.instead.get(call, call)
        return instead(*args)

    async def render(self, *args: Any) -> Any:
        *given, on_progress = args
        made = await self.run(render_preview, *given)
        on_progress(1.0)
        return made

    async def warm(self, _call: object) -> None:
        """See `MediaProcesses`."""


_FACTS = VideoFacts(64, 48, 500, 16.0, has_sound=False, size_bytes=0)


def _as_ordered(photo: bytes, sound: bytes, resolution: Resolution) -> bytes:
    """A grey video of the photo's shape and the sound's length."""
    # They load what most who use fakes need not.
    from bot.media.preview.render import frame_size
    from tests.support.media.videos import ordered_video

    with Image.open(BytesIO(photo)) as picture, wave.open(BytesIO(sound)) as wav:
        size = frame_size(*picture.size, PIXELS[resolution])
        return ordered_video(wav.getnframes() * 10 // wav.getframerate() * 100, *size)


class HereRenderer:
    """Makes a plain video, or what `make` says for this file; `refuse` is raised instead."""

    def __init__(self, make: Callable[[Path], bytes] | None = None) -> None:
        self._make = make
        self.as_new()

    def as_new(self) -> None:
        self.refuse: MediaFailure | None = None
        self.photo = b""

    async def render(
        self,
        photo_jpeg: bytes,
        sound: bytes,
        target: Path,
        resolution: Resolution,
        on_progress: OnProgress,
    ) -> VideoFacts:
        self.photo = photo_jpeg
        if self.refuse:
            raise self.refuse
        made = self._make(target) if self._make else _as_ordered(photo_jpeg, sound, resolution)
        await asyncio.to_thread(target.write_bytes, made)
        on_progress(1.0)
        return _FACTS


def face_at(left: float, top: float, width: float, height: float) -> FaceBox:
    """A face where a test wants it."""
    return FaceBox(left, top, width, height, 1.0, *(Point(0.0, 0.0),) * 4)


class FaceList:
    """A face finder that finds what it is told."""

    def __init__(self) -> None:
        self.as_new()

    def as_new(self) -> None:
        self.faces = [face_at(200, 150, 100, 120)]

    def __call__(self, rgb: npt.NDArray[np.uint8]) -> list[FaceBox]:
        assert rgb.ndim == 3
        return self.faces
