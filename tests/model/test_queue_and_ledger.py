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

from bot.gate import RuleRefused
from storage.db.database import Database, Transaction
from storage.db.rows import Row
from storage.jobs import jobs, ledger, moves, task_moves, tasks
from storage.jobs.failures import OBJECTED, SERVICE_FAULTS
from storage.jobs.jobs import Job
from storage.jobs.ledger import Caps, Price
from storage.jobs.tasks import Task
from tests.model.plain import ENDED, JOB_ENDED, PlainBook, PlainJob, PlainTask, Refused, cost_of
from tests.model.test_figures import TOTALS, history, sums
from tests.storage.orders import ACCOUNT, ENGINE, SHANGHAI, make, order, shown
from tests.support.clock import HOUR, FakeClock

Result = TypeVar("Result")

SMALL = Price(micro_yuan_per_second=500_001, quota_weight_permille=1000)
LARGE = Price(micro_yuan_per_second=900_000, quota_weight_permille=1800)
MOST_WAITING = 3

failures = st.sampled_from(("failed-lost", "failed-released", "failed-service", OBJECTED))
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

    def stored_task(self, task: PlainTask) -> Task:
        found: Task | None = self.do(tasks.get(self.database, task.number))
        assert found is not None
        return found

    def job_in(self, number: int, *states: str) -> PlainJob | None:
        found = [job for job in self.book.jobs if not states or job.state in states]
        return found[number % len(found)] if found else None

    def task_in(self, number: int, *states: str) -> PlainTask | None:
        found = [task for task in self.book.tasks if not states or task.state in states]
        return found[number % len(found)] if found else None

    @initialize(
        slots=st.integers(1, 3),
        month=st.sampled_from((None, 50_000)),
        day_money=st.sampled_from((3_000_000, 11_000_000, 60_000_000)),
    )
    def begin(self, slots: int, month: int | None, day_money: int) -> None:
        self.book.slots = slots
        self.book.caps = Caps(SHANGHAI, 30_000, month, day_money, 3 * day_money)

    @rule(
        user_id=st.integers(1, 3),
        wanted=st.one_of(st.tuples(lengths), st.tuples(lengths, lengths)),
        price=st.sampled_from((SMALL, LARGE)),
    )
    def start(self, user_id: int, wanted: tuple[int, ...], price: Price) -> None:
        try:
            expected: PlainJob | str = self.book.start(user_id, wanted, price, self.now)
        except Refused as refusal:
            expected = str(refusal)

        async def start(tx: Transaction) -> Job | None:
            asked = await order(tx, user_id, sum(wanted), price, wanted[:-1])
            return await make(tx, asked, caps=self.book.caps, most_waiting=MOST_WAITING)

        try:
            made = self.move(start)
        except RuleRefused as refusal:
            answer: object = str(refusal)
        else:
            answer = made and made.id
        assert answer == (expected.number if isinstance(expected, PlainJob) else expected)

    @rule(number=numbers)
    def join(self, number: int) -> None:
        job = self.job_in(number, "joining", "making")
        if job is not None:
            moved = self.move(lambda tx: moves.joined(tx, job.number))
            assert moved == (job.state == "joining")
            job.state = "delivering" if moved else job.state

    @rule(number=numbers)
    def prepare(self, number: int) -> None:
        task = self.task_in(number)
        if task is not None:
            seen = self.stored_task(task)
            moved = self.move(lambda tx: task_moves.prepared(tx, seen))
            assert moved == (task.state == "preparing")
            task.state = "ready" if moved else task.state

    @rule(user_id=st.integers(1, 3), count=st.integers(1, 3))
    def a_rush(self, user_id: int, count: int) -> None:
        """Several short videos at once, all prepared, and every slot asked for."""
        for _ in range(count):
            self.start(user_id, (997,), SMALL)
        for task in self.book.tasks:
            if task.state == "preparing":
                self.prepare(task.number - 1)
        for _ in range(self.book.slots + 1):
            self.take_slot()

    @rule()
    def take_slot(self) -> None:
        expected = self.book.take_slot(self.now)
        taken = self.move(
            lambda tx: task_moves.take_slot(
                tx, account=ACCOUNT, slots=self.book.slots, engine=ENGINE
            )
        )
        assert (taken and (taken.id, taken.slot)) == (expected and (expected.number, expected.slot))

    @rule(number=numbers, wait=st.sampled_from((0, 5_000, 7_200_000)), again=st.booleans())
    def waits_again(self, number: int, wait: int, again: bool) -> None:
        task = self.task_in(number, "submitting", "running", "ready")
        if task is None:
            return
        seen = self.stored_task(task)
        if again:
            moved = self.move(lambda tx: task_moves.prepare_again(tx, seen))
        else:
            moved = self.move(lambda tx: task_moves.wait_again(tx, seen, wait / 1000))
        assert moved == (task.state in ("submitting", "running"))
        if moved:
            state = "preparing" if again else "ready"
            self.book.back(task, state, 0 if again else self.now + wait)

    @rule(number=numbers)
    def submitted(self, number: int) -> None:
        task = self.task_in(number, "submitting", "running", "fetched")
        if task is None:
            return
        name, seen = f"task-{task.number}-{len(task.earlier)}", self.stored_task(task)
        moved = self.move(lambda tx: task_moves.submitted(tx, seen, name))
        assert moved == (task.state == "submitting")
        if moved:
            task.state, task.name = "running", name

    @rule(number=numbers, more=st.sampled_from((-20_000, -1, 0, 0, 0, 1, 3_000)))
    def rendered(self, number: int, more: int) -> None:
        task = self.task_in(number, "running", "fetching")
        if task is None:
            return
        billed, seen = max(0, task.length + more), self.stored_task(task)
        moved = self.move(
            lambda tx: task_moves.rendered(tx, seen, video_url="u", billed_milliseconds=billed)
        )
        assert moved == (task.state == "running")
        if moved:
            task.billed = billed
            self.book.end_task(task, "fetching")

    @rule(number=numbers)
    def fetched(self, number: int) -> None:
        task = self.task_in(number, "fetching", "running")
        if task is None:
            return
        seen = self.stored_task(task)
        moved = self.move(lambda tx: task_moves.fetched(tx, seen))
        assert moved == (task.state == "fetching")
        if moved:
            self.book.end_task(task, "fetched")

    @rule(number=numbers, which=numbers)
    def lost(self, number: int, which: int) -> None:
        """A file on our disk is gone or broken, as long as it is needed."""
        job = self.job_in(number, "joining", "delivering", "making", "done")
        if job is None:
            return
        lost = [task for task in job.tasks if task.state == "fetched"]
        chosen = lost[which % len(lost)] if lost else job.tasks[0]
        seen = self.stored_task(chosen)
        moved = self.move(lambda tx: moves.fetch_tasks_again(tx, job.number, [seen]))
        assert moved == (job.state in ("joining", "delivering"))
        if moved:
            job.state, chosen.state = "making", "fetching"

    @rule(number=numbers, gone=st.booleans())
    def delivered(self, number: int, gone: bool) -> None:
        job = self.job_in(number, "delivering", "done", "undeliverable", "failed")
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

    @rule(number=numbers, failure=failures)
    def fail(self, number: int, failure: str) -> None:
        job = self.job_in(number, "joining", "delivering", "done", "failed")
        if job is None:
            return
        seen = self.stored(job)
        moved = self.move(lambda tx: moves.fail(tx, seen, failure, None))
        assert moved == (job.state not in JOB_ENDED)
        if moved:
            job.failure = failure
            self.book.end(job, "failed", person_pays=failure not in SERVICE_FAULTS)

    @rule(number=numbers, failure=failures)
    def fail_task(self, number: int, failure: str) -> None:
        task = self.task_in(number)
        if task is None:
            return
        seen = self.stored_task(task)
        moved = self.move(lambda tx: task_moves.fail(tx, seen, failure, None))
        assert moved == (task.state not in ENDED)
        if moved:
            self.book.fail_task(task, failure)

    @rule(number=numbers)
    def cancel(self, number: int) -> None:
        job = self.job_in(number)
        if job is None:
            return
        moved = self.move(lambda tx: moves.cancel(tx, job.number))
        asked = job.state == "making" and not job.cancel_requested
        if asked:
            job.cancel_requested = 1
            self.book.follow(job)
        assert moved == (asked and job.state == "cancelled")

    @rule(number=numbers, granted=st.booleans())
    def answer_to_the_wish(self, number: int, granted: bool) -> None:
        task = self.task_in(number, "running")
        if task is None or task.cancel_requested != 1:
            return
        seen = self.stored_task(task)
        if granted:
            assert self.move(lambda tx: task_moves.cancelled(tx, seen))
            self.book.end_task(task, "cancelled")
        else:
            self.move(lambda tx: task_moves.cancel_refused(tx, seen))
            task.cancel_requested = 2

    @rule(hours=st.sampled_from((1, 11, 13, 24, 200, 24 * 31)))
    def time_passes(self, hours: int) -> None:
        self.clock.advance(hours * HOUR)

    @rule()
    @precondition(lambda self: self.book.jobs)
    def restart(self) -> None:
        self.do(self.database.close())
        self.database = self.do(Database.open(self.directory / "bot.db", self.clock))

    @invariant()
    def jobs_are_where_the_model_has_them(self) -> None:
        rows = self.do(self.database.fetch_all("SELECT * FROM jobs ORDER BY id"))
        assert [
            (row["id"], row["state"], row["billed_milliseconds"], row["cancel_requested"])
            for row in rows
        ] == [(job.number, job.state, job.billed, job.cancel_requested) for job in self.book.jobs]

    @invariant()
    def what_is_summed_up_is_what_happened(self) -> None:
        assert self.do(sums(self.database, TOTALS)) == self.do(history(self.database))

    @invariant()
    def tasks_are_where_the_model_has_them_and_in_its_order(self) -> None:
        rows = self.do(self.database.fetch_all("SELECT * FROM tasks ORDER BY id"))
        assert [
            (row["id"], row["state"], row["slot"], row["turn"], row["task_id"], row["job_id"])
            for row in rows
        ] == [
            (task.number, task.state, task.slot, task.turn, task.name, task.job)
            for task in self.book.tasks
        ]
        earlier = self.do(self.database.fetch_all("SELECT * FROM earlier_task_ids"))
        assert {(row["for_id"], row["task_id"]) for row in earlier} == {
            (task.number, name) for task in self.book.tasks for name in task.earlier
        }
        open_jobs = {job.number for job in self.book.jobs if job.state not in JOB_ENDED}
        in_order = sorted(self.book.tasks, key=lambda task: (task.turn, task.number))
        assert [task.id for task in self.do(tasks.of_open_jobs(self.database))] == [
            task.number for task in in_order if task.job in open_jobs
        ]

    @invariant()
    def balances_are_the_models_and_under_their_caps(self) -> None:
        """I1."""
        for user_id in (1, 2, 3):
            quota = self.do(ledger.quota_of(self.database, user_id, self.book.caps))
            assert quota.left_milliseconds == self.book.quota_left(user_id, self.now)
            assert quota.used_milliseconds + quota.held_milliseconds <= quota.limit_milliseconds

    @invariant()
    def nobody_costs_more_a_day_than_their_quota_at_the_dearest_price(self) -> None:
        """But for the service's own faults and bills above a hold, which the budget bears."""
        for user_id, day in {(job.user_id, job.day) for job in self.book.jobs}:
            of_day = [
                min(job.money, cost_of(job.price, job.length)[1])
                for job in self.book.jobs
                if (job.user_id, job.day) == (user_id, day) and job.failure not in SERVICE_FAULTS
            ]
            dearest = max(price.micro_yuan_per_second for price in (SMALL, LARGE))
            quota_seconds = self.book.caps.person_day_milliseconds / 1000
            assert sum(of_day) <= quota_seconds * dearest + len(of_day)

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
            assert [row["kind"] for row in mine].count("hold") == 1
            assert (held == 0 and sum(r["held_micro_yuan"] for r in mine) == 0) == (
                job.state in JOB_ENDED
            )
            settled = [row for row in mine if row["kind"] == "settle"]
            for row in settled:
                assert row["flagged"] == (row["video_milliseconds"] > job.length)
            assert bool(settled) == (job.state in JOB_ENDED and job.billed is not None)

    @invariant()
    def the_money_of_each_day_is_the_sum_of_its_entries(self) -> None:
        sums = self.do(
            self.database.fetch_all(
                "SELECT day, SUM(held_micro_yuan + spent_micro_yuan) AS micro_yuan"
                " FROM ledger GROUP BY day ORDER BY day"
            )
        )
        kept = self.do(self.database.fetch_all("SELECT * FROM money_of_days ORDER BY day"))
        assert kept == sums

    @invariant()
    def a_slot_has_one_task(self) -> None:
        """I4."""
        taken = [task.slot for task in self.book.tasks if task.state in ("submitting", "running")]
        assert len(taken) == len(set(taken)) <= self.book.slots


TestQueueAndLedger = QueueAndLedger.TestCase
TestQueueAndLedger.settings = settings(
    max_examples=25,
    stateful_step_count=40,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
