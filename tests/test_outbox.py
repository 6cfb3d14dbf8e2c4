"""What is put into the outbox is done once, in fair turns, whatever comes between."""

from __future__ import annotations

import math
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bot.common import build_outbox
from bot.outbox import Attempt, Kind, NotNow, OutboxRunner, Pointless
from bot.retry import RetryPolicy
from bot.telegram.errors import ChatDead, ChatMoved, NotAllowed, NotSent, SendUnknown, TokenRejected
from storage import outbox
from storage.db.database import Transaction
from storage.groups import chats
from storage.outbox import OutboxEntry
from storage.people import deletion
from tests.support.fake_services import OPERATOR, Fakes, run_all

ADA, BEA, GROUP, NEW_GROUP = 1, 2, -5, -1005
TWICE = RetryPolicy((10, 20))
FAILURES = [NotSent("away"), NotNow("busy")]


@dataclass
class Work:
    """A kind that writes down what it is asked to do, and raises what it is told to."""

    fakes: Fakes
    done: list[tuple[int, str]] = field(default_factory=list)
    given_up: list[str] = field(default_factory=list)
    failures: dict[str, Exception] = field(default_factory=dict)
    before: Callable[[Attempt], Awaitable[None]] | None = None
    tries: int = 0

    def runner(self, **options: Any) -> OutboxRunner:
        options = {"repeatable": True, "given_up": self.give_up, **options}
        kind = Kind(name="work", run=self.run, **options)
        return build_outbox(self.fakes.common, [kind, self.fakes.operator.kind])

    async def put(self, name: str, chat_id: int = ADA, **options: Any) -> bool:
        async with self.fakes.database.transaction() as tx:
            options = {"chat_id": chat_id, "name": name, **options}
            return await outbox.put(tx, "work", f"update:1:{name}", **options)

    async def run(self, attempt: Attempt) -> None:
        self.tries += 1
        entry = attempt.entry
        if self.before is not None:
            await self.before(attempt)
        if (failure := self.failures.get(entry.values["name"])) is not None:
            raise failure
        self.done.append((entry.chat_id, entry.values["name"]))

    async def give_up(self, _: Transaction, entry: OutboxEntry, failure: Exception) -> None:
        self.given_up.append(f"{entry.values['name']}: {failure}")

    async def states(self) -> list[str]:
        return await self.fakes.database.column("SELECT state FROM outbox ORDER BY id")


@pytest.fixture
def work(fakes: Fakes) -> Work:
    return Work(fakes)


async def test_what_is_put_twice_is_done_once(work: Work) -> None:
    runner = work.runner()
    assert await work.put("a")
    assert not await work.put("a")
    await run_all(runner)
    assert not await work.put("a")
    await run_all(runner)
    assert work.done == [(ADA, "a")]


async def test_what_is_asked_for_again_while_it_waits_is_the_same(work: Work) -> None:
    for update in range(3):
        async with work.fakes.database.transaction() as tx:
            await outbox.put(tx, "work", f"update:{update}", chat_id=ADA, name="a")
    await run_all(work.runner())
    assert work.done == [(ADA, "a")]


async def test_an_entry_is_kept_as_long_as_its_update_can_return(work: Work) -> None:
    await work.put("a")
    await run_all(work.runner())
    work.fakes.clock.advance(2.9 * 24 * 3600)
    assert not await work.put("a")
    work.fakes.clock.advance(0.2 * 24 * 3600)
    assert await work.put("b")
    assert await work.states() == ["open"]


@pytest.mark.parametrize("failure", FAILURES, ids=str)
async def test_what_fails_for_now_is_done_later_and_given_up_after_its_last_delay(
    work: Work, failure: Exception
) -> None:
    runner = work.runner(retry=TWICE, longest_seconds=None)
    work.failures["a"] = failure
    await work.put("a")
    for seconds, tries in ((0, 1), (9, 1), (2, 2), (19, 2), (2, 3), (3_600, 3)):
        work.fakes.clock.advance(seconds)
        await run_all(runner)
        assert work.tries == tries
    assert work.given_up == [f"a: {failure}"]
    assert await work.states() == ["given_up"]


