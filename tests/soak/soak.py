"""A soak: people, bad luck and restarts for days of virtual time, then the invariants."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.soak.bot import SoakedBot, soaked_bot
from tests.soak.machine import Gauge
from tests.soak.people import crowd
from tests.soak.virtual import VirtualLoop
from tests.soak.witnesses import check
from tests.support.invariants import Findings

_DAY_SECONDS = 86_400.0
_REST_SECONDS = 2 * _DAY_SECONDS
_KEPT = 3
"""Of files, tasks and the like for each of the people: about a day's."""


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
    async with soaked_bot(
        directory,
        seed=plan.seed,
        faults=plan.faults,
        # Tight enough to be reached on some days, so that refusals are part of the soak.
        budget_yuan_per_day=max(50, 2 * plan.people),
        budget_yuan_per_month=max(500, 12 * plan.people),
        quota_seconds_per_day=40,
        quota_seconds_per_month=120,
        detections_per_person_per_day=6,
    ) as bot:
        bot.start()
        await _days(plan, bot, report.gauge)
        report.found = check(bot)
        report.counts = {
            "machine": bot.counts,
            "books": report.found.facts,
            "calls": bot.services.network.calls,
            "faults injected": bot.chance.injected,
        }


async def _days(plan: Plan, bot: SoakedBot, gauge: Gauge) -> None:
    """The people's days with the machine's bad ones, then peace until nothing is left to do."""
    until = plan.days * _DAY_SECONDS
    people = crowd(plan.people, bot)
    stop = asyncio.Event()
    ends = asyncio.create_task(bot.live_through_ends(plan.hours_between_ends * 3600, stop))
    gauging = asyncio.create_task(_sample(gauge, bot, plan))
    living = asyncio.gather(*(person.live(plan.sessions_per_day, until) for person in people))
    under_way: set[asyncio.Future[Any]] = {living, ends}
    await asyncio.wait(under_way, return_when=asyncio.FIRST_COMPLETED)
    if ends.done():
        ends.result()
    await living
    bot.chance.faults = 0.0
    bot.services.faults.clear()
    stop.set()
    await ends
    gauging.cancel()
    with suppress(asyncio.CancelledError):
        await gauging
    # What met a token that was not valid waits for the next start.
    await bot.stop()
    bot.start()
    await bot.rest(_REST_SECONDS)


async def _sample(gauge: Gauge, bot: SoakedBot, plan: Plan) -> None:
    while True:
        await bot.clock.sleep(plan.days * _DAY_SECONDS / plan.samples)
        bot.services.forget_old_times(_KEPT * plan.people)
        gauge.look(bot.clock.steady_seconds())
