"""How videos are made, built once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.common import CommonServices
from bot.delivery.build import DeliveryServices
from bot.engines.build import EngineServices
from bot.intake.build import IntakeServices
from bot.jobs.fetch import ResultFetch
from bot.jobs.join import Joining
from bot.jobs.prepare import Preparation
from bot.jobs.recover import Restoration
from bot.jobs.slots import Slots
from bot.jobs.steps import JobSteps
from bot.jobs.submit import Submission
from bot.jobs.watch import Watch
from storage.jobs.jobs import JobState


@dataclass(frozen=True, kw_only=True)
class JobServices:
    """What has jobs done, and what recovers them after a restore."""

    steps: JobSteps
    slots: Slots
    watch: Watch
    restoration: Restoration


def build_jobs(
    common: CommonServices,
    engines: EngineServices,
    intake: IntakeServices,
    delivery: DeliveryServices,
) -> JobServices:
    """On top of these."""
    database, clock, operator = common.database, common.clock, common.operator
    finisher, results = delivery.finisher, common.limits.results
    preparation = Preparation(
        database=database,
        files=common.telegram.files,
        worker=common.media.decoder,
        long_voice=intake.long_voice,
        engines=engines.engines,
        detection=engines.detection,
        clock=clock,
    )
    submission = Submission(
        database=database,
        engines=engines.engines,
        preparation=preparation,
        finisher=finisher,
        operator=operator,
        outages=engines.outages,
        clock=clock,
    )
    watch = Watch(
        database=database,
        engines=engines.engines,
        finisher=finisher,
        operator=operator,
        outages=engines.outages,
        poll_seconds=common.limits.poll_seconds,
        clock=clock,
    )
    result = ResultFetch(
        database=database,
        engines=engines.engines,
        worker=common.media.renderer,
        finisher=finisher,
        operator=operator,
        directory=results,
        clock=clock,
    )
    joining = Joining(
        database=database,
        files=common.telegram.files,
        worker=common.media.renderer,
        long_voice=intake.long_voice,
        finisher=finisher,
        operator=operator,
        directory=results,
        clock=clock,
    )
    return JobServices(
        steps=JobSteps(
            database=database,
            engines=engines.engines,
            outages=engines.outages,
            preparation=preparation,
            steps={
                JobState.SUBMITTING: submission.reconcile,
                JobState.RUNNING: watch.watch,
                JobState.FETCHING: result.fetch,
                JobState.JOINING: joining.join,
                JobState.DELIVERING: delivery.delivery.deliver,
            },
            finisher=finisher,
            operator=operator,
            clock=clock,
        ),
        slots=Slots(
            database=database,
            engines=engines.engines,
            outages=engines.outages,
            submission=submission,
            clock=clock,
        ),
        watch=watch,
        restoration=Restoration(
            database=database, engines=engines.engines, operator=operator, clock=clock
        ),
    )
