"""What follows a finished task holds up neither the next submission nor a look at what runs."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from unittest.mock import AsyncMock

import pytest

from bot.jobs.steps import Step, StepPool
from bot.task_pool import Work
from bot.worker import Worker
from storage.jobs.tasks import Task
from tests.support.fake_services import Fakes

MANY = 100


@pytest.mark.parametrize("stuck", [StepPool.OTHER, StepPool.DELIVERING])
async def test_steps_that_take_long_leave_places_for_submissions_and_looks(
    fakes: Fakes, stuck: StepPool
) -> None:
    task, begun = await fakes.running_task(), list[str]()
    done, freed = asyncio.Event(), asyncio.Event()

    async def begin(name: str) -> None:
        begun.append(name)
        done.set() if {"look", "submission"} <= set(begun) else None

    async def stick() -> None:
        await freed.wait()

    async def fill(_kinds: object) -> AsyncIterator[tuple[Task, Work]]:
        yield task, lambda: begin("submission")

    submission: Any = AsyncMock()
    submission.fill = fill
    steps: Any = AsyncMock()
    steps.due.return_value = [
        *(Step(("stuck", number), stick, stuck) for number in range(MANY)),
        Step("look", lambda: begin("look"), StepPool.WATCHING),
    ]
    stop, other = asyncio.Event(), AsyncMock()
    worker = Worker(common=fakes.common, background_tasks=[], outbox=other)
    worker.steps, worker.submission, worker.progress = steps, submission, other
    running = asyncio.create_task(worker.run(stop))
    await asyncio.wait_for(done.wait(), 30)
    freed.set()
    stop.set()
    await running
