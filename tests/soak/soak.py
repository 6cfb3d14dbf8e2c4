"""A soak: people, bad luck and restarts for days of virtual time, then the invariants."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from tests.soak.machine import Gauge
from tests.soak.people import crowd, lives
from tests.soak.town import Town, town
from tests.soak.virtual import VirtualLoop
from tests.soak.witnesses import check
from tests.support.invariants import Findings

DAY_SECONDS = 86_400.0
_REST_SECONDS = 2 * DAY_SECONDS


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything."""

    people: int = 1_000
    days: float = 7.0
    faults: float = 0.05
    seed: int = 1
    sessions_per_day: float = 0.7
    hours_between_ends: float = 2.0
    tick_seconds: float = 10.0
    samples: int = 56


@dataclass(frozen=True, slots=True)
class Report:
    """What came of it."""

    plan: Plan
    found: Findings
    gauge: Gauge
    counts: Counter[str]
    calls: Counter[str]
    injected: Counter[str]
    virtual_days: float
    wall_seconds: float
    processor_seconds: float


def run(plan: Plan, directory: Path) -> Report:
    """Live through it; the databases stay in `directory`."""
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(plan.tick_seconds)) as runner:
        return runner.run(_soak(plan, directory))


async def _soak(plan: Plan, directory: Path) -> Report:
    wall, processor, gauge = time.monotonic(), time.process_time(), Gauge()
    async with town(
        directory,
        seed=plan.seed,
        faults=plan.faults,
        # Tight enough to be reached on some days, so that refusals are part of the soak.
        budget_yuan_per_day=max(50, 2 * plan.people),
        budget_yuan_per_month=max(500, 12 * plan.people),
        quota_seconds_per_day=40,
        quota_seconds_per_month=120,
        detections_per_person_per_day=6,
    ) as there:
        there.start()
        await _days(plan, there, gauge)
        found = check(there)
        return Report(
            plan,
            found,
            gauge,
            there.counts,
            there.provider.calls + there.sender.calls,
            there.chance.injected,
            there.clock.steady_seconds() / DAY_SECONDS,
            time.monotonic() - wall,
            time.process_time() - processor,
        )


async def _days(plan: Plan, there: Town, gauge: Gauge) -> None:
    """The people's days with the machine's bad ones, then peace until nothing is left to do."""
    until = plan.days * DAY_SECONDS
    people = crowd(plan.people, there.mailbox, there.chats, there.chance, there.clock)
    stop = asyncio.Event()
    ends = asyncio.create_task(there.live_through_ends(plan.hours_between_ends * 3600, stop))
    gauging = asyncio.create_task(_sample(gauge, there, until / plan.samples))
    living = asyncio.create_task(lives(people, plan.sessions_per_day, until))
    await asyncio.wait({living, ends}, return_when=asyncio.FIRST_COMPLETED)
    if ends.done():
        ends.result()
    await living
    there.chance.faults = 0.0
    stop.set()
    await ends
    gauging.cancel()
    with suppress(asyncio.CancelledError):
        await gauging
    # What met a token that was not valid waits for the next start.
    await there.stop()
    there.start()
    await there.rest(_REST_SECONDS)


async def _sample(gauge: Gauge, there: Town, every_seconds: float) -> None:
    while True:
        await there.clock.sleep(every_seconds)
        gauge.look(there.clock.steady_seconds())
