"""Several programs that poll with one token: one has all updates, the others wait for its end."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

import httpx
import pytest

from bot.http_client import HttpClient
from bot.sandbox.faults import FaultBoard
from bot.sandbox.journal import Journal
from bot.sandbox.telegram.app import create_telegram_app
from bot.telegram.polling import Polling
from storage.inbox import StoredUpdate
from tests.support.clock import FakeClock
from tests.support.credentials import TOKEN

LAST_WORD_SECONDS = 30
"""After that it is settled who polls."""
URL = "http://127.0.0.1"
TURNS = 40
"""Of the loop in a second: far more than anything here takes."""
PERSON = 7_001


@dataclass
class Program:
    """One that polls: ours, with what it took in, when it was last answered, whether it told of
    the other; or somebody else's, which never gives way.
    """

    took: list[int] = field(default_factory=list)
    heard_at: float = 0.0
    told: int = 0
    polling: Polling | None = None
    task: asyncio.Task[None] = field(init=False)

    async def receive(self, updates: Iterable[StoredUpdate]) -> None:
        self.took += [update.update_id for update in updates]

    async def tell(self) -> None:
        self.told += 1

    async def end(self) -> None:
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)


@dataclass
class Rivals:
    """All who poll, and the one Telegram, where somebody writes once a second."""

    clock: FakeClock
    http: HttpClient
    wrote: list[int] = field(default_factory=list)

    async def passes(self, seconds: int) -> list[int]:
        """So much time; what was written in it."""
        since = len(self.wrote)
        for _ in range(seconds):
            said = await self.http.post(f"{URL}/sim/chats/{PERSON}/messages", json={"text": "hi"})
            self.wrote.append(said.json()["update_id"])
            self.clock.advance(1.0)
            for _ in range(TURNS):
                await asyncio.sleep(0)
        return self.wrote[since:]

    def ours(self) -> Program:
        """One more of our own begins."""
        program = Program()
        bot = cast(Any, SimpleNamespace(base_url=f"{URL}/bot{TOKEN}"))

        def heard() -> None:
            program.heard_at = self.clock.steady_seconds()

        program.polling = Polling(
            bot=bot,
            http=self.http,
            receiver=cast(Any, program),
            clock=self.clock,
            on_heard=heard,
            on_giving_way=program.tell,
        )
        program.task = asyncio.create_task(program.polling.run())
        return program

    def foreign(self) -> Program:
        """One of a kind that polls again a second after its poll was ended, for ever."""
        program = Program()
        program.task = asyncio.create_task(self._poll(program.took))
        return program

    async def _poll(self, took: list[int]) -> None:
        offset = 0
        while True:
            asked = {"offset": offset, "timeout": 30}
            answer = await self.http.post(f"{URL}/bot{TOKEN}/getUpdates", json=asked)
            for update in answer.json().get("result", []):
                offset = update["update_id"] + 1
                took.append(update["update_id"])
            if answer.is_error:
                await self.clock.sleep(1.0)


@asynccontextmanager
async def rivals() -> AsyncIterator[Rivals]:
    clock = FakeClock(jumps=False)
    app = create_telegram_app(Journal(clock), FaultBoard(), clock=clock)
    async with HttpClient(transport=httpx.ASGITransport(app)) as http:
        await http.post(f"{URL}/sim/people", json={"first_name": "Ann", "user_id": PERSON})
        yield Rivals(clock, http)
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()


async def test_the_newcomer_takes_nothing_and_is_there_soon_after_the_other_has_ended() -> None:
    async with rivals() as there:
        first = there.ours()
        await there.passes(20)
        newcomer = there.ours()
        written = await there.passes(200)
        assert (first.told, newcomer.told) == (0, 1)
        assert [number for number in newcomer.took if number in written[LAST_WORD_SECONDS:]] == []
        assert there.clock.steady_seconds() - first.heard_at < LAST_WORD_SECONDS
        assert there.clock.steady_seconds() - newcomer.heard_at > 75
        assert set(first.took) | set(newcomer.took) >= set(written[:-LAST_WORD_SECONDS])
        assert not {*first.took} & {*newcomer.took} & {*written[LAST_WORD_SECONDS:]}
        await first.end()
        missed = await there.passes(LAST_WORD_SECONDS)
        assert there.clock.steady_seconds() - newcomer.heard_at < LAST_WORD_SECONDS
        await there.passes(2)
        assert {*first.took, *newcomer.took} >= {*missed}


async def test_one_that_never_gives_way_has_all_of_it_until_it_ends() -> None:
    """Going halves with it, each would have the photo or the voice and never both."""
    async with rivals() as there:
        ours = there.ours()
        await there.passes(20)
        foreign = there.foreign()
        written = await there.passes(100)
        after = written[LAST_WORD_SECONDS:]
        assert ours.told == 1
        assert not set(ours.took) & set(after)
        assert {*ours.took, *foreign.took} >= set(written[:-LAST_WORD_SECONDS])
        await foreign.end()
        missed = await there.passes(LAST_WORD_SECONDS)
        assert ours.took[-1] == missed[-1]


@pytest.mark.sampled(every=8)
@pytest.mark.parametrize("seed", range(8))
async def test_whoever_comes_and_goes_half_a_minute_later_one_has_it_all(seed: int) -> None:
    dice = random.Random(seed)
    async with rivals() as there:
        programs, gone = [there.ours() for _ in range(dice.randint(1, 3))], list[Program]()
        for _ in range(4):
            if len(programs) > 1 and dice.random() < 0.5:
                gone.append(programs.pop(dice.randrange(len(programs))))
                await gone[-1].end()
            elif len(programs) < 3:
                programs.append(there.ours())
            await there.passes(LAST_WORD_SECONDS + dice.randint(0, 30))
            written = set(await there.passes(dice.randint(3, 60)))
            assert sum(bool(written & set(one.took)) for one in programs) == 1
        await there.passes(LAST_WORD_SECONDS)
        everyone = [*programs, *gone]
        taken = [number for one in everyone for number in one.took]
        assert {*taken} >= {*there.wrote[:-LAST_WORD_SECONDS]}
