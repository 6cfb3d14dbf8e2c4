"""A group of the local Telegram, with the hands of everybody in it.

there = await Group.create(town, "Faces", ada, ben)
photo = await there.member(ben).sends_photo()
await there.member(ada).commands("/talk", reply_to=photo)
asked = await there.sees(said("…"), reply_to=…)
await there.member(ada).says(reply_to=asked["message_id"])
await there.sees_video()
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from tests.support.chats import BOT_USERNAME, Json, buttons_of, lines_of
from tests.support.media.photos import photo
from tests.support.media.voices import voice
from tests.support.person import Person, Seen, press
from tests.support.world import World

BOT = "bot"


@dataclass
class Group(Seen):
    """A group chat as its people see it; privacy mode is on unless a test switches it off."""

    world: World
    chat_id: int
    people: dict[int, Person] = field(default_factory=dict)

    @classmethod
    async def create(
        cls,
        world: World,
        title: str,
        *people: Person,
        kind: str = "supergroup",
        forum: bool = False,
        **fields: Any,
    ) -> Group:
        """The first person owns it. `fields`: administrators, bot=False, permissions, …"""
        body = {
            "title": title,
            "members": [person.user_id for person in people],
            "type": kind,
            "is_forum": forum,
            **fields,
        }
        answer = await world.http.post("/sim/groups", json=body)
        answer.raise_for_status()
        return cls(world, answer.json()["chat_id"], {p.user_id: p for p in people})

    @property
    def owner(self) -> Person:
        """Who opened it."""
        return next(iter(self.people.values()))

    def member(self, person: Person, thread_id: int | None = None) -> Member:
        """That person's hands here, in one topic if it is named."""
        return Member(self, person, thread_id)

    async def joins(self, person: Person) -> Member:
        """Somebody comes in."""
        await self._ask("POST", "/members", {"user_ids": [person.user_id]})
        self.people[person.user_id] = person
        return self.member(person)

    async def leaves(self, person: Person) -> None:
        """Somebody goes."""
        await self._ask("DELETE", f"/members/{person.user_id}")
        del self.people[person.user_id]

    async def sets_bot(self, status: str, **rights: bool) -> None:
        """The owner makes the bot a "member", "administrator", "restricted", "left", "kicked"."""
        await self._ask("PATCH", f"/members/{BOT}", {"status": status, "rights": rights})

    async def sets_member(self, person: Person, status: str, **rights: bool) -> None:
        """The owner promotes, demotes, restricts or removes a person; `is_anonymous` is a right."""
        await self._ask("PATCH", f"/members/{person.user_id}", {"status": status, "rights": rights})

    async def permits(self, **permissions: bool) -> None:
        """What everybody who is no administrator may do here: `can_send_videos=False` and such."""
        await self._ask("PATCH", "", {"permissions": permissions})

    async def opens_topic(self, name: str) -> int:
        """A new topic of a forum; its thread's id."""
        topic = await self._ask("POST", "/topics", {"name": name, "from": self.owner.user_id})
        return int(topic["message_thread_id"])

    async def closes_topic(self, thread_id: int) -> None:
        """Nobody but administrators writes there any more; GENERAL is a topic as well."""
        await self._ask("POST", f"/topics/{thread_id}/close", {"from": self.owner.user_id})

    async def migrates(self) -> Group:
        """The basic group becomes a supergroup; the new one."""
        grown = await self._ask("POST", "/migrate")
        return replace(self, chat_id=int(grown["chat_id"]))

    async def posts_as_channel(self, text: str, *, linked: bool, **fields: Any) -> Json:
        """A channel writes: the linked one's post comes in by itself, or one posts as itself."""
        name = "linked_channel" if linked else "channel"
        return await self._ask("POST", "/messages", {"text": text, name: "News", **fields})

    async def sees_no_refusal(self) -> None:
        """Telegram never had to slow the bot down."""
        answer = await self.world.http.get("/sim/outbox")
        refused = [c for c in answer.json()["calls"] if c.get("error_code") == 429]
        assert not refused, [(c["method"], c["description"]) for c in refused]

    async def lines(self) -> list[tuple[int, str]]:
        """The same, message by message: its id, and how it reads."""
        messages = await self.chat()
        return list(zip([m["message_id"] for m in messages], lines_of(messages), strict=True))

    async def _ask(self, verb: str, path: str, body: Json | None = None) -> Json:
        url = f"/sim/chats/{self.chat_id}{path}"
        answer = await self.world.http.request(verb, url, json=body)
        assert answer.is_success, answer.text
        said: Json = answer.json()
        return said


