"""Jobs made in parts, for voices that are longer than one video may be.

A part is a job of its own: it takes slots, is submitted, watched and fetched like any other, and
is `kept` then. It has no hold: its whole has one for all of them, and settles what they were
billed together. The whole waits `in_parts`, is `joining` when every part has ended, and is
delivered like any other. One part that fails ends it; what runs at that moment is waited for,
because it may be billed.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from storage.db.database import Queryable, Transaction
from storage.jobs import jobs
from storage.jobs.failures import is_charged
from storage.jobs.jobs import FINAL, WAITING, Job, JobState, Order
from storage.jobs.ledger import Caps
from storage.jobs.transitions import end, move, opened, settle


async def start(
    tx: Transaction, order: Order, *, cuts: tuple[int, ...], caps: Caps, waiting_per_person: int
) -> Job | None:
    """Make a job of parts, cut at these milliseconds of the voice; else as `jobs.start`.

    Each part has a turn of its own, so that other people's jobs come in between.
    """
    whole = await jobs.start(
        tx, replace(order, parts=len(cuts) + 1), caps=caps, waiting_per_person=waiting_per_person
    )
    if whole is not None:
        bounds = pairwise((0, *cuts, order.video_milliseconds))
        for part, (begin, finish) in enumerate(bounds, start=1):
            await _start_part(tx, whole, part, begin, finish - begin)
    return whole


async def parts_of(database: Queryable, whole_id: int) -> list[Job]:
    """The parts of a whole, first to last."""
    return await database.every(
        Job, "SELECT * FROM jobs WHERE whole_id = :whole_id ORDER BY part", {"whole_id": whole_id}
    )


async def set_copy(tx: Transaction, part_id: int, url: str | None, expires_at: int) -> None:
    """A fresh copy of the part's voice is at the provider."""
    await tx.execute(
        """
        UPDATE jobs SET part_url = :url, part_url_expires_at_milliseconds = :expires_at
        WHERE id = :id
        """,
        {"id": part_id, "url": url, "expires_at": expires_at},
    )


async def kept(tx: Transaction, part_id: int) -> bool:
    """fetching → kept: the part's video is on our disk."""
    part = await opened(tx, part_id)
    if part is None or part.state != JobState.FETCHING:
        return False
    await end(tx, part, JobState.KEPT)
    await go_on(tx, part_id)
    return True


async def lost(tx: Transaction, part: Job) -> bool:
    """kept → fetching, joining → in_parts: what was kept on our disk is gone or broken."""
    assert part.whole_id is not None  # noqa: S101
    facts = {"ended_at_milliseconds": None, "tries": 0}
    moved = await move(tx, part.id, JobState.KEPT, JobState.FETCHING, facts)
    await move(tx, part.whole_id, JobState.JOINING, JobState.IN_PARTS)
    return moved


async def joined(tx: Transaction, whole_id: int) -> bool:
    """joining → delivering: the whole video is on our disk."""
    return await move(tx, whole_id, JobState.JOINING, JobState.DELIVERING, {"tries": 0})


async def stop(tx: Transaction, whole: Job) -> bool:
    """What has not begun is cancelled, what runs is asked to stop; True when that was all of it.

    What was made already comes, and counts.
    """
    changed = await tx.execute(
        """
        UPDATE jobs SET cancel_requested = 1
        WHERE id = :id AND cancel_requested = 0 AND state = 'in_parts'
        """,
        {"id": whole.id},
    )
    if changed:
        await _advance(tx, whole.id)
    current = await jobs.get(tx, whole.id)
    return bool(changed) and current is not None and current.state == JobState.CANCELLED


async def fail_when_idle(tx: Transaction, whole: Job, failure: str, detail: str | None) -> bool:
    """It fails, as soon as nothing of it runs any more; False when that was known."""
    changed = await tx.execute(
        """
        UPDATE jobs SET failure = :failure, failure_detail = :detail
        WHERE id = :id AND failure IS NULL AND state = 'in_parts'
        """,
        {"id": whole.id, "failure": failure, "detail": detail},
    )
    if changed:
        await _advance(tx, whole.id)
    return changed > 0


