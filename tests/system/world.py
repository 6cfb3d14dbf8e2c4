"""The whole world of a system test: local Telegram, local provider, the real bot, people."""

from __future__ import annotations

import asyncio
import itertools
import os
import signal
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import httpx

from bot.clock import Clock
from bot.commands.child import BotProcess
from bot.sandbox.faults import FaultBoard
from bot.sandbox.server import Sandbox, serve_sandbox
from tests.system import consenting
from tests.system.material import photo, voice

DEADLINE_SECONDS = 90.0
_LOOK_EVERY_SECONDS = 0.05

# One that was left idle may be closed by the server at the moment it is used again.
_NO_IDLE_CONNECTIONS = httpx.Limits(max_keepalive_connections=0)

_numbers = itertools.count(1)

Json = dict[str, Any]
Found = TypeVar("Found")


async def eventually(
    look: Callable[[], Awaitable[Found | None]],
    what: str,
    deadline_seconds: float = DEADLINE_SECONDS,
) -> Found:
    """What `look` finds, as soon as it finds something."""
    try:
        async with asyncio.timeout(deadline_seconds):
            while True:
                found = await look()
                if found:
                    return found
                await asyncio.sleep(_LOOK_EVERY_SECONDS)
    except TimeoutError:
        raise AssertionError(f"not within {deadline_seconds:.0f} s: {what}") from None


def text_of(message: Json) -> str:
    """What a person reads on a message."""
    return str(message.get("text") or message.get("caption") or "")


def buttons_of(message: Json) -> dict[str, str]:
    """The buttons under a message: what they say, and what they send."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    buttons = [button for row in rows for button in row]
    return {b["text"]: b["callback_data"] for b in buttons if "callback_data" in b}


@dataclass
class World:
    """Everything there is; `restart` kills the bot and starts it again on the same database."""

    sandbox: Sandbox
    directory: Path
    http: httpx.AsyncClient
    settings: dict[str, str]
    bot: BotProcess = field(init=False)

    @property
    def faults(self) -> FaultBoard:
        """What goes wrong on either server."""
        return self.sandbox.faults

    @property
    def database(self) -> Path:
        """The bot's database."""
        return self.directory / "bot.db"

    def log(self) -> str:
        """All that the bot logged."""
        return (self.directory / "bot.log").read_text("utf-8")

    def rows(self, sql: str) -> list[Json]:
        """What the bot's database says, read from outside."""
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            return [dict(row) for row in connection.execute(sql)]
        finally:
            connection.close()

    async def start_bot(self, **settings: str) -> None:
        """Start the real bot process."""
        self.bot = BotProcess(self.directory, {**self.settings, **settings})
        await self.bot.__aenter__()

    async def stop_bot(self) -> None:
        """Ask it to stop, as a platform does."""
        await self.bot.__aexit__(None, None, None)

    async def kill_bot(self) -> None:
        """End it at once, wherever it is, and its helpers not at all: they have to notice."""
        os.kill(self.bot.pid, signal.SIGKILL)
        await self.bot.ended()

    async def terminate_bot(self) -> int:
        """Ask it to stop and wait however long that takes; its exit code."""
        os.kill(self.bot.pid, signal.SIGTERM)
        return await self.bot.ended()

    async def provider(self, path: str) -> Any:
        """What the provider's control side says."""
        return (await self.http.get(f"/sim/provider/{path}")).raise_for_status().json()

    async def tell_provider(self, **settings: Any) -> None:
        """Change how the provider behaves."""
        answer = await self.http.patch("/sim/provider/settings", json=settings)
        answer.raise_for_status()

    async def forge_press(self, person: Person, message: Json, data: str) -> str:
        """Put a press before the bot as Telegram would; the query's id."""
        query_id = f"forged-{next(_numbers)}"
        update = {
            "callback_query": {
                "id": query_id,
                "from": {"id": person.user_id, "is_bot": False, "first_name": "Ada"},
                "message": message,
                "chat_instance": "1",
                "data": data,
            }
        }
        (await self.http.post("/sim/updates", json=update)).raise_for_status()
        return query_id

    async def answer_to(self, query_id: str) -> Json:
        """Wait for the bot's answer to a forged press: the call it made."""

        async def look() -> Json | None:
            for call in await self.bot_calls("answerCallbackQuery"):
                if call["params"].get("callback_query_id") == query_id:
                    return call
            return None

        return await eventually(look, f"an answer to {query_id}")

    async def bot_calls(self, method: str) -> list[Json]:
        """The calls of that method the bot made to Telegram."""
        answer = await self.http.get("/sim/outbox", params={"method": method})
        calls: list[Json] = answer.raise_for_status().json()["calls"]
        return calls

    async def provider_calls(self, endpoint: str) -> list[Json]:
        """The calls of that endpoint the bot made to the provider."""
        calls = (await self.provider("calls"))["calls"]
        return [call for call in calls if call["endpoint"] == endpoint]

    async def person(
        self, first_name: str = "Ada", language_code: str = "en", *, agrees: bool = True
    ) -> Person:
        """Someone new with a private chat, who agreed to everything long ago unless told not to."""
        answer = await self.http.post(
            "/sim/people", json={"first_name": first_name, "language_code": language_code}
        )
        person = Person(self, answer.raise_for_status().json()["user_id"])
        if agrees:
            await self.agrees(person)
        return person

    async def agrees(self, person: Person) -> None:
        """As if this person had pressed the button before."""
        if self.bot_is_running:
            await eventually(self._database_is_ready, "the bot's database is there")
        else:
            await consenting.make_ready(self.database)
        await asyncio.to_thread(consenting.agree, self.database, person.user_id)

    @property
    def bot_is_running(self) -> bool:
        """Whether it was started and has not ended."""
        return hasattr(self, "bot") and self.bot.is_running

    async def _database_is_ready(self) -> bool:
        return consenting.is_ready(self.database)


