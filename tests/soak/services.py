"""The local Telegram and the local provider, in this process; what was seen of them."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from starlette.applications import Starlette

from bot.clock import Clock
from bot.sandbox.dashscope.app import create_dashscope_app
from bot.sandbox.faults import FaultBoard
from bot.sandbox.journal import Event, Journal
from bot.sandbox.telegram.bot_api import bot_api_routes
from bot.sandbox.telegram.chats import Chat
from bot.sandbox.telegram.outbox import Outbox
from bot.sandbox.telegram.updates import UpdateQueue
from bot.sandbox.telegram.world import MediaLimits, World
from bot.texts import Texts
from tests.soak import media
from tests.soak.chance import Chance
from tests.soak.network import PROVIDER_PORT, TELEGRAM_PORT, Network, Shown
from tests.support.chats import buttons_of

TEXTS = Texts()
"""Reading the catalogues takes longer than all else at a start."""

_CHARGED = tuple(
    words
    for texts in (TEXTS.of("en"), TEXTS.of("zh-hans"))
    for words in (
        texts.plain("charged-nothing"),
        texts.plain("charged-all-the-same", seconds=7).partition("7")[0],
    )
)
_DAY_SECONDS = 24 * 3600


class Services(Journal):
    """Survivors of every bot, and their own journal.

    It keeps no event, only what became of jobs: in which messages, and at the provider.
    """

    def __init__(self, clock: Clock, chance: Chance) -> None:
        super().__init__(clock)
        self._chance = chance
        self.sent = self.media = 0
        self.faults = FaultBoard()
        self.telegram = World(self, self.faults, clock, MediaLimits())
        provider = create_dashscope_app(
            self,
            self.faults,
            clock=clock,
            renderer=media.Renderer(chance, clock),
            find_faces=media.find_faces,
        )
        self.bill, self._provider = provider.bill, provider.provider
        telegram = Starlette(routes=bot_api_routes(self.telegram))
        apps = {TELEGRAM_PORT: telegram, PROVIDER_PORT: provider.app}
        self.network = Network(apps, self.faults, chance)
        self.videos: defaultdict[str, set[Shown]] = defaultdict(set)
        """The messages that show a task's video."""
        self.ends: defaultdict[int, set[Shown]] = defaultdict(set)
        """Those in which a job's end was said, with a button to try again."""
        self.ends_for_good: set[Shown] = set()
        """Those in which one was said without any button."""
        self.submitted: dict[str, int] = {}
        """When each task was asked for."""
        self.untold: set[str] = set()
        """Tasks whose bill the provider did not name."""

    @property
    def updates(self) -> UpdateQueue:
        """What waits for the bot."""
        return self.telegram.bots.expected.updates

    def join(self, user_id: int) -> Chat:
        """Somebody comes, with a private chat."""
        person = self.telegram.people.add(user_id, "A")
        person.language_code = "zh-hans" if user_id % 3 == 0 else "en"
        return self.telegram.chats.open_private(user_id)

    def deliver(self, kind: str, content: dict[str, Any]) -> None:
        """An update; now and then it comes out of order, or an old one once more."""
        number = self.updates.push_raw({kind: content})
        self.sent += 1
        self.media += bool({"photo", "voice"} & content.keys())
        if self._chance.goes_wrong("updates repeated"):
            self.updates.repeat(number - self._chance.dice.randrange(300))
        if self._chance.goes_wrong("updates out of order"):
            self._chance.dice.shuffle(self.updates._pending)

    def append(self, event_type: str, **details: Any) -> Event:
        """See `Journal`."""
        if event_type in ("message_new", "message_edited"):
            self._see(details["message"])
        elif event_type == "message_deleted":
            for shown in self.videos.values():
                shown.discard((details["chat_id"], details["message_id"]))
        elif event_type == "provider_task":
            self.submitted.setdefault(details["task_id"], self._clock.now_milliseconds())
        elif event_type == "provider_call":
            self._hear(details["call"]["response"])
            details["call"].clear()  # nobody asks the provider for its newest calls
        return {}

    def _see(self, message: dict[str, Any]) -> None:
        shown = message["chat"]["id"], message["message_id"]
        if file := message.get("video") or message.get("document"):
            stored = self.telegram.files.by_id(file["file_id"])
            assert stored is not None
            self.videos[media.task_of(stored.location)].add(shown)
        buttons = buttons_of(message).values()
        if not buttons and any(words in message.get("text", "") for words in _CHARGED):
            self.ends_for_good.add(shown)
        for data in buttons:
            if data.startswith("retry:"):
                self.ends[int(data.partition(":")[2])].add(shown)

    def _hear(self, answer: dict[str, Any]) -> None:
        task = answer.get("output") or {}
        if task.get("task_status") == "SUCCEEDED":
            change = self.untold.discard if "usage" in answer else self.untold.add
            change(task["task_id"])

    def forget_old_times(self, kept: int) -> None:
        """What memory is then used more than before is the bot's."""
        since = self.telegram.now_seconds() - _DAY_SECONDS
        for chat in self.telegram.chats:
            for number, message in list(chat.messages.items()):
                if message.body["date"] < since:
                    del chat.messages[number]
        files, provider = self.telegram.files, self._provider
        for old in (
            *(files._files, files._paths, self.telegram.callbacks._presses),
            *(provider.uploads._uploads, provider.policies._grants, provider.queue._tasks),
        ):
            for key in list(old)[:-kept]:
                del old[key]
        self.telegram.outbox = Outbox()
