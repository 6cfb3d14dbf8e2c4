"""The receipt of a video: the AI label, what it took, what is left."""

from __future__ import annotations

from bot.common import Component
from bot.config.engines import ENGINES
from bot.media.video import ai_label
from bot.texts import Catalogue
from storage.db.database import Queryable
from storage.jobs import ledger
from storage.jobs.jobs import Job


async def receipt_text(services: Component, job: Job, texts: Catalogue) -> str:
    """As HTML, by the ledger: what it will say once the job is settled, or says since then."""
    held = await ledger.charged_milliseconds(services.database, job.id)
    charged = min(job.price.of(job.billed_milliseconds or 0).quota_milliseconds, held)
    allowance = await services.allowance(job.user_id, job.price, held - charged)
    return texts.html(
        "video-caption",
        label=ai_label_of(job, texts),
        seconds=charged / 1000,
        left=allowance.left_milliseconds // 100 / 10,
    )


async def charge_text(database: Queryable, job: Job, texts: Catalogue) -> str:
    """What a job that brought no video took from the quota, as the ledger has it (plain text)."""
    charged = await ledger.charged_milliseconds(database, job.id)
    if charged == 0:
        return texts.plain("charged-nothing")
    return texts.plain("charged-all-the-same", seconds=charged / 1000)


def ai_label_of(job: Job, texts: Catalogue) -> str:
    """The words under it that say what made the video."""
    is_preview = ENGINES[job.engine].is_local
    return texts.plain(ai_label.CAPTION_OF_PREVIEW if is_preview else ai_label.CAPTION_OF_VIDEO)