async def test_a_bound_on_time_ends_what_is_repeated_without_a_number(work: Work) -> None:
    runner = work.runner(retry=TWICE, longest_seconds=100)
    work.failures["a"] = NotNow("busy")
    await work.put("a")
    for _ in range(20):
        await run_all(runner)
        work.fakes.clock.advance(20.5)
    assert work.tries == 5
    assert await work.states() == ["given_up"]


@pytest.mark.parametrize("failure", [NotAllowed("no"), Pointless("gone")], ids=str)
async def test_what_can_never_be_done_is_given_up_at_once(work: Work, failure: Exception) -> None:
    work.failures["a"] = failure
    await work.put("a")
    await run_all(work.runner())
    assert (work.tries, work.given_up) == (1, [f"a: {failure}"])


async def test_a_kind_says_what_is_done_when_its_fate_is_unknown(work: Work) -> None:
    work.failures["a"] = SendUnknown("cut")
    await work.put("a")
    await run_all(work.runner())
    assert await work.states() == ["open"]
    work.fakes.clock.advance(60)
    await run_all(work.runner(repeatable=False))
    work.fakes.clock.advance(60)
    await run_all(work.runner(repeatable=False))
    assert work.tries == 2
    assert work.given_up == []
    assert await work.states() == ["given_up"]


@pytest.mark.parametrize("repeatable", [True, False])
async def test_a_process_that_dies_while_it_sends_repeats_only_what_may_be_repeated(
    work: Work, *, repeatable: bool
) -> None:
    async def die(attempt: Attempt) -> None:
        await attempt.sending()
        raise RuntimeError("the process dies here")

    work.before = die
    await work.put("a")
    with pytest.raises(RuntimeError):
        await work.runner(repeatable=repeatable).attempt_due()
    work.before = None
    work.fakes.clock.advance(60)
    await run_all(work.runner(repeatable=repeatable))
    assert work.done == ([(ADA, "a")] if repeatable else [])


async def test_a_process_that_dies_before_it_sends_repeats_it(work: Work) -> None:
    async def die(_: Attempt) -> None:
        raise RuntimeError("the process dies here")

    work.before = die
    await work.put("a")
    with pytest.raises(RuntimeError):
        await work.runner(repeatable=False).attempt_due()
    work.before = None
    work.fakes.clock.advance(60)
    await run_all(work.runner(repeatable=False))
    assert work.done == [(ADA, "a")]


@pytest.mark.parametrize(
    ("failure", "chat_id"),
    [
        (NotSent("away"), GROUP),
        (NotNow("busy"), GROUP),
        (ChatMoved(NEW_GROUP), NEW_GROUP),
        (TokenRejected(), GROUP),
    ],
    ids=str,
)
async def test_a_failure_that_proves_that_nothing_was_sent_erases_that_it_was_being_sent(
    work: Work, failure: Exception, chat_id: int
) -> None:
    work.before = Attempt.sending
    work.failures["a"] = failure
    await work.put("a", GROUP)
    with suppress(TokenRejected):
        await run_all(work.runner(repeatable=False))
    work.failures.clear()
    work.fakes.clock.advance(60)
    await run_all(work.runner(repeatable=False))
    assert work.done == [(chat_id, "a")]


async def test_a_crowded_chat_does_not_hold_up_a_strangers_one_entry(work: Work) -> None:
    for number in range(45):
        await work.put(f"crowd {number}", GROUP)
    for chat_id in (ADA, BEA):
        await work.put(f"of {chat_id}", chat_id)
    runner = work.runner()
    while len(work.done) < 47:
        await runner.attempt_due()
        work.fakes.clock.advance(0.001)
    assert [chat_id for chat_id, _ in work.done[:3]] == [GROUP, ADA, BEA]
    assert [name for _, name in work.done[3:]] == [f"crowd {number}" for number in range(1, 45)]


async def test_chats_take_turns_when_there_is_room_for_one(work: Work) -> None:
    for number in range(3):
        await work.put(f"crowd {number}", GROUP)
    await work.put("ada", ADA)
    runner, turns = work.runner(), []
    for _ in range(4):
        (entry,) = await outbox.due(work.fakes.database, 1)
        await runner.attempt(entry)
        turns.append(entry.chat_id)
        work.fakes.clock.advance(0.001)
    assert turns == [GROUP, ADA, GROUP, GROUP]


