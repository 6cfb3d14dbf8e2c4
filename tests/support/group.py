"""A group of the local Telegram.

there = await Group.create(world, "Faces", ada, ben)
photo = await there.member(ben).sends_photo()
await there.member(ada).commands("/talk", reply_to=photo)
asked = await there.sees(said("…"), reply_to=…)
await there.member(ada).says(reply_to=asked["message_id"])
await there.sees_video()
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bot.sandbox.telegram.groups import MIGRATION
from tests.support.chats import Json
from tests.support.person import Person, Seen
from tests.support.world import World


@dataclass
class Group(Seen):
    """A group chat as its people see it; privacy mode is on unless a test switches it off."""

    world: World
    chat_id: int
    people: dict[int, Person] = field(default_factory=dict)
    thread_id: None = None

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
        members = [person.user_id for person in people]
        body = {"title": title, "members": members, "type": kind, "is_forum": forum, **fields}
        made = await world.ask("POST", "groups", body)
        return cls(world, made["chat_id"], {p.user_id: p for p in people})

    @property
    def owner(self) -> Person:
        """Who opened it."""
        return next(iter(self.people.values()))

    def member(self, person: Person, thread_id: int | None = None) -> Person:
        """That person here, in one topic if it is named."""
        return replace(person, chat_id=self.chat_id, thread_id=thread_id)

    async def joins(self, person: Person) -> Person:
        """Somebody comes in."""
        await self._ask("POST", "members", user_ids=[person.user_id])
        self.people[person.user_id] = person
        return self.member(person)

    async def sets_bot(self, status: str, **rights: bool) -> None:
        """The owner makes the bot a "member", "administrator", "restricted", "left", "kicked"."""
        await self._ask("PATCH", "members/bot", status=status, rights=rights)

    async def sets_member(self, person: Person, status: str, **rights: bool) -> None:
        """The owner promotes, demotes, restricts or removes a person; `is_anonymous` is a right."""
        await self._ask("PATCH", f"members/{person.user_id}", status=status, rights=rights)

    async def permits(self, **permissions: bool) -> None:
        """What everybody who is no administrator may do here: `can_send_videos=False` and such."""
        await self._ask("PATCH", "", permissions=permissions)

    async def opens_topic(self, name: str) -> int:
        """A new topic of a forum; its thread's id."""
        topic = await self._ask("POST", "topics", name=name, **{"from": self.owner.user_id})
        return int(topic["message_thread_id"])

    async def migrates(self, told: Sequence[str] = MIGRATION) -> Group:
        """The basic group becomes a supergroup, of which that much is told; the new one."""
        grown = await self._ask("POST", "migrate", told=told)
        return replace(self, chat_id=int(grown["chat_id"]))

    async def _ask(self, verb: str, path: str, **body: Any) -> Json:
        said: Json = await self.world.ask(verb, f"chats/{self.chat_id}/{path}".rstrip("/"), body)
        return said
