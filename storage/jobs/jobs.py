"""Jobs: a row and a state; every step's outcome is written before the next begins."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from storage.db.database import Queryable, Transaction
from storage.db.rows import columns
from storage.jobs import ledger
from storage.jobs.ledger import Caps, Price
from storage.media import ConversationKey


class JobState(StrEnum):
    """The states of a job; the last five are final.

    A whole is `in_parts` and `joining` before `delivering`; a part ends as `kept` (see `wholes`).
    """

    PREPARING = "preparing"
    READY = "ready"
    SUBMITTING = "submitting"
    RUNNING = "running"
    FETCHING = "fetching"
    IN_PARTS = "in_parts"
    JOINING = "joining"
    DELIVERING = "delivering"
    KEPT = "kept"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDELIVERABLE = "undeliverable"


WAITING = (JobState.PREPARING, JobState.READY)
FINAL = (
    *(JobState.KEPT, JobState.DONE, JobState.FAILED),
    *(JobState.CANCELLED, JobState.UNDELIVERABLE),
)


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for; `request` names it, so asking twice makes one job.

    `parts`: how many videos it is made of, where that is more than one (see `wholes.start`).
    """

    request: str
    conversation: ConversationKey
    photo_id: int
    voice_id: int
    engine: str
    resolution: str
    video_milliseconds: int
    price: Price
    status_message_id: int | None
    parts: int | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A job as stored; times and lengths in milliseconds.

    A whole has `parts`; a part has the number of its whole, its own from 1, where in the voice it
    begins, and a copy of its piece at the provider.
    """

    id: int
    chat_id: int
    thread_id: int
    user_id: int
    photo_id: int
    voice_id: int
    engine: str
    resolution: str
    held_milliseconds: int
    price_micro_yuan_per_second: int
    quota_weight_permille: int
    turn: int
    state: str
    account: str | None
    slot: int | None
    submitting_at_milliseconds: int | None
    task_id: str | None
    running_since_milliseconds: int | None
    billed_milliseconds: int | None
    video_url: str | None
    status_message_id: int | None
    cancel_requested: int
    adopted: int
    refusals: int
    failure: str | None
    failure_detail: str | None
    announced: int
    tries: int
    not_before_milliseconds: int
    created_at_milliseconds: int
    parts: int | None
    whole_id: int | None
    part: int | None
    begins_at_milliseconds: int | None
    part_url: str | None
    part_url_expires_at_milliseconds: int | None

    @property
    def conversation(self) -> ConversationKey:
        """The conversation it belongs to."""
        return ConversationKey(self.chat_id, self.thread_id, self.user_id)

    @property
    def price(self) -> Price:
        """The terms it was accepted on."""
        return Price(self.price_micro_yuan_per_second, self.quota_weight_permille)

    def log_context(self) -> dict[str, Any]:
        """The fields every log line about it carries."""
        return {"job": self.id, "state": self.state, "task": self.task_id}


_AT_ONCE = 500
"""So many are looked up in one question."""


class TooManyWaiting(Exception):
    """The person has as many jobs waiting as the operator allows."""


async def start(
    tx: Transaction, order: Order, *, caps: Caps, waiting_per_person: int
) -> Job | None:
    """Make the job and its hold, both or neither; None when this request has a job already.

    Raises:
        TooManyWaiting, QuotaExceeded, BudgetExhausted: a cap is reached; roll the transaction back.
    """
    job = await tx.one(
        Job,
        """
        INSERT INTO jobs (request, chat_id, thread_id, user_id, photo_id, voice_id, engine,
            resolution, held_milliseconds, price_micro_yuan_per_second, quota_weight_permille,
            turn, state, parts, status_message_id, created_at_milliseconds)
        VALUES (:request, :chat_id, :thread_id, :user_id, :photo_id, :voice_id, :engine,
            :resolution, :video_milliseconds, :micro_yuan_per_second, :quota_weight_permille, :turn,
            :state, :parts, :status_message_id, :now)
        ON CONFLICT (request) DO NOTHING RETURNING *
        """,
        {
            **columns(order),
            **columns(order.price),
            **order.conversation._asdict(),
            "state": "in_parts" if order.parts else "preparing",
            "turn": await _next_turn(tx, order.conversation.user_id),
        },
    )
    if job is None:
        return None
    if await _waiting_of(tx, order.conversation.user_id) > waiting_per_person:  # itself counted in
        raise TooManyWaiting
    await ledger.hold(
        tx,
        user_id=job.user_id,
        job_id=job.id,
        amount=order.price.of(order.video_milliseconds),
        caps=caps,
    )
    return job


async def get(database: Queryable, job_id: int) -> Job | None:
    """One job by its number."""
    return await database.one(Job, "SELECT * FROM jobs WHERE id = :id", {"id": job_id})


async def open_jobs(database: Queryable) -> list[Job]:
    """Every job that has not ended, wholes and parts too, in the order of turns."""
    return await database.every(
        Job,
        """
        SELECT * FROM jobs
        WHERE state NOT IN ('done', 'failed', 'cancelled', 'undeliverable', 'kept')
        ORDER BY turn, id
        """,
    )


async def open_jobs_of(database: Queryable, user_id: int, chat_id: int) -> list[Job]:
    """The person's jobs in this chat that have not ended, no parts, in the order of turns."""
    return [
        job
        for job in await open_jobs(database)
        if job.user_id == user_id and job.chat_id == chat_id and job.whole_id is None
    ]