async def test_sixteen_that_fail_for_ever_block_nobody(work: Work) -> None:
    for number in range(16):
        await work.put(f"bad {number}", 100 + number)
        work.failures[f"bad {number}"] = RuntimeError("a fault of ours")
    await work.put("good", BEA)
    common, kind = work.fakes.common, Kind(name="work", run=work.run, repeatable=True)
    runner = build_outbox(replace(common, wakeup=common.wakeup), [kind])

    async def done() -> bool:
        await runner.begin_what_is_due()
        return bool(work.done)

    await work.fakes.until(done)
    await runner.pool.close(0)
    assert work.done == [(BEA, "good")]


async def test_what_the_disk_refuses_is_tried_once_an_hour_told_once_and_blocks_nobody(
    work: Work,
) -> None:
    runner = work.runner(longest_seconds=math.inf)
    for number in range(16):
        await work.put(f"bad {number}", 100 + number)
        work.failures[f"bad {number}"] = PermissionError(13, "Permission denied")
    await run_all(runner)
    await work.put("good", BEA)
    await run_all(runner)
    assert work.done == [(BEA, "good")]
    assert len(work.fakes.told()) == 1
    for _ in range(6):
        work.fakes.clock.advance(3600)
        await run_all(runner)
    work.tries = 0
    for _ in range(60):
        work.fakes.clock.advance(60)
        await run_all(runner)
    assert work.tries == 16, "an hour's"
    work.failures.clear()
    work.fakes.clock.advance(3600)
    await run_all(runner)
    assert len(work.done) == 17


async def test_of_one_chat_and_kind_one_attempt_is_under_way(work: Work) -> None:
    under_way = most = 0

    async def count(_: Attempt) -> None:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        await work.fakes.clock.sleep(0.01)
        under_way -= 1

    work.before = count
    for number in range(5):
        await work.put(f"a{number}", GROUP)
    runner = work.runner()

    async def done() -> bool:
        await runner.begin_what_is_due()
        return len(work.done) == 5

    await work.fakes.until(done)
    await runner.pool.close(0)
    assert most == 1


@pytest.mark.parametrize("seconds", [100, 3])
async def test_a_chat_that_is_to_be_left_alone_holds_nobody_up(work: Work, seconds: int) -> None:
    await work.put("a", GROUP)
    await work.put("b", GROUP)
    await work.put("c", ADA)
    work.fakes.sender.queue_seconds[GROUP] = seconds
    await run_all(work.runner())
    assert (work.tries, work.done) == (1, [(ADA, "c")])
    work.fakes.sender.queue_seconds.clear()
    work.fakes.clock.advance(seconds - 1)
    await run_all(work.runner())
    assert work.tries == 1
    work.fakes.clock.advance(2)
    await run_all(work.runner())
    assert work.done[1:] == [(GROUP, "a"), (GROUP, "b")]


async def test_what_is_to_be_done_in_a_chat_moves_with_it(work: Work) -> None:
    await work.put("a", GROUP, message_id=9)
    work.failures["a"] = ChatMoved(NEW_GROUP)
    await run_all(work.runner())
    work.failures.clear()
    work.fakes.clock.advance(60)
    await work.put("b", GROUP, message_id=9)
    await run_all(work.runner())
    assert work.done == [(NEW_GROUP, "a"), (NEW_GROUP, "b")]
    rows = await work.fakes.database.column("SELECT message_id FROM outbox")
    assert rows == [0, 0]


async def test_nothing_is_left_to_do_in_a_dead_chat(work: Work) -> None:
    await work.put("a")
    await work.put("b")
    await work.put("c", BEA)
    work.failures["a"] = ChatDead("blocked")
    await run_all(work.runner())
    assert work.done == [(BEA, "c")]
    assert await work.states() == ["given_up", "given_up", "done"]
    assert await chats.is_dead(work.fakes.database, ADA)


async def test_forgetting_a_person_takes_their_entries(work: Work) -> None:
    await work.put("a", user_id=ADA)
    await work.put("b", BEA, user_id=BEA)
    async with work.fakes.database.transaction() as tx:
        await deletion.forget(tx, ADA, -7)
    await run_all(work.runner())
    assert work.done == [(BEA, "b")]


