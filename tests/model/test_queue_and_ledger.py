"""Whatever is done in whatever order, the storage and a plain model of it agree after each step."""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from storage.db.database import Database, Transaction
from storage.db.rows import Row
from storage.jobs import job_parts, jobs, ledger, moves
from storage.jobs.jobs import Job, TooManyWaiting
from storage.jobs.ledger import BudgetExhausted, Caps, Price, QuotaExceeded
from tests.model.plain import ENDED, PlainBook, PlainJob, Refused
from tests.storage.orders import ACCOUNT, ENGINE, SHANGHAI, order, shown
from tests.support.clock import HOUR, FakeClock

Result = TypeVar("Result")

SMALL = Price(micro_yuan_per_second=500_001, quota_weight_permille=1000)
LARGE = Price(micro_yuan_per_second=900_000, quota_weight_permille=1800)
MOST_WAITING = 3

numbers = st.integers(0, 50)
lengths = st.sampled_from((1, 997, 1_000, 5_001, 9_999, 19_900))


async def deliver(tx: Transaction, job: Job) -> bool:
    return await moves.delivered(await shown(tx, job), job)


class QueueAndLedger(RuleBasedStateMachine):
    """Rules are what the pipeline and people do; checks compare everything each time."""

    def __init__(self) -> None:
        super().__init__()
        self.directory = Path(tempfile.mkdtemp())
        self.runner = asyncio.Runner()
        self.clock = FakeClock()
        self.database = self.do(Database.open(self.directory / "bot.db", self.clock))
        self.book = PlainBook(Caps(SHANGHAI, 1, 1, 1, 1), 1, MOST_WAITING)
        self.ledger: list[Row] = []

    @property
    def now(self) -> int:
        return self.clock.now_milliseconds()

    def teardown(self) -> None:
        self.do(self.database.close())
        self.runner.close()
        shutil.rmtree(self.directory)

    def do(self, work: Any) -> Any:
        return self.runner.run(work)

    def move(self, work: Callable[[Transaction], Awaitable[Result]]) -> Result:
        async def in_transaction() -> Result:
            async with self.database.transaction() as tx:
                return await work(tx)

        result: Result = self.do(in_transaction())
        return result

    def stored(self, job: PlainJob) -> Job:
        found: Job | None = self.do(jobs.get(self.database, job.number))
        assert found is not None
        return found

    def any_in(self, number: int, *states: str) -> PlainJob | None:
        found = [job for job in self.book.jobs if not states or job.state in states]
        return found[number % len(found)] if found else None

    @initialize(
        slots=st.integers(1, 3),
        month=st.sampled_from((None, 50_000)),
        day_money=st.sampled_from((3_000_000, 11_000_000, 60_000_000)),
    )
    def begin(self, slots: int, month: int | None, day_money: int) -> None:
        self.book.slots = slots
        self.book.caps = Caps(SHANGHAI, 30_000, month, day_money, 3 * day_money)

    @rule(user_id=st.integers(1, 3), length=lengths, price=st.sampled_from((SMALL, LARGE)))
    def start(self, user_id: int, length: int, price: Price) -> None:
        try:
            expected: PlainJob | str = self.book.start(user_id, length, price, self.now)
        except Refused as refusal:
            expected = str(refusal)

        async def start(tx: Transaction) -> Job | None:
            return await jobs.start(
                tx,
                await order(tx, user_id, length, price),
                caps=self.book.caps,
                waiting_per_person=MOST_WAITING,
            )

        try:
            made = self.move(start)
        except (TooManyWaiting, QuotaExceeded, BudgetExhausted) as refusal:
            answer: object = type(refusal).__name__
        else:
            answer = made and (made.id, made.turn)
        if isinstance(expected, PlainJob):
            assert answer == (expected.number, expected.turn)
        else:
            assert answer == expected

    @rule(user_id=st.integers(1, 3), first=lengths, second=lengths)
    def start_whole(self, user_id: int, first: int, second: int) -> None:
        """Two parts under one hold; all that can happen to a job can happen to a part."""
        try:
            whole = self.book.start_whole(user_id, (first, second), SMALL, self.now)
            expected: PlainJob | str = whole
        except Refused as refusal:
            expected = str(refusal)

        async def start(tx: Transaction) -> Job | None:
            return await job_parts.start(
                tx,
                await order(tx, user_id, first + second, SMALL),
                cuts=(first,),
                caps=self.book.caps,
                waiting_per_person=MOST_WAITING,
            )

        try:
            made = self.move(start)
        except (TooManyWaiting, QuotaExceeded, BudgetExhausted) as refusal:
            answer: object = type(refusal).__name__
        else:
            answer = made and (made.id, made.turn)
        if isinstance(expected, PlainJob):
            assert answer == (expected.number, expected.turn)
        else:
            assert answer == expected

    def follow(self, job: PlainJob) -> None:
        """What became of a part shows in its whole."""
        if job.whole is not None:
            self.book.follow(self.book.jobs[job.whole - 1])

    @rule(number=numbers)
    def join(self, number: int) -> None:
        job = self.any_in(number, "joining", "in_parts")
        if job is not None:
            moved = self.move(lambda tx: job_parts.joined(tx, job.number))
            assert moved == (job.state == "joining")
            job.state = "delivering" if moved else job.state

    @rule(number=numbers)
    def prepare(self, number: int) -> None:
        job = self.any_in(number)
        if job is not None:
            moved = self.move(lambda tx: moves.prepared(tx, job.number))
            assert moved == (job.state == "preparing")
            job.state = "ready" if moved else job.state

    @rule(user_id=st.integers(1, 3), count=st.integers(1, 3))
    def a_rush(self, user_id: int, count: int) -> None:
        """Several short videos at once, all prepared, and every slot asked for."""
        for _ in range(count):
            self.start(user_id, 997, SMALL)
        for job in list(self.book.jobs):
            if job.state == "preparing":
                self.prepare(job.number - 1)
        for _ in range(self.book.slots + 1):
            self.take_slot()

    @rule()
    def take_slot(self) -> None:
        expected = self.book.take_slot(self.now)
        taken = self.move(
            lambda tx: moves.take_slot(tx, account=ACCOUNT, slots=self.book.slots, engine=ENGINE)
        )
        assert (taken and (taken.id, taken.slot)) == (expected and (expected.number, expected.slot))

    @rule(number=numbers, wait=st.sampled_from((0, 5_000, 7_200_000)), again=st.booleans())
    def not_submitted(self, number: int, wait: int, again: bool) -> None:
        job = self.any_in(number)
        if job is None:
            return
        if again:
            moved = self.move(lambda tx: moves.prepare_again(tx, job.number))
        else:
            moved = self.move(lambda tx: moves.not_submitted(tx, job.number, self.now + wait))
        assert moved == (job.state == "submitting")
        if moved:
            state = "preparing" if again else "ready"
            self.book.back(job, state, 0 if again else self.now + wait)
            self.follow(job)

    @rule(number=numbers)
    def submitted(self, number: int) -> None:
        job = self.any_in(number, "submitting", "running", "done")
        if job is None:
            return
        task = f"task-{job.number}"
        moved = self.move(lambda tx: moves.submitted(tx, job.number, task))
        assert moved == (job.state == "submitting")
        if moved:
            job.state, job.task = "running", task

    @rule(number=numbers, more=st.sampled_from((-20_000, -1, 0, 0, 0, 1, 3_000)))
    def rendered(self, number: int, more: int) -> None:
        job = self.any_in(number, "running", "fetching")
        if job is None:
            return
        billed = max(0, job.length + more)
        moved = self.move(
            lambda tx: moves.rendered(tx, job.number, video_url="u", billed_milliseconds=billed)
        )
        assert moved == (job.state == "running")
        if moved:
            job.state, job.slot, job.billed = "fetching", None, billed
            self.follow(job)

    @rule(number=numbers)
    def fetched(self, number: int) -> None:
        job = self.any_in(number, "fetching", "running")
        if job is not None and job.whole is not None:
            moved = self.move(lambda tx: job_parts.kept(tx, job.number))
            assert moved == (job.state == "fetching")
            if moved:
                self.book.end_part(job, "kept")
                self.follow(job)
        elif job is not None:
            moved = self.move(lambda tx: moves.fetched(tx, job.number))
            assert moved == (job.state == "fetching")
            job.state = "delivering" if moved else job.state

    @rule(number=numbers, gone=st.booleans())
    def delivered(self, number: int, gone: bool) -> None:
        job = self.any_in(number, "delivering", "done", "undeliverable", "failed")
        if job is None:
            return
        seen = self.stored(job)
        if gone:
            moved = self.move(lambda tx: moves.undeliverable(tx, seen, "gone"))
        else:
            moved = self.move(lambda tx: deliver(tx, seen))
        assert moved == (job.state == "delivering")
        if moved:
            self.book.end(job, "undeliverable" if gone else "done", person_pays=True)

    @rule(number=numbers)
    def fail(self, number: int) -> None:
        job = self.any_in(number)
        if job is None:
            return
        seen = self.stored(job)
        moved = self.move(lambda tx: moves.fail(tx, seen, "failed-lost", None))
        assert moved == (job.state not in ENDED and not (job.state == "in_parts" and job.failed))
        if moved and job.state == "in_parts":
            job.failed = True
            self.book.follow(job)
        elif moved and job.whole is not None:
            self.book.end_part(job, "failed")
            self.follow(job)
        elif moved:
            self.book.end(job, "failed", person_pays=False)

    @rule(number=numbers)
    def cancel(self, number: int) -> None:
        job = self.any_in(number)
        if job is None:
            return
        moved = self.move(lambda tx: moves.cancel_waiting(tx, job.number))
        if job.state == "in_parts":
            wished_before, job.cancel_requested = job.cancel_requested, 1
            self.book.follow(job)
            assert moved == (job.state == "cancelled" and not wished_before)
            return
        assert moved == (job.state in ("preparing", "ready"))
        if moved:
            self.end_for_nothing(job)
            return
        asked = self.move(lambda tx: moves.request_cancel(tx, job.number))
        waits = job.state in ("submitting", "running") and job.cancel_requested == 0
        assert asked == waits
        job.cancel_requested += asked

    def end_for_nothing(self, job: PlainJob) -> None:
        if job.whole is None:
            self.book.end(job, "cancelled", person_pays=False)
        else:
            self.book.end_part(job, "cancelled")
            self.follow(job)

    @rule(number=numbers, granted=st.booleans())
    def answer_to_the_wish(self, number: int, granted: bool) -> None:
        job = self.any_in(number, "running")
        if job is None or job.cancel_requested != 1:
            return
        if granted:
            seen = self.stored(job)
            assert self.move(lambda tx: moves.cancelled(tx, seen))
            self.end_for_nothing(job)
        else:
            self.move(lambda tx: moves.cancel_refused(tx, job.number))
            job.cancel_requested = 2

    @rule(hours=st.sampled_from((1, 11, 13, 24, 200, 24 * 31)))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(hours * HOUR)

    @rule()
    @precondition(lambda self: self.book.jobs)
    def restart(self) -> None:
        self.do(self.database.close())
        self.database = self.do(Database.open(self.directory / "bot.db", self.clock))

    @invariant()
    def jobs_are_where_the_model_has_them_and_in_its_order(self) -> None:
        rows = self.do(self.database.fetch_all("SELECT * FROM jobs ORDER BY id"))
        assert [
            (row["id"], row["state"], row["slot"], row["turn"], row["task_id"], row["user_id"])
            for row in rows
        ] == [
            (job.number, job.state, job.slot, job.turn, job.task, job.user_id)
            for job in self.book.jobs
        ]
        open_now = [job.id for job in self.do(jobs.open_jobs(self.database))]
        assert open_now == [
            job.number
            for job in sorted(self.book.jobs, key=lambda job: (job.turn, job.number))
            if job.state not in ENDED
        ]

    @invariant()
    def balances_are_the_models_and_under_their_caps(self) -> None:
        """I1."""
        for user_id in (1, 2, 3):
            quota = self.do(ledger.quota_of(self.database, user_id, self.book.caps))
            assert quota.left_milliseconds == self.book.quota_left(user_id, self.now)
            assert quota.used_milliseconds + quota.held_milliseconds <= quota.limit_milliseconds

    @invariant()
    def entries_only_come_and_resolve_each_hold_once(self) -> None:
        """I2, I3, I7, I9."""
        rows = self.do(self.database.fetch_all("SELECT * FROM ledger ORDER BY id"))
        assert rows[: len(self.ledger)] == self.ledger
        self.ledger = rows
        for job in self.book.jobs:
            mine = [row for row in rows if row["job_id"] == job.number]
            held = sum(row["held_quota_milliseconds"] for row in mine)
            spent = sum(row["spent_quota_milliseconds"] for row in mine)
            money = sum(row["held_micro_yuan"] + row["spent_micro_yuan"] for row in mine)
            assert (held + spent, money) == (job.quota, job.money)
            assert [row["kind"] for row in mine].count("hold") == (job.whole is None)
            if job.whole is not None:
                continue
            assert (held == 0 and sum(r["held_micro_yuan"] for r in mine) == 0) == (
                job.state in ENDED
            )
            settled = [row for row in mine if row["kind"] == "settle"]
            for row in settled:
                assert row["flagged"] == (row["video_milliseconds"] > job.length)
            assert bool(settled) == (job.state in ENDED and job.billed is not None)

    @invariant()
    def a_slot_has_one_job(self) -> None:
        """I4."""
        taken = [job.slot for job in self.book.jobs if job.state in ("submitting", "running")]
        assert len(taken) == len(set(taken)) <= self.book.slots


TestQueueAndLedger = QueueAndLedger.TestCase
TestQueueAndLedger.settings = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