async def go_on(tx: Transaction, job_id: int) -> None:
    """A part has moved: its whole follows; nothing for a job that is no part."""
    part = await jobs.get(tx, job_id)
    if part is None or part.whole_id is None:
        return
    whole = await opened(tx, part.whole_id)
    if whole is not None and part.state == JobState.FAILED and whole.failure is None:
        await fail_when_idle(tx, whole, part.failure or "", part.failure_detail)
    elif whole is not None:
        await _advance(tx, whole.id)


async def _start_part(tx: Transaction, whole: Job, part: int, begin: int, length: int) -> None:
    await tx.execute(
        """
        INSERT INTO jobs (request, chat_id, thread_id, user_id, photo_id, voice_id, engine,
            resolution, held_milliseconds, price_micro_yuan_per_second, quota_weight_permille,
            turn, state, announced, created_at_milliseconds, whole_id, part,
            begins_at_milliseconds)
        SELECT 'part:' || id || ':' || :part, chat_id, thread_id, user_id, photo_id, voice_id,
            engine, resolution, :length, price_micro_yuan_per_second, quota_weight_permille,
            turn + :part - 1, 'preparing', 1, created_at_milliseconds, id, :part, :begin
        FROM jobs WHERE id = :whole_id
        """,
        {"whole_id": whole.id, "part": part, "begin": begin, "length": length},
    )


async def _advance(tx: Transaction, whole_id: int) -> None:
    """Bring it as far as its parts allow."""
    whole = await opened(tx, whole_id)
    if whole is None or whole.state != JobState.IN_PARTS:
        return
    parts = await parts_of(tx, whole_id)
    broken_off = any(part.state == JobState.CANCELLED for part in parts)
    if whole.failure is not None or whole.cancel_requested or broken_off:
        wanted = whole.failure is None and bool(whole.cancel_requested)
        for part in parts:
            await _give_up(tx, part, fetch=wanted)
        parts = await parts_of(tx, whole_id)
    if all(part.state in FINAL for part in parts):
        await _conclude(tx, whole, parts)


async def _give_up(tx: Transaction, part: Job, *, fetch: bool) -> None:
    """Stop what has not begun and ask what runs to; a video that nobody wants is not fetched."""
    if part.state in WAITING:
        await end(tx, part, JobState.CANCELLED)
    elif part.state == JobState.FETCHING and not fetch:
        await end(tx, part, JobState.KEPT)
    elif part.state in (JobState.SUBMITTING, JobState.RUNNING):
        await tx.execute(
            "UPDATE jobs SET cancel_requested = 1 WHERE id = :id AND cancel_requested = 0",
            {"id": part.id},
        )


async def _conclude(tx: Transaction, whole: Job, parts: list[Job]) -> None:
    """Nothing of it runs: what was billed is known, and what becomes of it.

    What ends without a failure and without a wish was broken off by the provider.
    """
    bills = [part.billed_milliseconds for part in parts if part.billed_milliseconds is not None]
    billed = sum(bills) if bills else None
    await tx.execute(
        "UPDATE jobs SET billed_milliseconds = :billed WHERE id = :id",
        {"id": whole.id, "billed": billed},
    )
    whole = replace(whole, billed_milliseconds=billed)
    kept_all = all(part.state == JobState.KEPT for part in parts)
    if whole.failure is None and bills and (kept_all or whole.cancel_requested):
        await move(tx, whole.id, JobState.IN_PARTS, JobState.JOINING)
        return
    charged = whole.failure is not None and is_charged(whole.failure)
    await settle(tx, whole, charge_person=charged)
    state = JobState.CANCELLED if whole.failure is None else JobState.FAILED
    await end(tx, whole, state)