async def test_what_is_forgotten_meanwhile_is_not_sent(work: Work) -> None:
    async def forget(attempt: Attempt) -> None:
        async with work.fakes.database.transaction() as tx:
            await deletion.forget(tx, ADA, -7)
        await attempt.sending()

    work.before = forget
    await work.put("a", user_id=ADA)
    await run_all(work.runner())
    assert (work.tries, work.done, work.given_up) == (1, [], [])


async def test_an_attempt_ends_no_entry_that_has_its_number_by_then(work: Work) -> None:
    """What is erased leaves its number to the next entry."""

    async def replace_it(attempt: Attempt) -> None:
        async with work.fakes.database.transaction() as tx:
            await outbox.erase(tx, attempt.entry)
            await outbox.put(tx, "work", "update:2", chat_id=BEA, name="b")

    work.before = replace_it
    await work.put("a")
    await work.runner().attempt_due()
    work.before = None
    await run_all(work.runner())
    assert work.done == [(ADA, "a"), (BEA, "b")]


async def test_an_entry_that_names_who_is_forgotten_goes_when_it_ends(work: Work) -> None:
    await work.put("a")
    await run_all(work.runner(erased=True))
    assert await work.states() == []
    assert work.done == [(ADA, "a")]


async def test_a_kind_that_is_not_known_is_kept_and_told_once(work: Work) -> None:
    runner = work.runner()
    async with work.fakes.database.transaction() as tx:
        await outbox.put(tx, "of a later version", "update:7", chat_id=ADA)
    for _ in range(3):
        await run_all(runner)
        work.fakes.clock.advance(4_000)
    (told,) = work.fakes.sender.to(OPERATOR)
    assert "of a later version" in told
    assert (await work.states())[0] == "open"


@pytest.mark.parametrize("longest_seconds", [None, 7 * 24 * 3600.0])
async def test_a_kind_that_was_not_known_for_long_is_done_when_it_is(
    work: Work, longest_seconds: float | None
) -> None:
    """Looking at it was no attempt; nor was it in vain."""
    await work.put("a")
    older = build_outbox(work.fakes.common, [work.fakes.operator.kind])
    for _ in range(10):
        await run_all(older)
        work.fakes.clock.advance(24 * 3600)
    await run_all(work.runner(retry=TWICE, longest_seconds=longest_seconds))
    assert work.done == [(ADA, "a")]


async def test_what_a_later_version_was_at_when_it_was_taken_back_is_told_and_not_repeated(
    work: Work,
) -> None:
    async def die(attempt: Attempt) -> None:
        await attempt.sending()
        raise RuntimeError("the process dies here")

    work.before = die
    await work.put("a")
    with pytest.raises(RuntimeError):
        await work.runner(repeatable=False).attempt_due()
    work.before = None
    work.fakes.clock.advance(60)
    await run_all(build_outbox(work.fakes.common, [work.fakes.operator.kind]))
    (told,) = work.fakes.sender.to(OPERATOR)
    assert "work" in told
    work.fakes.clock.advance(4_000)
    await run_all(work.runner(repeatable=False))
    assert (work.tries, (await work.states())[0]) == (1, "given_up")


async def test_two_people_of_a_group_that_moved_ask_for_two_things(work: Work) -> None:
    """Which message each of them meant is not known any more."""
    async with work.fakes.database.transaction() as tx:
        await chats.move(tx, GROUP, NEW_GROUP)
        for user_id in (ADA, BEA):
            asked = {"chat_id": GROUP, "message_id": user_id, "user_id": user_id}
            await outbox.put(tx, "work", f"update:{user_id}", name="a", **asked)
    await run_all(work.runner())
    assert work.done == [(NEW_GROUP, "a")] * 2


async def test_ten_thousand_that_wait_are_looked_through_in_moments(work: Work) -> None:
    async with work.fakes.database.transaction() as tx:
        await tx.execute(
            """
            WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)
            INSERT INTO outbox (kind, unique_key, chat_id, arguments, run_at_milliseconds,
                created_at_milliseconds)
            SELECT 'work', 'update:' || i, i % 500, '{}', 0, 0 FROM n
            """
        )
    first = await outbox.due(work.fakes.database, 8)
    assert len({entry.chat_id for entry in first}) == 8
