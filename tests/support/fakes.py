"""What stands in for Telegram and for the media process, in the test's own process."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from bot.media.calls import render_preview
from bot.media.processes import MediaProcesses
from bot.media.worker.client import MediaWorkerDied
from bot.telegram.destination import Destination
from bot.telegram.files import Files
from bot.telegram.keyboards import AskReply, Keyboard
from bot.telegram.outgoing import SentMessage
from bot.telegram.sender import Sender

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
        """See `Sender`."""
        return self.queue_seconds.get(chat_id, 0.0)

    async def send_text(
        self,
        destination: Destination,
        text: str,
        *,
        keyboard: Keyboard | AskReply | None = None,
        **_: Any,
    ) -> SentMessage:
        """See `Sender`."""
        self.tries += 1
        chat_id = destination.chat_id
        if chat_id in self.failures:
            raise self.failures[chat_id]
        message_id = len(self.messages) + 1
        self.progress(chat_id, message_id, text, keyboard=keyboard)
        return SentMessage(chat_id, message_id)

    async def edit_text(
        self, chat_id: int, message_id: int, text: str, *, keyboard: Keyboard | None = None
    ) -> None:
        """See `Sender`."""
        self.progress(chat_id, message_id, text, keyboard=keyboard)

    def progress(
        self,
        chat_id: int,
        message_id: int,
        text: str,
        *,
        keyboard: Keyboard | AskReply | None = None,
        pressed: bool = False,
    ) -> None:
        """See `Sender`."""
        del pressed
        rows = keyboard.rows if isinstance(keyboard, Keyboard) else ()
        buttons = [button.text for row in rows for button in row]
        self.messages[message_id] = Said(chat_id, text, buttons)


class FakeFiles(Files):
    """Telegram's copies: of anything, its file id."""

    def __init__(self) -> None:
        pass

    async def download(self, file_id: str, declared_bytes: int | None = None) -> bytes:
        """See `Files`."""
        del declared_bytes
        return file_id.encode()


class FakeMedia(MediaProcesses):
    """Does at once and in this process what media processes do; `dies` in these functions.

    Those in `instead` are replaced.
    """

    def __init__(self, instead: Mapping[Call, Call] | None = None) -> None:
        super().__init__()
        self.instead = instead or {}
        self.dies: set[Call] = set()

    async def run(self, call: Callable[..., Result], *args: object, **_: Any) -> Result:
        """See `MediaProcesses`."""
        if call in self.dies:
            raise MediaWorkerDied("the test says so")
        instead: Callable[..., Result] = self.instead.get(call, call)
        return instead(*args)

    async def render(self, *args: Any) -> Any:
        """See `MediaProcesses`."""
        *given, on_progress = args
        made = await self.run(render_preview, *given)
        on_progress(1.0)
        return made

    async def warm(self, _call: object) -> None:
        """See `MediaProcesses`."""
