"""Someone with a phone, and what is to be seen in a chat."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.support.chats import BOT_USERNAME, Json, Wanted, buttons_of, replies_to, text_of
from tests.support.deadlines import eventually
from tests.support.media.photos import photo
from tests.support.media.voices import long_voice, voice, voice_note
from tests.support.texts import key_of

if TYPE_CHECKING:
    from tests.support.world import World

_numbers = itertools.count(1)


class Seen:
    """A chat, or one topic of it, as its people see it."""

    world: World
    chat_id: int
    thread_id: int | None

    async def chat(self) -> list[Json]:
        """The messages that are to be seen now, oldest first."""
        return [m for m in self.world.chats.now(self.chat_id) if self._is_here(m)]

    async def heard(self) -> list[Json]:
        """Those of the bot."""
        return [m for m in await self.chat() if _of_bot(m)]

    async def videos(self) -> list[Json]:
        """The videos that are to be seen now."""
        return [message for message in await self.heard() if "video" in message]

    async def sees(self, text: str, *, reply_to: int | None = None) -> Json:
        """A message of the bot with this text in it, as a reply to that message; waited for.

        It may say something else by now, or be gone.
        """
        return await self._sees(lambda seen: text in seen, repr(text), reply_to)

    async def sees_key(self, key: str, *, reply_to: int | None = None) -> Json:
        """The same of one that says this text of the catalogue in English; `*` may stand in it."""
        return await self._sees(lambda seen: fnmatchcase(key_of(seen) or "", key), key, reply_to)

    async def _sees(self, says: Callable[[str], bool], what: str, reply_to: int | None) -> Json:
        def wanted(message: Json) -> bool:
            return (
                _of_bot(message)
                and says(text_of(message))
                and replies_to(message, reply_to)
                and self._is_here(message)
            )

        return await eventually(
            lambda: self.world.chats.find(self.chat_id, wanted), f"a message with {what}"
        )

    async def sees_video(self, count: int = 1, *, reply_to: int | None = None) -> Json:
        """The newest of so many videos that are there at once, as replies to that message."""

        def wanted(message: Json) -> bool:
            return "video" in message and replies_to(message, reply_to)

        return (await self.has(wanted, count, f"{count} videos"))[-1]

    async def has(self, wanted: Wanted, count: int, what: str) -> list[Json]:
        """At least so many messages of the bot that are there at once; waited for."""

        async def look() -> list[Json] | None:
            found = [m for m in await self.heard() if wanted(m)]
            return found if len(found) >= count else None

        return await eventually(look, what)

    def _is_here(self, message: Json) -> bool:
        # What is in no other topic is in the general one, which is the first.
        topic = message["message_thread_id"] if message.get("is_topic_message") else 1
        return self.thread_id in (None, topic)


def _of_bot(message: Json) -> bool:
    return bool(message["from"].get("username") == BOT_USERNAME)


class Answer(str):
    """What the bot answers to a press; an alert has to be closed."""

    is_alert: bool


@dataclass(frozen=True)
class Person(Seen):
    """Someone in their private chat, or in a group and perhaps a topic; see `Group.member`."""

    world: World
    user_id: int
    chat_id: int = 0
    thread_id: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "chat_id", self.chat_id or self.user_id)

    @property
    def private(self) -> Person:
        """The same person in their private chat."""
        return replace(self, chat_id=self.user_id, thread_id=None)

    async def send(self, kind: str = "text", **fields: Any) -> int:
        """Send something; the message's id.

        `reply_to` is a message's id; `anonymous=True` writes as the group.
        """
        return await self._written(json={"kind": kind, **self._place(fields)})

    async def writes(self, text: str, **fields: Any) -> int:
        """A text; the message's id."""
        return await self.send(text=text, **fields)

    async def commands(self, command: str, *, named: bool = True, **fields: Any) -> int:
        """`/talk` as `/talk@thisbot`, or bare; arguments may follow. The message's id."""
        name, _, rest = command.partition(" ")
        text = f"{name}@{BOT_USERNAME} {rest}".rstrip() if named else command
        return await self.writes(text, **fields)

    async def send_file(self, kind: str, data: bytes, name: str, **fields: Any) -> int:
        """Send bytes of one's own; the message's id."""
        form = {key: str(value) for key, value in self._place(fields).items()}
        return await self._written(data={"kind": kind, **form}, files={"file": (name, data)})

    async def sends_photo(self, data: bytes | None = None, **fields: Any) -> int:
        """A picture as a photo; a good one that nobody sent before, unless it is given."""
        data = photo() if data is None else data
        return await self.send_file("photo", data, "photo.jpg", **fields)

    async def says(self, seconds: float = 1.0, **fields: Any) -> int:
        """A voice message of about that length; privacy mode hides it unless it is a reply."""
        return await self.says_that(voice(seconds), **fields)

    async def says_that(self, recording: bytes, **fields: Any) -> int:
        """This voice message."""
        return await self.send_file("voice", recording, "voice.ogg", raw=1, **fields)

    async def sends_both(self) -> tuple[int, int]:
        """A photo and a voice, small and quick, the same for everybody; their message ids."""
        shown, spoken = both()
        return await self.sends_photo(shown), await self.says_that(spoken)

    async def reaches(self, *states: str, after: Json | None = None) -> Json:
        """The row of this person's newest job as it came to one of these states; waited for.

        It may have gone on since. With `after`, it is a job made later than that one.
        """

        def look() -> Json | None:
            rows = [row for row in self.world.jobs() if row["user_id"] == self.user_id]
            newest = max(
                (row["id"] for row in rows if after is None or row["id"] > after["id"]), default=0
            )
            found = [row for row in rows if row["id"] == newest and row["state"] in states]
            return found[-1] if found else None

        return await eventually(look, f"a job in {states}")

    async def edits(self, message_id: int, text: str) -> None:
        """Write a message anew."""
        await self.world.ask("PATCH", f"{self._messages}/{message_id}", {"text": text})

    async def deletes(self, message_id: int) -> None:
        """Take a message away."""
        await self.world.ask("DELETE", f"{self._messages}/{message_id}")

    async def taps_link(self, payload: str = "") -> None:
        """Open t.me/<bot>?start=<payload> and press Start: in the private chat."""
        await self.world.ask("POST", f"people/{self.user_id}/start", {"payload": payload})

    async def presses(self, message: Json, label: str) -> Answer:
        """Press the button that says so; what the bot answers."""
        path = f"{self._messages}/{message['message_id']}/press"
        body = {"callback_data": _button(message, label), "from": self.user_id}
        return await self._answered((await self.world.ask("POST", path, body))["callback_query_id"])

    async def presses_again(self, message: Json, label: str) -> Answer:
        """Press a button that has gone meanwhile, as a slow phone does."""
        return await self.forges_press(message, _button(message, label))

    async def forges(self, message: Json, data: str) -> str:
        """Put a press of a button that is not there before the bot, as Telegram would; its id."""
        query = {
            "id": f"forged-{next(_numbers)}",
            "from": {"id": self.user_id, "is_bot": False, "first_name": "Ada"},
            "message": message,
            "chat_instance": "1",
            "data": data,
        }
        await self.world.ask("POST", "updates", {"callback_query": query})
        return str(query["id"])

    async def forges_press(self, message: Json, data: str) -> Answer:
        """The same; what the bot answers."""
        return await self._answered(await self.forges(message, data))

    async def _answered(self, query_id: str) -> Answer:
        async def look() -> Json | None:
            calls = [call["params"] for call in await self.world.bot_calls("answerCallbackQuery")]
            return next(
                (c for c in calls if str(c.get("callback_query_id")) == str(query_id)), None
            )

        call = await eventually(look, "an answer to the button")
        answer = Answer(call.get("text", ""))
        answer.is_alert = bool(call.get("show_alert"))
        return answer

    async def presses_blindly(
        self, prefix: str, *, unless: Callable[[], bool] = lambda: False
    ) -> bool:
        """Press the first button that ever sent something like that; the answer is not awaited.

        False: there was none before `unless` was true.
        """

        def data_of(message: Json) -> str:
            sent = buttons_of(message).values()
            return next((data for data in sent if data.startswith(prefix)), "")

        def look() -> list[Json] | None:
            message = self.world.chats.find(self.chat_id, data_of)
            return [message] if message else [{}] if unless() else None

        (message,) = await eventually(look, f"a button with {prefix}")
        if message:
            await self.forges(message, data_of(message))
        return bool(message)

    async def video_bytes(self, message: Json) -> bytes:
        """The video as it was delivered."""
        answer = await self.world.http.get(f"/sim/files/{message['video']['file_id']}")
        return answer.raise_for_status().content

    @property
    def _messages(self) -> str:
        return f"chats/{self.chat_id}/messages"

    def _place(self, fields: Json) -> Json:
        """`from`, topic and reply in the words of the local Telegram."""
        place = {"from": self.user_id, **fields}
        if self.thread_id is not None:
            place.setdefault("message_thread_id", self.thread_id)
        if "reply_to" in place:
            place["reply_to_message_id"] = place.pop("reply_to")
        return place

    async def _written(self, **request: Any) -> int:
        answer = await self.world.http.post(f"/sim/{self._messages}", **request)
        assert answer.is_success, answer.text
        return int(answer.json()["message"]["message_id"])


def _button(message: Json, label: str) -> str:
    return next(data for text, data in buttons_of(message).items() if label in text)


@cache
def both() -> tuple[bytes, bytes]:
    """One photo and one voice, for worlds that remember nothing of each other."""
    return photo(), voice(0.9)


@cache
def long_recording() -> bytes:
    """A voice that is made in three tasks, the same for everybody."""
    return voice_note(long_voice(42.0))
