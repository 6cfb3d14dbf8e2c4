"""What the witnesses of a soak say when nothing is left to do."""

from __future__ import annotations

from collections import defaultdict

from bot.limits import limits_of
from tests.soak.bot import SoakedBot
from tests.support import invariants
from tests.support.invariants import Findings, ProviderTask, Row, Shown, Witnesses


def check(bot: SoakedBot) -> Findings:
    """Everything that must be so when a bot is at rest."""
    caps, tables = limits_of(bot.settings).caps, invariants.tables(bot.rows)
    names: defaultdict[int, set[str]] = defaultdict(set)
    for task in tables["tasks"]:
        names[task["job_id"]].add(task["task_id"])
    shown = {job["id"]: _shown(bot, job, names[job["id"]]) for job in tables["jobs"]}
    checks, media = bot.services.bill()["detections"], bot.services.media
    found = invariants.check(Witnesses(tables, _tasks(bot), checks, shown, caps, media))
    found.facts["updates"] = bot.services.sent
    found.facts.update(f"{repeat}, an answer having been lost" for repeat in found.repeats)
    return found


def _tasks(bot: SoakedBot) -> list[ProviderTask]:
    services = bot.services
    bill = {video["task_id"]: video for video in services.bill()["videos"]}
    return [
        ProviderTask(
            task_id,
            submitted,
            billed_milliseconds=bill[task_id]["milliseconds"] if task_id in bill else 0,
            is_told=task_id not in services.untold,
        )
        for task_id, submitted in services.submitted.items()
    ]


def _shown(bot: SoakedBot, job: Row, names: set[str]) -> Shown:
    services, unheard = bot.services, bot.services.network.unheard
    ends = services.ends[job["id"]]
    videos = {shown for name in names for shown in services.videos[name]}
    unsure = len(videos & unheard)
    if job["chat_id"] in services.network.once_closed:
        return Shown(len(videos), None, unsure)
    said = len(ends) or int((job["chat_id"], job["status_message_id"]) in services.ends_for_good)
    return Shown(len(videos), said, unsure, len(ends & unheard))
