"""Try again among everything else: the storage agrees with the plain model, and each rendering is
billed once, however often it is used.
"""

from __future__ import annotations

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import invariant, rule

from storage.jobs import tasks
from tests.model.plain import PlainJob
from tests.model.test_queue_and_ledger import SMALL, QueueAndLedger, numbers

_RENDERED = ("fetched", "dropped")


class TriedAgain(QueueAndLedger):
    """Whatever its rules do, and what leads to Try again."""

    def __init__(self) -> None:
        super().__init__()
        self.tried: set[int] = set()

    def ordered(self, user_id: int, lengths: tuple[int, ...]) -> PlainJob | None:
        before = len(self.book.jobs)
        self.start(user_id, lengths, SMALL)
        return self.book.jobs[-1] if len(self.book.jobs) > before else None

    @rule(user_id=st.integers(1, 3), is_fetched=st.booleans())
    def a_long_voice_fails_half_way(self, user_id: int, is_fetched: bool) -> None:
        """The queue is served until its first part is billed; the second fails."""
        job = self.ordered(user_id, (997, 1_000))
        if job is None:
            return
        first, second = job.tasks
        everything = range(len(self.book.tasks))
        for _ in everything:
            for number in everything if first.billed is None else ():
                self.prepare(number)
                self.take_slot()
                self.submitted(number)
                self.rendered(number, 0)
        if is_fetched:
            for number in everything:
                self.fetched(number)
        self.fail_task(second.number - 1, "failed-service")

    @rule(number=numbers)
    def try_again(self, number: int) -> None:
        earlier = self.job_in(number, "failed", "cancelled")
        if earlier is None or earlier.number in self.tried:
            return
        job = self.ordered(earlier.user_id, tuple(task.length for task in earlier.tasks))
        if job is None:
            return
        self.tried.add(earlier.number)
        pairs = zip(job.tasks, earlier.tasks, strict=True)
        reused = [(mine, theirs) for mine, theirs in pairs if theirs.state in _RENDERED]
        seen = [self.stored_task(theirs) for _, theirs in reused]
        assert self.move(lambda tx: tasks.reuse(tx, job.number, seen)) == bool(reused)
        assert not self.move(lambda tx: tasks.reuse(tx, job.number, seen))
        for mine, theirs in reused:
            mine.state, mine.name, mine.billed = "fetching", theirs.name, 0

    @invariant()
    def no_rendering_is_billed_twice(self) -> None:
        sql = "SELECT task_id FROM tasks WHERE billed_milliseconds > 0 AND task_id IS NOT NULL"
        billed = self.do(self.database.column(sql))
        assert len(billed) == len({*billed})


TestTriedAgain = TriedAgain.TestCase
TestTriedAgain.settings = settings(
    max_examples=10,
    stateful_step_count=30,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