async def last_of(database: Queryable, conversation: ConversationKey) -> Job | None:
    """The newest job of this conversation."""
    return await database.one(
        Job,
        """
        SELECT * FROM jobs WHERE chat_id = :chat_id AND thread_id = :thread_id
            AND user_id = :user_id AND whole_id IS NULL ORDER BY id DESC LIMIT 1
        """,
        conversation._asdict(),
    )


async def by_request(database: Queryable, request: str) -> Job | None:
    """The job that was made of this request."""
    return await database.one(
        Job, "SELECT * FROM jobs WHERE request = :request", {"request": request}
    )


async def endings(database: Queryable, job_ids: list[int]) -> dict[int, int | None]:
    """When each of these jobs ended (epoch); None where it goes on, missing where there is none.

    A part has not ended before its whole has.
    """
    ended: dict[int, int | None] = {}
    for begin in range(0, len(job_ids), _AT_ONCE):
        some = ", ".join(str(int(job_id)) for job_id in job_ids[begin : begin + _AT_ONCE])
        rows = await database.fetch_all(
            f"""
            SELECT id, CASE WHEN whole_id IS NULL THEN ended_at_milliseconds ELSE
                (SELECT ended_at_milliseconds FROM jobs AS whole WHERE whole.id = jobs.whole_id)
                END AS at
            FROM jobs WHERE id IN ({some})
            """  # noqa: S608
        )
        ended.update((row["id"], row["at"]) for row in rows)
    return ended


async def newest_with(database: Queryable, media_id: int) -> Job | None:
    """The newest job that this photo or voice was used for."""
    return await database.one(
        Job,
        """
        SELECT * FROM jobs WHERE (photo_id = :media_id OR voice_id = :media_id)
            AND whole_id IS NULL
        ORDER BY id DESC LIMIT 1
        """,
        {"media_id": media_id},
    )


async def has_status(database: Queryable, conversation: ConversationKey, message_id: int) -> bool:
    """Whether this message is, or was to the end, the status of one of the person's jobs."""
    return await database.exists(
        """
        SELECT 1 FROM jobs WHERE user_id = :user_id AND chat_id = :chat_id
            AND status_message_id = :message_id LIMIT 1
        """,
        {**conversation._asdict(), "message_id": message_id},
    )


async def owned_tasks(database: Queryable, account: str, task_ids: list[str]) -> set[str]:
    """Those of these tasks that belong to some job."""
    sql = "SELECT 1 FROM jobs WHERE account = :account AND task_id = :task_id"
    return {
        task_id
        for task_id in task_ids
        if await database.exists(sql, {"account": account, "task_id": task_id})
    }


async def durations(database: Queryable, engine: str, limit: int) -> list[float]:
    """Seconds of service per second of video of the newest finished tasks of this engine."""
    return await database.column(
        """
        SELECT (noticed_end_at_milliseconds - running_since_milliseconds) * 1.0
            / billed_milliseconds AS ratio
        FROM jobs WHERE engine = :engine AND billed_milliseconds > 0
            AND noticed_end_at_milliseconds IS NOT NULL AND running_since_milliseconds IS NOT NULL
        ORDER BY id DESC LIMIT :limit
        """,
        {"engine": engine, "limit": limit},
    )


async def unannounced(database: Queryable) -> list[Job]:
    """Jobs that ended without the person having been shown the end, which can be shown now."""
    return await database.every(
        Job,
        """
        SELECT * FROM jobs WHERE announced = 0
            AND state IN ('done', 'failed', 'cancelled', 'undeliverable')
            AND not_before_milliseconds <= :now ORDER BY id
        """,
    )


async def _waiting_of(tx: Transaction, user_id: int) -> int:
    """A whole counts as one, as long as its parts are being made."""
    return await tx.number(
        """
        SELECT COUNT(*) AS n FROM jobs WHERE user_id = :user_id AND whole_id IS NULL
            AND state IN ('preparing', 'ready', 'in_parts')
        """,
        {"user_id": user_id},
    )


async def _next_turn(tx: Transaction, user_id: int) -> int:
    """Round-robin: after the person's last turn, never before the turn now being served."""
    row = await tx.fetch_one(
        """
        SELECT COALESCE((SELECT MAX(turn) FROM jobs WHERE submitting_at_milliseconds IS NOT NULL),
                0) AS current,
            COALESCE((SELECT MAX(turn) FROM jobs WHERE user_id = :user_id), -1) + 1 AS own
        """,
        {"user_id": user_id},
    )
    return max(row["current"], row["own"]) if row else 0
