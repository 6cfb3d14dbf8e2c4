"""Simulated users: they send photos and voices, press buttons, change their minds, and cheat."""

from __future__ import annotations

from typing import Any

from tests.soak import media
from tests.soak.bot import SoakedBot
from tests.soak.chance import Weighted
from tests.support import consenting
from tests.support.chats import Json, buttons_of

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
_VOICES: Weighted[Json] = (
    (60, {}),
    (4, {"milliseconds": 25_000}),
    (2, {"fault": "silent"}),
    (1, {"fault": "unreadable"}),
)
_PHOTOS: Weighted[Json] = (
    (60, {}),
    (3, {"faces": 0}),
    (3, {"faces": 3}),
    (3, {"refused": True}),
    (1, {"fault": "too_small"}),
)
_SESSIONS: Weighted[str] = (
    (40, "photo pause voice"),
    (15, "voice pause photo"),
    (10, "photo voice"),
    (10, "voice"),
    (4, "photo pause voice pause cancel"),
    (2, "photo" + " voice" * 10),
    (2, "album voice"),
    (8, "chat"),
    (4, "forge forge forge"),
    (2, "photo pause voice pause block"),
)


class Person:
    """Someone with a phone and a private chat with the bot."""

    def __init__(self, user_id: int, bot: SoakedBot) -> None:
        self.user_id = user_id
        self._services, self._telegram = bot.services, bot.services.telegram
        self._chance, self._clock = bot.chance, bot.clock
        self.chat = self._services.join(user_id)
        self._me = self._telegram.people.get(user_id)

    async def live(self, sessions_per_day: float, until_seconds: float) -> None:
        """Come back now and then."""
        while True:
            pause_seconds = self._chance.dice.expovariate(sessions_per_day / 86_400)
            if self._clock.steady_seconds() + pause_seconds > until_seconds:
                return
            await self._clock.sleep(pause_seconds)
            for what in self._chance.one_of(_SESSIONS).split():
                await self._does(what)
            await self._look_at_the_chat()

    def sends_photo(self, *, album: str | None = None, **script: Any) -> None:
        """A photo that nobody sent before."""
        data = media.photo(number=self._services.sent, **script)
        stored = self._telegram.files.put(data, "photo", suffix=".jpg", mime_type="image/jpeg")
        shown = {**stored.as_json(), "width": 800, "height": 800}
        self._says(photo=[shown], **({"media_group_id": album} if album else {}))

    def sends_voice(self, milliseconds: int = 5_000, **script: Any) -> None:
        """A voice note."""
        data = media.voice(number=self._services.sent, milliseconds=milliseconds, **script)
        stored = self._telegram.files.put(data, "voice", suffix=".oga", mime_type="audio/ogg")
        self._says(voice={**stored.as_json(), "duration": max(1, milliseconds // 1000)})

    def writes(self, text: str) -> None:
        """A text or a command."""
        entity = {"type": "bot_command", "offset": 0, "length": len(text)}
        self._says(text=text, **({"entities": [entity]} if text[0] == "/" else {}))

    def presses(self, message_id: int, data: str) -> None:
        """A button, whether it is there or not."""
        message = self.chat.live_message(message_id)
        forged = {"message_id": message_id, "chat": self._me.as_private_chat(), "text": "."}
        query = {
            "id": self._telegram.callbacks.add(self.user_id, self.user_id).callback_query_id,
            "from": self._me.as_user(),
            "message": message.as_api() if message else {**forged, "date": self._date()},
            "chat_instance": "1",
            "data": data,
        }
        self._services.deliver("callback_query", query)

    def _says(self, **content: Any) -> None:
        self.chat.blocked = False
        if self._chance.goes_wrong("date in the future"):
            content["date"] = self._date() + _YEAR_SECONDS
        message = self._telegram.post(self.chat, self._me.as_user(), content)
        self._services.deliver("message", message.as_api())

    def _date(self) -> int:
        return self._telegram.now_seconds()

    async def _does(self, what: str) -> None:
        dice = self._chance.dice
        match what:
            case "pause":
                await self._clock.sleep(dice.uniform(0.5, 60.0))
            case "photo":
                self.sends_photo(**self._chance.one_of(_PHOTOS))
            case "voice":
                length = dice.randrange(700, 15_000)
                self.sends_voice(**{"milliseconds": length, **self._chance.one_of(_VOICES)})
            case "album":
                for _ in range(4):
                    self.sends_photo(album=f"album-{self.user_id}")
            case "cancel":
                self.writes("/cancel")
            case "chat":
                self.writes(dice.choice(_COMMANDS))
            case "forge":
                self.presses(dice.randrange(1, 30), dice.choice(_FORGED))
            case "block":
                self.chat.blocked = True

    async def _look_at_the_chat(self) -> None:
        """Press what is offered, a few times at most; a double tap now and then."""
        for _ in range(self._chance.dice.randrange(4)):
            await self._clock.sleep(self._chance.dice.uniform(0.5, 900.0))
            offered = self.offered()
            if not offered or self.chat.blocked:
                continue
            message_id, data = self._chance.dice.choice(offered)
            if data.startswith("cancel:") and self._chance.dice.random() < 0.7:
                continue
            for _ in range(1 + self._chance.goes_wrong("double tap")):
                self.presses(message_id, data)

    def offered(self, newest: int = 6) -> list[tuple[int, str]]:
        """What could be pressed under the newest messages, but for a video once more."""
        messages = list(self.chat.messages.values())[-newest:]
        return [
            (message.message_id, data)
            for message in messages
            for data in ([] if message.deleted else buttons_of(message.as_api()).values())
            if not data.startswith("video:")
        ]


def crowd(count: int, bot: SoakedBot) -> list[Person]:
    """So many people, who agreed to everything long ago."""
    people = [Person(10_000 + n, bot) for n in range(count)]
    consenting.agree(bot.settings.database_path, *(person.user_id for person in people))
    return people
