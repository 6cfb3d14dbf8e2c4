"""The buttons under a video that was delivered: what else can be had of it."""

from __future__ import annotations

from bot.media.lengths import LONGEST_NOTE_MILLISECONDS
from bot.pipeline.terms import Terms
from bot.pipeline.wishes import Wishes
from bot.telegram.keyboard import Keyboard
from bot.telegram.pace import is_group
from bot.texts import Catalogue
from storage.jobs import Job

FINER = "720P"


def video_keyboard(
    job: Job, terms: Terms, wishes: Wishes, texts: Catalogue, *, as_note: bool
) -> Keyboard | None:
    """In private all that is possible; a group is spared what is only another form."""
    buttons = []
    if may_be_finer(job, terms, wishes):
        buttons.append([(texts.plain("button-finer"), f"finer:{job.id}")])
    if not is_group(job.chat_id):
        if as_note:
            buttons.append([(texts.plain("button-as-video"), f"video:{job.id}")])
        elif (job.billed_milliseconds or 0) <= LONGEST_NOTE_MILLISECONDS:
            buttons.append([(texts.plain("button-as-note"), f"note:{job.id}")])
    return Keyboard.of(*buttons) if buttons else None


def may_be_finer(job: Job, terms: Terms, wishes: Wishes) -> bool:
    """Whether a better resolution can be had: EMO has one size, a group's admins may have chosen
    another, and parts are made once.

    Another engine makes it where the job's own is switched off.
    """
    return (
        job.resolution != FINER
        and FINER in terms.prices
        and job.engine != "emo"
        and wishes.in_resolution(FINER, terms, job.engine).resolution == FINER
        and job.parts is None
    )