@dataclass(frozen=True)
class Person:
    """Someone with a phone."""

    world: World
    user_id: int

    async def send(self, kind: str = "text", **fields: Any) -> int:
        """Send something; the message's id."""
        body = {"kind": kind, **fields}
        answer = await self.world.http.post(f"/sim/chats/{self.user_id}/messages", json=body)
        answer.raise_for_status()
        return int(answer.json()["message"]["message_id"])

    async def send_file(self, kind: str, data: bytes, name: str, **fields: Any) -> int:
        """Send bytes of one's own; the message's id."""
        answer = await self.world.http.post(
            f"/sim/chats/{self.user_id}/messages",
            data={"kind": kind, **{key: str(value) for key, value in fields.items()}},
            files={"file": (name, data)},
        )
        answer.raise_for_status()
        return int(answer.json()["message"]["message_id"])

    async def sends_photo(self, data: bytes | None = None, **fields: Any) -> int:
        """A picture as a photo; a good one that nobody sent before, unless it is given."""
        data = photo() if data is None else data
        return await self.send_file("photo", data, "photo.jpg", **fields)

    async def sends_document(self, data: bytes, name: str, **fields: Any) -> int:
        """A file as it is."""
        return await self.send_file("document", data, name, **fields)

    async def says(self, seconds: float = 1.0) -> int:
        """A voice note of about that length, made quickly into a video."""
        return await self.send_file("voice", voice(seconds), "voice.ogg", raw=1)

    async def send_photo(self) -> int:
        """The sample portrait."""
        return await self.send("photo", sample="portrait")

    async def send_voice(self) -> int:
        """The sample voice."""
        return await self.send("voice", sample="voice")

    async def chat(self) -> list[Json]:
        """The messages that are to be seen now, oldest first."""
        answer = await self.world.http.get(f"/sim/chats/{self.user_id}/messages")
        return [m for m in answer.raise_for_status().json()["messages"] if not m["deleted"]]

    async def heard(self) -> list[Json]:
        """Those of the bot."""
        return [message for message in await self.chat() if message["from"]["is_bot"]]

    async def sees(self, text: str, *, reply_to: int | None = None) -> Json:
        """Wait for a message of the bot with this text in it, as a reply to that message."""

        async def look() -> Json | None:
            for message in await self.heard():
                replied = message.get("reply_to_message", {}).get("message_id")
                if text in text_of(message) and reply_to in (None, replied):
                    return message
            return None

        try:
            return await eventually(look, f"a message with {text!r}")
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{await self._evidence()}") from None

    async def sees_video(self, count: int = 1) -> Json:
        """Wait for so many videos; the newest."""

        async def look() -> Json | None:
            videos = [message for message in await self.heard() if "video" in message]
            return videos[-1] if len(videos) >= count else None

        try:
            return await eventually(look, f"{count} videos")
        except AssertionError as failure:
            raise AssertionError(f"{failure}\n{await self._evidence()}") from None

    async def _evidence(self) -> str:
        seen = "\n".join(f"- {text_of(message)}" for message in await self.heard())
        return f"seen:\n{seen}\nthe bot's log ends:\n{self.world.bot.last_lines()}"

    async def reaches(self, *states: str) -> Json:
        """Wait until this person's newest job is in one of these states; its row."""

        async def look() -> Json | None:
            try:
                rows = self.world.rows(
                    f"SELECT * FROM jobs WHERE user_id = {self.user_id} ORDER BY id DESC LIMIT 1"
                )
            except sqlite3.OperationalError:  # the bot is only starting
                return None
            return rows[0] if rows and rows[0]["state"] in states else None

        return await eventually(look, f"a job in {states}")

    async def presses(self, message: Json, label: str) -> str:
        """Press the button that says so; what the bot answers."""
        data = next(data for text, data in buttons_of(message).items() if label in text)
        return await self.presses_data(message, data)

    async def presses_again(self, message: Json, label: str) -> str:
        """Press a button that was under the message and has gone meanwhile, as a slow phone does.

        Telegram itself passes such a press on; here it is put in front of the bot as an update.
        """
        data = next(data for text, data in buttons_of(message).items() if label in text)
        return await self.forges_press(message, data)

    async def forges_press(self, message: Json, data: str) -> str:
        """A press of a button that is not there; what the bot answers."""
        query_id = await self.world.forge_press(self, message, data)
        answer = await self.world.answer_to(query_id)
        return str(answer["params"].get("text", ""))

    async def presses_data(self, message: Json, data: str, **fields: Any) -> str:
        """Press a button by what it sends; what the bot answers."""
        path = f"/sim/chats/{self.user_id}/messages/{message['message_id']}/press"
        answer = await self.world.http.post(path, json={"callback_data": data, **fields})
        query_id = answer.raise_for_status().json()["callback_query_id"]

        async def look() -> Json | None:
            callback = (await self.world.http.get(f"/sim/callbacks/{query_id}")).json()
            return callback if callback["answered"] else None

        return str((await eventually(look, "an answer to the button")).get("text", ""))

    async def video_bytes(self, message: Json) -> bytes:
        """The video as it was delivered."""
        answer = await self.world.http.get(f"/sim/files/{message['video']['file_id']}")
        return answer.raise_for_status().content


@asynccontextmanager
async def world(
    directory: Path,
    *,
    render_seconds: float | None = 0.2,
    settings: Mapping[str, str] = {},
    clock: Clock | None = None,
    kind: type[World] | None = None,
) -> AsyncIterator[World]:
    """Servers and bot, started and stopped; `clock` is that of the servers."""
    async with (
        serve_sandbox(
            telegram_port=0, dashscope_port=0, render_seconds=render_seconds, clock=clock
        ) as sandbox,
        httpx.AsyncClient(
            base_url=sandbox.telegram_base_url, timeout=30, limits=_NO_IDLE_CONNECTIONS
        ) as http,
    ):
        made = (kind or World)(
            sandbox,
            directory,
            http,
            {
                **sandbox.settings,
                "DATABASE_URL": f"sqlite:///{directory / 'bot.db'}",
                "POLL_SECONDS": "0.2",
                "LOG_LEVEL": "DEBUG",
                **settings,
            },
        )
        await made.start_bot()
        try:
            yield made
        finally:
            await made.stop_bot()