@dataclass(frozen=True)
class Member:
    """One person in one group (and topic)."""

    group: Group
    person: Person
    thread_id: int | None = None

    async def sends(self, kind: str = "text", **fields: Any) -> Json:
        """Send something; the message, with `unseen` when the bot did not get it.

        `reply_to` is a message's id; `anonymous=True` writes as the group.
        """
        return await self._written(json={"kind": kind, **self._place(fields)})

    async def writes(self, text: str, **fields: Any) -> int:
        """A text; the message's id."""
        return int((await self.sends(text=text, **fields))["message_id"])

    async def commands(self, command: str, *, named: bool = True, **fields: Any) -> int:
        """`/talk` as `/talk@thisbot`, or bare; arguments may follow. The message's id."""
        name, _, rest = command.partition(" ")
        text = f"{name}@{BOT_USERNAME} {rest}".rstrip() if named else command
        return await self.writes(text, **fields)

    async def sends_file(self, kind: str, data: bytes, name: str, **fields: Any) -> int:
        """Bytes of one's own; the message's id."""
        form = {key: str(value) for key, value in self._place(fields).items()}
        written = await self._written(data={"kind": kind, **form}, files={"file": (name, data)})
        return int(written["message_id"])

    async def sends_photo(self, data: bytes | None = None, **fields: Any) -> int:
        """A good photo that nobody sent before, unless one is given."""
        return await self.sends_file("photo", photo() if data is None else data, "p.jpg", **fields)

    async def says(self, seconds: float = 1.0, **fields: Any) -> int:
        """A voice note of about that length; privacy mode hides it unless it is a reply."""
        return await self.sends_file("voice", voice(seconds), "voice.ogg", raw=1, **fields)

    async def presses(self, message: Json, label: str) -> Json:
        """Press the button that says so; the bot's answer: `text`, `show_alert`, `url`."""
        data = next(data for text, data in buttons_of(message).items() if label in text)
        return await self.presses_data(message, data)

    async def presses_data(self, message: Json, data: str) -> Json:
        """Press a button by what it sends; the bot's answer."""
        body = {"callback_data": data, "from": self.person.user_id}
        return await press(self.group.world, self.group.chat_id, message, body)

    async def forges_press(self, message: Json, data: str) -> str:
        """A press of a button that is not (or no longer) there; what the bot answers."""
        query_id = await self.group.world.forge_press(self.person, message, data)
        answer = await self.group.world.answer_to(query_id)
        return str(answer["params"].get("text", ""))

    async def edits(self, message_id: int, text: str) -> None:
        """Write a message anew."""
        path = f"/sim/chats/{self.group.chat_id}/messages/{message_id}"
        (await self.group.world.http.patch(path, json={"text": text})).raise_for_status()

    async def deletes(self, message_id: int) -> None:
        """Take a message away."""
        path = f"/sim/chats/{self.group.chat_id}/messages/{message_id}"
        (await self.group.world.http.delete(path)).raise_for_status()

    async def taps_link(self, payload: str = "") -> None:
        """Open t.me/<bot>?start=<payload> and press Start: in the private chat."""
        path = f"/sim/people/{self.person.user_id}/start"
        (await self.group.world.http.post(path, json={"payload": payload})).raise_for_status()

    def _place(self, fields: Json) -> Json:
        """`from`, topic and reply in the words of the local Telegram."""
        conversation = {"from": self.person.user_id, **fields}
        if self.thread_id is not None:
            conversation.setdefault("message_thread_id", self.thread_id)
        if "reply_to" in conversation:
            conversation["reply_to_message_id"] = conversation.pop("reply_to")
        return conversation

    async def _written(self, **request: Any) -> Json:
        path = f"/sim/chats/{self.group.chat_id}/messages"
        answer = await self.group.world.http.post(path, **request)
        assert answer.is_success, answer.text
        said = answer.json()
        return {**said["message"], "unseen": said["update_id"] is None}
