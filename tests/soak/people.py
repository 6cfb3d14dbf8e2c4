"""People: they send photos and voices, press buttons, change their minds, and try their luck."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from bot.clock import Clock
from bot.limits import TEXT_VERSION
from storage.people.consents import Agreement
from tests.soak.chance import Chance, Weighted
from tests.soak.chats import Chats
from tests.soak.mailbox import Mailbox

Json = dict[str, Any]

_AGREED = Agreement(TEXT_VERSION, "beijing", 48 * 3_600_000)
"""To what the settings of the soak ask everyone to agree."""

_YEAR_SECONDS = 365 * 24 * 3600
_COMMANDS = ("/start", "/help", "/quota", "/status", "/cancel", "/nonsense", "good morning")
_FORGED = (
    "cancel:1",
    "retry:1",
    "cancel:999999999",
    "check:2",
    "cut:3:99999",
    "again:4:5",
    "reopen:999999999999999999",
    "cancel:-1",
    "\x00" * 64,
    "пресс" * 6,
)
_SOUNDS: Weighted[Json] = (
    (60, {}),
    (4, {"milliseconds": 25_000}),
    (2, {"fault": "silent"}),
    (1, {"fault": "unreadable"}),
)
_PHOTOS: Weighted[Json] = (
    (60, {}),
    (3, {"faces": 0}),
    (3, {"faces": 3}),
    (3, {"refused": "InvalidFile.FacePose"}),
    (1, {"fault": "too_small"}),
)


class Person:
    """Someone with a phone and a private chat with the bot."""

    def __init__(
        self, user_id: int, mailbox: Mailbox, chats: Chats, chance: Chance, clock: Clock
    ) -> None:
        self.user_id = user_id
        self._mailbox = mailbox
        self._chats = chats
        self._chance = chance
        self._clock = clock
        self._language = "zh-hans" if user_id % 3 == 0 else "en"
        self._has_agreed = False
        self._sessions: Weighted[Callable[[], Awaitable[None]]] = (
            (40, self._photo_then_voice),
            (15, self._voice_then_photo),
            (10, self._both_at_once),
            (10, self._voice_alone),
            (4, self._changes_mind),
            (2, self._ten_voices_in_a_second),
            (2, self._album_of_photos),
            (8, self._chats_away),
            (4, self._tries_to_forge),
            (2, self._blocks_the_bot),
        )

    async def live(self, sessions_per_day: float, until_seconds: float) -> None:
        """Come back now and then."""
        while True:
            pause_seconds = self._chance.dice.expovariate(sessions_per_day / 86_400)
            if self._clock.steady_seconds() + pause_seconds > until_seconds:
                return
            await self._clock.sleep(pause_seconds)
            await self._chance.one_of(self._sessions)()
            await self._look_at_the_chat()

    def sends_photo(self, **script: Any) -> int:
        """A photo that nobody sent before; its update's number."""
        fields = self._file("photo", script)
        return self._say(photo=[{**fields, "width": 800, "height": 800}])

    def sends_voice(self, milliseconds: int = 5_000, **script: Any) -> int:
        """A voice note."""
        fields = self._file("voice", {"milliseconds": milliseconds, **script})
        return self._say(voice={**fields, "duration": max(1, milliseconds // 1000)})

    def writes(self, text: str) -> int:
        """A text or a command."""
        entity = {"type": "bot_command", "offset": 0, "length": len(text)}
        return self._say(text=text, **({"entities": [entity]} if text[0] == "/" else {}))

    def presses(self, message_id: int, data: str) -> int:
        """A button, whether it is there or not."""
        chat = {"id": self.user_id, "type": "private", "first_name": "A"}
        message = {"message_id": message_id, "date": self._now_seconds(), "chat": chat, "text": "."}
        query = {
            "id": f"{self.user_id}-{self._mailbox.handed_in}",
            "from": self._me(),
            "message": message,
            "chat_instance": "1",
            "data": data,
        }
        return self._mailbox.put({"callback_query": query})

    def _say(self, **content: Any) -> int:
        self._chats.blocked.discard(self.user_id)
        if not self._has_agreed:
            self._has_agreed = True
            self.presses(0, f"agree:{_AGREED.fingerprint}:{self.user_id}")
        date = self._now_seconds()
        if self._chance.goes_wrong("date in the future"):
            date += _YEAR_SECONDS
        message = {
            "message_id": self._chats.next_number(self.user_id),
            "date": date,
            "chat": {"id": self.user_id, "type": "private", "first_name": "A"},
            "from": self._me(),
            **content,
        }
        return self._mailbox.put({"message": message})

    def _file(self, kind: str, script: Json) -> Json:
        number = self._mailbox.handed_in
        file_id = json.dumps({"kind": kind, "number": number, **script})
        return {"file_id": file_id, "file_unique_id": f"{kind}{number}", "file_size": 1_000}

    def _me(self) -> Json:
        return {
            "id": self.user_id,
            "is_bot": False,
            "first_name": "A",
            "language_code": self._language,
        }

    def _now_seconds(self) -> int:
        return self._clock.now_milliseconds() // 1000

    def _some_photo(self) -> None:
        self.sends_photo(**self._chance.one_of(_PHOTOS))

    def _some_voice(self) -> None:
        script = self._chance.one_of(_SOUNDS)
        self.sends_voice(**{"milliseconds": self._chance.dice.randrange(700, 15_000), **script})

    async def _a_moment(self, longest_seconds: float = 60.0) -> None:
        await self._clock.sleep(self._chance.dice.uniform(0.5, longest_seconds))

    async def _photo_then_voice(self) -> None:
        self._some_photo()
        await self._a_moment()
        self._some_voice()

    async def _voice_then_photo(self) -> None:
        self._some_voice()
        await self._a_moment()
        self._some_photo()

    async def _both_at_once(self) -> None:
        self._some_photo()
        self._some_voice()

    async def _voice_alone(self) -> None:
        self._some_voice()

    async def _changes_mind(self) -> None:
        await self._photo_then_voice()
        await self._a_moment(20.0)
        self.writes("/cancel")

    async def _ten_voices_in_a_second(self) -> None:
        self._some_photo()
        for _ in range(10):
            self._some_voice()
            await self._clock.sleep(0.1)

    async def _album_of_photos(self) -> None:
        for number in range(4):
            fields = self._file("photo", {})
            group = f"album-{self.user_id}-{self._mailbox.handed_in - number}"
            self._say(photo=[{**fields, "width": 800, "height": 800}], media_group_id=group)
        self._some_voice()

    async def _chats_away(self) -> None:
        self.writes(self._chance.dice.choice(_COMMANDS))

    async def _tries_to_forge(self) -> None:
        for data in self._chance.dice.sample(_FORGED, 3):
            self.presses(self._chance.dice.randrange(1, 30), data)

    async def _blocks_the_bot(self) -> None:
        await self._photo_then_voice()
        await self._a_moment(120.0)
        self._chats.blocked.add(self.user_id)

    async def _look_at_the_chat(self) -> None:
        """Press what is offered, a few times at most; a double tap now and then."""
        for _ in range(self._chance.dice.randrange(4)):
            await self._a_moment(900.0)
            offered = self._chats.buttons(self.user_id)
            if not offered or self.user_id in self._chats.blocked:
                continue
            message_id, data = self._chance.dice.choice(offered)
            if data.startswith("cancel:") and self._chance.dice.random() < 0.7:
                continue
            for _ in range(1 + self._chance.goes_wrong("double tap")):
                self.presses(message_id, data)


def crowd(count: int, mailbox: Mailbox, chats: Chats, chance: Chance, clock: Clock) -> list[Person]:
    """So many people."""
    return [Person(10_000 + n, mailbox, chats, chance, clock) for n in range(count)]


async def lives(people: list[Person], sessions_per_day: float, until_seconds: float) -> None:
    """All of them, until that moment."""
    async with asyncio.TaskGroup() as group:
        for person in people:
            group.create_task(person.live(sessions_per_day, until_seconds))
