"""Simulated users: they send photos and voices, press buttons, change their minds, and cheat."""

from __future__ import annotations

from typing import Any

from tests.soak import media
from tests.soak.network import Weighted
from tests.soak.world import SoakWorld
from tests.support.chats import Json, buttons_of
from tests.support.person import Person

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


class User:
    """Someone with a mind of their own, in the private chat with the bot."""

    def __init__(self, person: Person, world: SoakWorld) -> None:
        self.person, self._world = person, world
        self._chance, self._clock = world.chance, world.clock
        self._chat = f"chats/{person.chat_id}"
        self._messages = f"{self._chat}/messages"

    async def live(self, sessions_per_day: float, until_seconds: float) -> None:
        """Come back now and then."""
        while True:
            pause_seconds = self._chance.dice.expovariate(sessions_per_day / 86_400)
            if self._clock.steady_seconds() + pause_seconds > until_seconds:
                return
            await self._clock.sleep(pause_seconds)
            await self._world.ask("POST", f"{self._chat}/unblock")
            for what in self._chance.one_of(_SESSIONS).split():
                await self._does(what)
            await self._look_at_the_chat()

    async def sends_photo(self, *, album: str = "", **script: Any) -> None:
        """A photo that nobody sent before, as a file: Telegram would make another one of it."""
        data = media.photo(number=self._chance.dice.getrandbits(64), **script)
        await self.person.send_file("document", data, "photo.jpg", media_group_id=album)

    async def sends_voice(self, milliseconds: int = 5_000, **script: Any) -> None:
        """A voice note."""
        number = self._chance.dice.getrandbits(64)
        recording = media.voice(number=number, milliseconds=milliseconds, **script)
        await self.person.says_that(recording, duration=max(1, milliseconds // 1000))

    async def presses(self, message_id: int, data: str) -> None:
        """A button, whether it is there or not; the answer is not awaited."""
        chat = {"id": self.person.chat_id, "type": "private", "first_name": "Ada"}
        date = self._clock.now_milliseconds() // 1000
        message = {"message_id": message_id, "chat": chat, "text": ".", "date": date}
        await self.person.forges(message, data)

    async def _does(self, what: str) -> None:
        dice = self._chance.dice
        match what:
            case "pause":
                await self._clock.sleep(dice.uniform(0.5, 60.0))
            case "photo":
                await self.sends_photo(**self._chance.one_of(_PHOTOS))
            case "voice":
                length = dice.randrange(700, 15_000)
                await self.sends_voice(**{"milliseconds": length, **self._chance.one_of(_VOICES)})
            case "album":
                for _ in range(4):
                    await self.sends_photo(album=f"album-{self.person.user_id}")
            case "cancel":
                await self.person.writes("/cancel")
            case "chat":
                await self.person.writes(dice.choice(_COMMANDS))
            case "forge":
                await self.presses(dice.randrange(1, 30), dice.choice(_FORGED))
            case "block":
                await self._world.ask("POST", f"{self._chat}/block")

    async def _look_at_the_chat(self) -> None:
        """Press what is offered, a few times at most; a double tap now and then."""
        for _ in range(self._chance.dice.randrange(4)):
            await self._clock.sleep(self._chance.dice.uniform(0.5, 900.0))
            if not (offered := await self.offered()):
                continue
            message_id, data = self._chance.dice.choice(offered)
            if data.startswith("cancel:") and self._chance.dice.random() < 0.7:
                continue
            press = {"callback_data": data, "from": self.person.user_id}
            for _ in range(1 + self._chance.goes_wrong("double tap")):
                # It may have gone by now.
                await self._world.http.post(f"/sim/{self._messages}/{message_id}/press", json=press)

    async def offered(self) -> list[tuple[int, str]]:
        """What could be pressed under the newest messages, but for a video once more."""
        messages = (await self._world.ask("GET", self._messages))["messages"]
        return [
            (message["message_id"], data)
            for message in messages[-6:]
            for data in ([] if message["deleted"] else buttons_of(message).values())
            if not data.startswith("video:")
        ]


async def crowd(count: int, world: SoakWorld) -> list[User]:
    """So many people, who agreed to everything long ago."""
    languages = ("en", "en", "zh-hans")
    people = [await world.person("A", languages[n % 3], agrees=False) for n in range(count)]
    world.agree(*(person.user_id for person in people))
    return [User(person, world) for person in people]
