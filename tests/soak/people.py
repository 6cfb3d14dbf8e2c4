"""Simulated users: they send photos and voices, press buttons, change their minds, and cheat."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

from handlers.options import OF_GROUP
from tests.soak import media
from tests.soak.network import Weighted
from tests.soak.witnesses import ADMIN
from tests.soak.world import SoakWorld
from tests.support.chats import Json, buttons_of
from tests.support.group import Group
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
_ALONE: Weighted[str] = (
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
_IN_GROUP: Weighted[str] = (
    (30, "photo talk pause reply"),
    (20, "talk pause reply"),
    (10, "talk pause reply pause cancel"),
    (10, "notme pause press:allow"),
    (20, "pause press:notme"),
    (6, "report pause press:report"),
    (6, "delete"),
    (4, "forge forge forge"),
    (4, "chat"),
)
_RULES = [f"gset:{one.word}:{choice.word}" for one in OF_GROUP for choice in one.choices]
_OPEN = "gset:who:all", "gset:others:yes", "gset:longest:any"
_OFTEN = 6
"""So much more is going on in a group."""
_OWNERS: Weighted[str] = (*_IN_GROUP, (80, "rule pause open open"), (20, "rule"), (1, "block"))
_OPERATORS: Weighted[str] = tuple(
    (weight, f"press:{verb}")
    for weight, verb in ((3, "takedown"), (3, "ban"), (4, "unban"), (1, "dismiss"))
)


class User:
    """Someone with a mind of their own, in a chat with the bot."""

    def __init__(
        self, person: Person, world: SoakWorld, sessions: Weighted[str] = _ALONE, often: int = 1
    ) -> None:
        self.person, self._world, self._sessions, self._often = person, world, sessions, often
        self._chance, self._clock = world.chance, world.clock
        self._chat = f"chats/{person.chat_id}"
        self._messages = f"{self._chat}/messages"
        dice, of = world.chance.dice, world.chance.one_of
        self._acts: dict[str, Callable[[], Awaitable[object]]] = {
            "pause": lambda: self._clock.sleep(dice.uniform(0.5, 60.0)),
            "photo": lambda: self.sends_photo(**of(_PHOTOS)),
            "voice": self._speaks,
            "album": self._sends_album,
            "cancel": lambda: person.commands("/cancel"),
            "chat": lambda: person.writes(dice.choice(_COMMANDS)),
            "forge": lambda: self.presses(dice.randrange(1, 30), dice.choice(_FORGED)),
            "block": lambda: self._blocks("block"),
            "talk": lambda: self._commands_about("talk", "document"),
            "reply": self._replies,
            "delete": self._deletes,
            "notme": lambda: person.commands("/notme"),
            "report": lambda: self._commands_about("report", "video"),
            "rule": lambda: self.presses(1, dice.choice(_RULES)),
            "open": lambda: self.presses(1, dice.choice(_OPEN)),
        }

    async def live(self, sessions_per_day: float, until_seconds: float) -> None:
        """Come back now and then."""
        while True:
            pause_seconds = self._chance.dice.expovariate(self._often * sessions_per_day / 86_400)
            if self._clock.steady_seconds() + pause_seconds > until_seconds:
                return
            await self._clock.sleep(pause_seconds)
            await self._blocks("unblock")
            for what in self._chance.one_of(self._sessions).split():
                await self._do(what)
            await self._look_at_the_chat()

    async def sends_photo(self, *, album: str = "", **script: Any) -> None:
        """A photo that nobody sent before, as a file: Telegram would make another one of it."""
        data = media.photo(number=self._chance.dice.getrandbits(64), **script)
        await self.person.send_file("document", data, "photo.jpg", media_group_id=album)

    async def sends_voice(
        self, milliseconds: int = 5_000, reply_to: int | None = None, **script: Any
    ) -> None:
        """A voice message."""
        number = self._chance.dice.getrandbits(64)
        recording = media.voice(number=number, milliseconds=milliseconds, **script)
        about = {} if reply_to is None else {"reply_to": reply_to}
        await self.person.says_that(recording, duration=max(1, milliseconds // 1000), **about)

    async def presses(self, message_id: int, data: str) -> None:
        """A button, whether it is there or not; the answer is not awaited."""
        kind = "private" if self.person.chat_id > 0 else "supergroup"
        chat = {"id": self.person.chat_id, "type": kind, "title": "Soak"}
        date = self._clock.now_milliseconds() // 1000
        message = {"message_id": message_id, "chat": chat, "text": ".", "date": date}
        await self.person.forges(message, data)

    async def _blocks(self, or_not: str) -> None:
        body = {"from": self.person.user_id}
        await self._world.ask("POST", f"{self._chat}/{or_not}", body)

    async def _do(self, what: str) -> None:
        word, _, button = what.partition(":")
        await (self._presses_one(button) if button else self._acts[word]())

    async def _sends_album(self) -> None:
        for _ in range(4):
            await self.sends_photo(album=f"album-{self.person.user_id}")

    async def _speaks(self, reply_to: int | None = None) -> None:
        length = self._chance.dice.randrange(700, 15_000)
        script = {"milliseconds": length, **self._chance.one_of(_VOICES)}
        await self.sends_voice(reply_to=reply_to, **script)

    async def _commands_about(self, command: str, kind: str) -> None:
        message_id = await self._one_of(kind)
        about: Json = {} if message_id is None else {"reply_to": message_id}
        await self.person.commands(f"/{command}", **about)

    async def _replies(self) -> None:
        await self._speaks(await self._one_of("text"))

    async def _deletes(self) -> None:
        if message_id := await self._one_of("document", "voice"):
            await self.person.deletes(message_id)

    async def _one_of(self, *kinds: str) -> int | None:
        """One of the newest messages of a kind; of texts one of the bot's."""
        newest = [
            message["message_id"]
            for message in await self._shown()
            if {*kinds} & {*message} and ("text" in kinds) <= message["from"]["is_bot"]
        ][-4:]
        return self._chance.dice.choice(newest) if newest else None

    async def _look_at_the_chat(self) -> None:
        """Press what is offered, a few times at most."""
        for _ in range(self._chance.dice.randrange(4)):
            await self._clock.sleep(self._chance.dice.uniform(0.5, 900.0))
            await self._presses_one()

    async def _presses_one(self, button: str = "") -> None:
        """A double tap now and then."""
        offered = [one for one in await self.offered() if one[1].startswith(button)]
        if not offered:
            return
        message_id, data = self._chance.dice.choice(offered)
        if data.startswith("cancel:") and self._chance.dice.random() < 0.7:
            return
        press = {"callback_data": data, "from": self.person.user_id}
        for _ in range(1 + self._chance.goes_wrong("double tap")):
            # It may have gone by now.
            await self._world.http.post(f"/sim/{self._messages}/{message_id}/press", json=press)

    async def offered(self) -> list[tuple[int, str]]:
        """What could be pressed under the newest messages, but for a video once more."""
        return [
            (message["message_id"], data)
            for message in (await self._shown())[-6:]
            for data in buttons_of(message).values()
            if not data.startswith("video:")
        ]

    async def _shown(self) -> list[Json]:
        messages = (await self._world.ask("GET", self._messages))["messages"]
        return [message for message in messages if not message["deleted"]]


async def crowd(count: int, world: SoakWorld, members: int = 0) -> list[User]:
    """So many people, who agreed to everything long ago; some of them meet in a group as well,
    at the same time, and then an operator looks at what they report.
    """
    languages = ("en", "en", "zh-hans")
    people = [await world.person("A", languages[n % 3], agrees=False) for n in range(count)]
    world.agree(*(person.user_id for person in people))
    users = [User(person, world) for person in people]
    if not members:
        return users
    group = await Group.create(world, "Soak", *people[:members])
    owner, *others = [group.member(person) for person in people[:members]]
    operator = replace(owner, user_id=ADMIN, chat_id=ADMIN)
    users += [User(person, world, _IN_GROUP, _OFTEN) for person in others]
    return [*users, User(owner, world, _OWNERS, _OFTEN), User(operator, world, _OPERATORS, _OFTEN)]
