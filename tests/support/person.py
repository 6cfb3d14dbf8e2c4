"""Someone with a phone, and what is to be seen in a chat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cache
from typing import TYPE_CHECKING, Any

from tests.support.chats import (
    BOT_USERNAME,
    Json,
    Wanted,
    buttons_of,
    replies_to,
    text_of,
    topic_of,
)
from tests.support.deadlines import eventually
from tests.support.media.photos import photo
from tests.support.media.voices import long_voice, voice, voice_note
from tests.support.texts import key_of

if TYPE_CHECKING:
    from tests.support.world import World


class Seen:
    """A chat as its people see it."""

    world: World
    chat_id: int

    async def chat(self, thread_id: int | None = None) -> list[Json]:
        """The messages that are to be seen now, oldest first; of one topic if it is named."""
        messages = self.world.chats.now(self.chat_id)
        return [m for m in messages if thread_id in (None, topic_of(m))]

    async def heard(self, thread_id: int | None = None) -> list[Json]:
        """Those of the bot."""
        return [m for m in await self.chat(thread_id) if _of_bot(m)]

    async def videos(self) -> list[Json]:
        """The videos that are to be seen now."""
        return [message for message in await self.heard() if "video" in message]

    async def sees(
        self, text: str, *, reply_to: int | None = None, thread_id: int | None = None
    ) -> Json:
        """A message of the bot with this text in it, as a reply to that message; waited for.

        It may say something else by now, or be gone.
        """
        return await self._sees(lambda seen: text in seen, repr(text), reply_to, thread_id)

    async def sees_key(
        self, key: str, *, reply_to: int | None = None, thread_id: int | None = None
    ) -> Json:
        """The same of one that says this text of the catalogue in English; `*` may stand in it."""
        return await self._sees(
            lambda seen: fnmatchcase(key_of(seen) or "", key), key, reply_to, thread_id
        )

    async def _sees(
        self, says: Callable[[str], bool], what: str, reply_to: int | None, thread_id: int | None
    ) -> Json:
        def wanted(message: Json) -> bool:
            return (
                _of_bot(message)
                and says(text_of(message))
                and replies_to(message, reply_to)
                and thread_id in (None, topic_of(message))
            )

        return await eventually(
            lambda: self.world.chats.find(self.chat_id, wanted), f"a message with {what}"
        )

    async def sees_video(
        self, count: int = 1, *, reply_to: int | None = None, thread_id: int | None = None
    ) -> Json:
        """The newest of so many videos that are there at once, as replies to that message."""

        def wanted(message: Json) -> bool:
            return "video" in message and replies_to(message, reply_to)

        return (await self.has(wanted, count, f"{count} videos", thread_id))[-1]

    async def has(
        self, wanted: Wanted, count: int, what: str, thread_id: int | None = None
    ) -> list[Json]:
        """At least so many messages of the bot that are there at once; waited for."""

        async def look() -> list[Json] | None:
            found = [m for m in await self.heard(thread_id) if wanted(m)]
            return found if len(found) >= count else None

        return await eventually(look, what)


def _of_bot(message: Json) -> bool:
    return bool(message["from"].get("username") == BOT_USERNAME)


@dataclass(frozen=True)
class Person(Seen):
    """Someone with a private chat."""

    world: World
    user_id: int
    chat_id: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "chat_id", self.user_id)

    async def send(self, kind: str = "text", **fields: Any) -> int:
        """Send something; the message's id."""
        return await self._written(json={"kind": kind, **fields})

    async def send_file(self, kind: str, data: bytes, name: str, **fields: Any) -> int:
        """Send bytes of one's own; the message's id."""
        form = {"kind": kind, **{key: str(value) for key, value in fields.items()}}
        return await self._written(data=form, files={"file": (name, data)})

    async def sends_photo(self, data: bytes | None = None, **fields: Any) -> int:
        """A picture as a photo; a good one that nobody sent before, unless it is given."""
        data = photo() if data is None else data
        return await self.send_file("photo", data, "photo.jpg", **fields)

    async def sends_document(self, data: bytes, name: str, **fields: Any) -> int:
        """A file as it is."""
        return await self.send_file("document", data, name, **fields)

    async def says(self, seconds: float = 1.0) -> int:
        """A voice note of about that length, made quickly into a video."""
        return await self.says_that(voice(seconds))

    async def says_that(self, recording: bytes) -> int:
        """This voice note."""
        return await self.send_file("voice", recording, "voice.ogg", raw=1)

    async def sends_both(self) -> tuple[int, int]:
        """A photo and a voice, small and quick, the same for everybody; their message ids."""
        shown, spoken = both()
        return await self.sends_photo(shown), await self.says_that(spoken)

    async def send_photo(self) -> int:
        """The sample portrait."""
        return await self.send("photo", sample="portrait")

    async def send_voice(self) -> int:
        """The sample voice."""
        return await self.send("voice", sample="voice")

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

    async def deletes(self, message_id: int) -> None:
        """Take a message away."""
        path = f"/sim/chats/{self.chat_id}/messages/{message_id}"
        (await self.world.http.delete(path)).raise_for_status()

    async def presses(self, message: Json, label: str) -> str:
        """Press the button that says so; what the bot answers."""
        return await self.presses_data(message, _button(message, label))

    async def presses_again(self, message: Json, label: str) -> str:
        """Press a button that was under the message and has gone meanwhile, as a slow phone does.

        Telegram itself passes such a press on; here it is put in front of the bot as an update.
        """
        return await self.forges_press(message, _button(message, label))

    async def forges_press(self, message: Json, data: str) -> str:
        """A press of a button that is not there; what the bot answers."""
        query_id = await self.world.forge_press(self, message, data)
        answer = await self.world.answer_to(query_id)
        return str(answer["params"].get("text", ""))

    async def presses_blindly(self, prefix: str) -> None:
        """Press the first button that ever sent something like that; the answer is not awaited."""

        def data_of(message: Json) -> str:
            sent = buttons_of(message).values()
            return next((data for data in sent if data.startswith(prefix)), "")

        message = await eventually(
            lambda: self.world.chats.find(self.chat_id, data_of), f"a button with {prefix}"
        )
        await self.world.forge_press(self, message, data_of(message))

    async def presses_data(self, message: Json, data: str, **fields: Any) -> str:
        """Press a button by what it sends; what the bot answers."""
        answer = await press(self.world, self.chat_id, message, {"callback_data": data, **fields})
        return str(answer.get("text", ""))

    async def video_bytes(self, message: Json) -> bytes:
        """The video as it was delivered."""
        answer = await self.world.http.get(f"/sim/files/{message['video']['file_id']}")
        return answer.raise_for_status().content

    async def _written(self, **request: Any) -> int:
        answer = await self.world.http.post(f"/sim/chats/{self.user_id}/messages", **request)
        return int(answer.raise_for_status().json()["message"]["message_id"])


@cache
def both() -> tuple[bytes, bytes]:
    """One photo and one voice, for worlds that remember nothing of each other."""
    return photo(), voice(0.9)


@cache
def long_recording() -> bytes:
    """A voice that is made in three tasks, the same for everybody."""
    return voice_note(long_voice(42.0))


def _button(message: Json, label: str) -> str:
    return next(data for text, data in buttons_of(message).items() if label in text)


async def press(world: World, chat_id: int, message: Json, body: Json) -> Json:
    """Press a button of a message; the bot's answer: `text`, `show_alert`, `url`."""
    path = f"/sim/chats/{chat_id}/messages/{message['message_id']}/press"
    answer = await world.http.post(path, json=body)
    assert answer.is_success, answer.text
    query_id = answer.json()["callback_query_id"]

    async def look() -> Json | None:
        callback: Json = (await world.http.get(f"/sim/callbacks/{query_id}")).json()
        return callback if callback["answered"] else None

    return await eventually(look, "an answer to the button")
