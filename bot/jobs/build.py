"""How videos are made, built once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat.build import ChatServices
from bot.common import CommonServices
from bot.delivery.build import DeliveryServices
from bot.engines.build import EngineServices
from bot.intake.build import IntakeServices
from bot.jobs.fetch import ResultFetch
from bot.jobs.join import Joining
from bot.jobs.mend import Mending
from bot.jobs.own_sound import OwnSound
from bot.jobs.prepare import Preparation
from bot.jobs.recover import Restoration
from bot.jobs.refusals import Refusals
from bot.jobs.slots import Slots
from bot.jobs.steps import JobSteps
from bot.jobs.submit import Submission
from bot.jobs.watch import Watch
from storage.jobs.jobs import JobState
from storage.jobs.tasks import TaskState


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
    chat: ChatServices,
    intake: IntakeServices,
    delivery: DeliveryServices,
) -> JobServices:
    """On top of these."""
    common.limits.results_directory.mkdir(parents=True, exist_ok=True)
    finisher, long_voice = delivery.finisher, intake.long_voice
    own_sound = OwnSound(common=common, long_voice=long_voice)
    mending = Mending(common=common, own_sound=own_sound)
    on, outages = engines.engines, engines.outages
    preparation = Preparation(
        common=common, long_voice=long_voice, engines=on, detection=engines.detection
    )
    refusals = Refusals(common=common, preparation=preparation, finisher=finisher, outages=outages)
    submission = Submission(
        common=common,
        engines=on,
        preparation=preparation,
        finisher=finisher,
        outages=outages,
        refusals=refusals,
    )
    watch = Watch(
        common=common,
        engines=on,
        finisher=finisher,
        refusals=refusals,
        experience=chat.progress.experience,
    )
    steps = JobSteps(
        common=common,
        engines=on,
        outages=outages,
        preparation=preparation,
        task_steps={
            TaskState.SUBMITTING: submission.reconcile,
            TaskState.RUNNING: watch.watch,
            TaskState.FETCHING: ResultFetch(
                common=common, engines=on, finisher=finisher, mending=mending
            ).fetch,
        },
        job_steps={
            JobState.JOINING: Joining(common=common, own_sound=own_sound, finisher=finisher).join,
            JobState.DELIVERING: delivery.deliverer.deliver,
        },
        finisher=finisher,
    )
    return JobServices(
        steps=steps,
        slots=Slots(common=common, engines=on, outages=outages, submission=submission),
        watch=watch,
        restoration=Restoration(common=common, engines=on),
    )
