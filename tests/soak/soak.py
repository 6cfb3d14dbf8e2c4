"""A soak: people, bad luck and restarts for days of virtual time, then the invariants."""

from __future__ import annotations

import asyncio
import gc
import os
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from statistics import linear_regression
from typing import Any

from bot.limits import limits_of
from tests.soak.people import crowd
from tests.soak.virtual import VirtualLoop
from tests.soak.witnesses import check
from tests.soak.world import SoakWorld, soak_world
from tests.support.invariants import Findings

_DAY_SECONDS = 86_400.0
_REST_SECONDS = 2 * _DAY_SECONDS
_RESTART_PAUSE_SECONDS = 5.0
_KEPT = 3
"""Of files, tasks and the like for each of the people: about a day's."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How much of everything."""

    people: int = 1_000
    members: int = 30
    days: float = 7.0
    faults: float = 0.05
    seed: int = 1
    sessions_per_day: float = 0.7
    hours_between_ends: float = 2.0
    tick_seconds: float = 10.0
    samples: int = 56


@dataclass
class Gauge:
    """Samples of memory and open files (Linux), at moments of the soak's own time."""

    hours: list[float] = field(default_factory=list)
    megabytes: list[float] = field(default_factory=list)
    files: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        gc.collect()
        gc.freeze()  # what is there before a soak need not be looked through at each sample

    def look(self, seconds: float) -> None:
        """Take a sample."""
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
        self.hours.append(seconds / 3600)
        self.megabytes.append(pages * os.sysconf("SC_PAGE_SIZE") / 1e6)
        self.files.append(len(list(Path("/proc/self/fd").iterdir())))

    def a_day(self, samples: list[float]) -> float:
        """How fast that grew once the caches were full: the slope of the second half."""
        middle = len(samples) // 2
        if len(samples) - middle < 2:
            return 0.0
        return linear_regression(self.hours[middle:], samples[middle:]).slope * 24


@dataclass
class Report:
    """What came of it."""

    plan: Plan
    found: Findings = field(default_factory=Findings)
    gauge: Gauge = field(default_factory=Gauge)
    counts: dict[str, Counter[str]] = field(default_factory=dict)


def run(plan: Plan, directory: Path) -> Report:
    """Live through it; the databases stay in `directory`."""
    report, since = Report(plan), (time.monotonic(), time.process_time())
    with asyncio.Runner(loop_factory=lambda: VirtualLoop(plan.tick_seconds)) as runner:
        runner.run(_soak(report, directory))
    seconds = {
        "seconds by the clock": round(time.monotonic() - since[0]),
        "seconds of the processor": round(time.process_time() - since[1]),
    }
    report.counts["machine"].update(seconds)
    return report


async def _soak(report: Report, directory: Path) -> None:
    plan = report.plan
    async with soak_world(
        directory,
        seed=plan.seed,
        faults=plan.faults,
        # Tight enough to be reached on some days, so that refusals are part of the soak.
        budget_yuan_per_day=2 * plan.people + 20 * plan.members,
        budget_yuan_per_month=12 * plan.people + 120 * plan.members,
        quota_seconds_per_day=40,
        quota_seconds_per_month=120,
        detections_per_person_per_day=6,
    ) as world:
        await world.start_bot()
        await _days(plan, world, report.gauge)
        report.found = check(
            world, world.journal, world.network, limits_of(world.bot_settings).caps
        )
        report.counts = {
            "machine": world.counts,
            "books": report.found.facts,
            "calls": world.network.calls,
            "faults injected": world.chance.injected,
        }


async def _days(plan: Plan, world: SoakWorld, gauge: Gauge) -> None:
    """The people's days with the machine's bad ones, then peace until nothing is left to do."""
    until = plan.days * _DAY_SECONDS
    people, stop = await crowd(plan.people, world, plan.members), asyncio.Event()
    ends = asyncio.create_task(_end_it(world, plan.hours_between_ends * 3600, stop))
    gauging = asyncio.create_task(_sample(gauge, world, plan))
    living = asyncio.gather(*(person.live(plan.sessions_per_day, until) for person in people))
    under_way: set[asyncio.Future[Any]] = {living, ends}
    await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
    if ends.done():
        ends.result()
    await living
    world.chance.faults = 0.0
    world.faults.clear()
    stop.set()
    await ends
    gauging.cancel()
    # What met a token that was not valid waits for the next start.
    await world.stop_bot()
    await world.start_bot()
    await world.rest(_REST_SECONDS)


async def _end_it(world: SoakWorld, every_seconds: float, stop: asyncio.Event) -> None:
    """Kill and restart the bot again and again, until `stop`; it is up in the end."""
    dice, stopped = world.chance.dice, asyncio.create_task(stop.wait())
    while not stop.is_set():
        seconds, either = dice.expovariate(1 / every_seconds), {world.run, stopped}
        await asyncio.wait(either, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        if world.run.done():
            raise AssertionError(f"the bot ended by itself: {world.run.exception()!r}")
        if stop.is_set():
            return
        if dice.random() < 0.7:
            await world.kill_bot()
        else:
            await world.stop_bot()
        await world.clock.sleep(_RESTART_PAUSE_SECONDS)
        await world.start_bot()


async def _sample(gauge: Gauge, world: SoakWorld, plan: Plan) -> None:
    while True:
        await world.clock.sleep(plan.days * _DAY_SECONDS / plan.samples)
        world.forget_old_times(_KEPT * plan.people)
        gauge.look(world.clock.steady_seconds())
