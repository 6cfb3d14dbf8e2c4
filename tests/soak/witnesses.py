"""What the witnesses of a soak say when nothing is left to do."""

from __future__ import annotations

from bot.chat.provider_texts import photo_text
from bot.texts import Catalogue
from storage.jobs.ledger import Caps
from tests.soak.town import Town
from tests.support import invariants
from tests.support.invariants import Findings, ProviderTask, Row, Shown, Witnesses


def check(town: Town) -> Findings:
    """Everything that must be so when a town is at rest."""
    settings, tables = town.settings, invariants.tables(town.rows)
    caps = Caps(
        settings.zone,
        settings.quota_milliseconds_per_day,
        settings.quota_milliseconds_per_month,
        settings.budget_micro_yuan_per_day,
        settings.budget_micro_yuan_per_month,
    )
    shown = {job["id"]: _shown(town, job) for job in tables["jobs"]}
    checks, media = town.provider.checks_answered, town.mailbox.media
    found = invariants.check(Witnesses(tables, _tasks(town), checks, shown, caps, media))
    found.facts["updates"] = town.mailbox.handed_in
    found.facts.update(f"{repeat}, an answer having been lost" for repeat in found.repeats)
    return found


def _tasks(town: Town) -> list[ProviderTask]:
    return [
        ProviderTask(
            task.task_id,
            task.created_at,
            billed_milliseconds=task.billed_milliseconds(),
            job_id=task.job_id,
            is_told=task.quirk != "usage-missing",
        )
        for task in town.provider.tasks.values()
    ]


def _shown(town: Town, job: Row) -> Shown:
    chat_id, job_id = job["chat_id"], job["id"]
    videos = town.chats.unsure_videos(chat_id, job_id)
    if chat_id in town.chats.once_closed:
        return Shown(len(videos), None, sum(videos))
    ends = town.chats.unsure_ends(job_id)
    said = len(ends) or int(_status_says_the_end(town, job))
    return Shown(len(videos), said, sum(videos), sum(ends))


def _status_says_the_end(town: Town, job: Row) -> bool:
    if job["state"] not in ("failed", "cancelled"):
        return False
    (person,) = town.rows(
        "SELECT language_code FROM people WHERE user_id = :user_id", user_id=job["user_id"]
    )
    texts = town.texts.of(person["language_code"])
    key = "job-cancelled" if job["state"] == "cancelled" else job["failure"]
    reason = texts.plain(photo_text(job["failure_detail"]))
    wanted = texts.html(key, job=job["id"], reason=reason, charged=_charge(town, job, texts))
    return town.chats.text(job["chat_id"], job["status_message_id"]) == wanted


def _charge(town: Town, job: Row, texts: Catalogue) -> str:
    """What is to be said of it, by the ledger."""
    (row,) = town.rows(
        "SELECT SUM(spent_quota_milliseconds) AS spent FROM ledger WHERE job_id = :id", id=job["id"]
    )
    if row["spent"] == 0:
        return texts.plain("charged-nothing")
    return texts.plain("charged-all-the-same", seconds=row["spent"] / 1000)
