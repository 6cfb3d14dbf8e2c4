"""The buttons under a video that was delivered: what else can be had of it."""

from __future__ import annotations

from bot.config.engines import ENGINES
from bot.limits import Limits
from bot.media.sound.lengths import LONGEST_MILLISECONDS, LONGEST_NOTE_MILLISECONDS
from bot.telegram.keyboards import Keyboard, keyboard_of
from bot.telegram.rate_limits import is_group
from bot.texts import Catalogue
from storage.db.database import Queryable
from storage.groups import borrowed_media, groups
from storage.jobs.jobs import Job

FINER = "720P"


def may_be_finer(job: Job, limits: Limits) -> bool:
    """Whether a better resolution can be had: an engine may have one size, and what takes several
    tasks is made once. What a group's admins chose is asked when it is wanted.

    Another engine makes it where the job's own is switched off.
    """
    makers = (job.engine, limits.engine_of(job.engine))
    return (
        job.resolution != FINER
        and all(FINER in ENGINES[engine].resolutions for engine in makers)
        and job.held_milliseconds <= LONGEST_MILLISECONDS
    )


def costing(texts: Catalogue, label: str, quota_milliseconds: int) -> str:
    """That label of a button, with what a tap on it takes from the quota."""
    return texts.plain("button-costing", label=label, seconds=quota_milliseconds / 1000)


async def video_keyboard(
    database: Queryable, job: Job, limits: Limits, texts: Catalogue, *, as_note: bool
) -> Keyboard | None:
    """What else can be had of it; a group is spared what is only another form.

    There the next video is one press away, and a way out for whoever is shown or heard. In a
    private chat the next photo or voice is simply sent, and nobody else is there.
    """
    rows = []
    group = await groups.settings_of(database, job.chat_id)
    if may_be_finer(job, limits) and group.resolution in (None, FINER):
        needed = limits.price_of(FINER, job.engine).of(job.held_milliseconds).quota_milliseconds
        finer = costing(texts, texts.plain("button-finer"), needed)
        rows.append([(finer, f"finer:{job.id}")])
    if is_group(job.chat_id):
        voice = (texts.plain("button-new-voice"), f"newvoice:{job.id}")
        rows.append([voice, (texts.plain("button-new-face"), f"newface:{job.id}")])
        if await borrowed_media.of_job(database, job):
            rows.append([(texts.plain("button-not-me"), f"notme:{job.id}")])
    elif as_note:
        rows.append([(texts.plain("button-as-video"), f"video:{job.id}")])
    elif (job.billed_milliseconds or 0) <= LONGEST_NOTE_MILLISECONDS:
        rows.append([(texts.plain("button-as-note"), f"note:{job.id}")])
    return keyboard_of(*rows) if rows else None
