"""Jobs: a row and a state; every step's outcome is written before the next begins."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from storage import ledger
from storage.database import Queryable, Transaction
from storage.ledger import Caps, Price
from storage.media import Place
from storage.record import from_row


class JobState(StrEnum):
    """The states of a job; the last four are final."""

    PREPARING = "preparing"
    READY = "ready"
    SUBMITTING = "submitting"
    RUNNING = "running"
    FETCHING = "fetching"
    DELIVERING = "delivering"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDELIVERABLE = "undeliverable"


WAITING = (JobState.PREPARING, JobState.READY)
FINAL = (JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.UNDELIVERABLE)


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for; `request` names it, so asking twice makes one job."""

    request: str
    place: Place
    photo_id: int
    sound_id: int
    engine: str
    resolution: str
    video_milliseconds: int
    price: Price
    status_message_id: int | None


@dataclass(frozen=True, slots=True)
class Job:
    """A job as stored; times and lengths in milliseconds."""

    id: int
    chat_id: int
    thread_id: int
    user_id: int
    photo_id: int
    sound_id: int
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
    sending_at_milliseconds: int | None
    status_message_id: int | None
    video_message_id: int | None
    video_file_id: str | None
    sent_as_file: int
    cancel_requested: int
    adopted: int
    failure: str | None
    failure_detail: str | None
    announced: int
    tries: int
    not_before_milliseconds: int
    created_at_milliseconds: int

    @property
    def place(self) -> Place:
        """The conversation it belongs to."""
        return Place(self.chat_id, self.thread_id, self.user_id)

    @property
    def price(self) -> Price:
        """The terms it was accepted on."""
        return Price(self.price_micro_yuan_per_second, self.quota_weight_permille)

    def log_context(self) -> dict[str, Any]:
        """The fields every log line about it carries."""
        return {"job": self.id, "state": self.state, "task": self.task_id}


class TooManyWaiting(Exception):
    """The person has as many jobs waiting as the operator allows."""


async def start(
    tx: Transaction, order: Order, *, caps: Caps, waiting_per_person: int, now_milliseconds: int
) -> Job | None:
    """Make the job and its hold, both or neither; None when this request has a job already.

    Raises:
        TooManyWaiting, QuotaExceeded, BudgetExhausted: a cap is reached; roll the transaction back.
    """
    row = await tx.fetch_one(
        """
        INSERT INTO jobs (request, chat_id, thread_id, user_id, photo_id, sound_id, engine,
            resolution, held_milliseconds, price_micro_yuan_per_second, quota_weight_permille,
            turn, state, status_message_id, created_at_milliseconds)
        VALUES (:request, :chat_id, :thread_id, :user_id, :photo_id, :sound_id, :engine,
            :resolution, :video, :price, :weight, :turn, 'preparing', :status_message_id, :now)
        ON CONFLICT (request) DO NOTHING RETURNING *
        """,
        {
            "request": order.request,
            **order.place._asdict(),
            "photo_id": order.photo_id,
            "sound_id": order.sound_id,
            "engine": order.engine,
            "resolution": order.resolution,
            "video": order.video_milliseconds,
            "price": order.price.micro_yuan_per_second,
            "weight": order.price.quota_weight_permille,
            "turn": await _next_turn(tx, order.place.user_id),
            "status_message_id": order.status_message_id,
            "now": now_milliseconds,
        },
    )
    if row is None:
        return None
    if await _waiting_of(tx, order.place.user_id) > waiting_per_person:  # itself counted in
        raise TooManyWaiting
    job = from_row(Job, row)
    await ledger.hold(
        tx,
        user_id=job.user_id,
        job_id=job.id,
        amount=order.price.of(order.video_milliseconds),
        caps=caps,
        now_milliseconds=now_milliseconds,
    )
    return job


async def get(database: Queryable, job_id: int) -> Job | None:
    """One job by its number."""
    row = await database.fetch_one("SELECT * FROM jobs WHERE id = :id", {"id": job_id})
    return None if row is None else from_row(Job, row)


async def open_jobs(database: Queryable) -> list[Job]:
    """Every job that has not ended, in the order of turns."""
    rows = await database.fetch_all(
        """
        SELECT * FROM jobs
        WHERE state NOT IN ('done', 'failed', 'cancelled', 'undeliverable') ORDER BY turn, id
        """
    )
    return [from_row(Job, row) for row in rows]


async def open_jobs_of(database: Queryable, user_id: int, chat_id: int) -> list[Job]:
    """The person's jobs in this chat that have not ended, in the order of turns."""
    return [
        job
        for job in await open_jobs(database)
        if job.user_id == user_id and job.chat_id == chat_id
    ]


async def last_of(database: Queryable, place: Place) -> Job | None:
    """The newest job of this conversation."""
    row = await database.fetch_one(
        """
        SELECT * FROM jobs WHERE chat_id = :chat_id AND thread_id = :thread_id
            AND user_id = :user_id ORDER BY id DESC LIMIT 1
        """,
        place._asdict(),
    )
    return None if row is None else from_row(Job, row)


async def last_rendered(database: Queryable, user_id: int, chat_id: int) -> Job | None:
    """The person's newest job in this chat that brought a video, delivered or undeliverable."""
    row = await database.fetch_one(
        """
        SELECT * FROM jobs WHERE user_id = :user_id AND chat_id = :chat_id
            AND state IN ('done', 'undeliverable') ORDER BY id DESC LIMIT 1
        """,
        {"user_id": user_id, "chat_id": chat_id},
    )
    return None if row is None else from_row(Job, row)


async def endings(database: Queryable, job_ids: list[int]) -> dict[int, int | None]:
    """When each of these jobs ended (epoch); None where it goes on, missing where there is none."""
    ended: dict[int, int | None] = {}
    for job_id in job_ids:
        row = await database.fetch_one(
            "SELECT ended_at_milliseconds AS at FROM jobs WHERE id = :id", {"id": job_id}
        )
        if row is not None:
            ended[job_id] = row["at"]
    return ended


async def newest_with_half(database: Queryable, media_id: int) -> Job | None:
    """The newest job that this photo or sound was used for."""
    row = await database.fetch_one(
        """
        SELECT * FROM jobs WHERE photo_id = :media_id OR sound_id = :media_id
        ORDER BY id DESC LIMIT 1
        """,
        {"media_id": media_id},
    )
    return None if row is None else from_row(Job, row)


async def owned_tasks(database: Queryable, account: str, task_ids: list[str]) -> set[str]:
    """Those of these tasks that belong to some job."""
    owned = set()
    for task_id in task_ids:
        row = await database.fetch_one(
            "SELECT 1 FROM jobs WHERE account = :account AND task_id = :task_id",
            {"account": account, "task_id": task_id},
        )
        if row is not None:
            owned.add(task_id)
    return owned


async def durations(database: Queryable, engine: str, limit: int) -> list[float]:
    """Seconds of service per second of video of the newest finished tasks of this engine."""
    rows = await database.fetch_all(
        """
        SELECT (noticed_end_at_milliseconds - running_since_milliseconds) * 1.0
            / billed_milliseconds AS ratio
        FROM jobs WHERE engine = :engine AND billed_milliseconds > 0
            AND noticed_end_at_milliseconds IS NOT NULL AND running_since_milliseconds IS NOT NULL
        ORDER BY id DESC LIMIT :limit
        """,
        {"engine": engine, "limit": limit},
    )
    return [float(row["ratio"]) for row in rows]


async def unannounced(database: Queryable) -> list[Job]:
    """Jobs that ended without the person having been shown the end."""
    rows = await database.fetch_all(
        """
        SELECT * FROM jobs WHERE announced = 0 AND state IN ('done', 'failed', 'cancelled')
        ORDER BY id
        """
    )
    return [from_row(Job, row) for row in rows]


async def _waiting_of(tx: Transaction, user_id: int) -> int:
    row = await tx.fetch_one(
        """
        SELECT COUNT(*) AS n FROM jobs
        WHERE user_id = :user_id AND state IN ('preparing', 'ready')
        """,
        {"user_id": user_id},
    )
    return int(row["n"]) if row else 0


async def _next_turn(tx: Transaction, user_id: int) -> int:
    """Round-robin: after the person's last turn, never before the turn now being served."""
    row = await tx.fetch_one(
        """
        SELECT COALESCE(MAX(CASE WHEN submitting_at_milliseconds IS NOT NULL THEN turn END), 0)
                AS current,
            COALESCE(MAX(CASE WHEN user_id = :user_id THEN turn END), -1) + 1 AS own
        FROM jobs
        """,
        {"user_id": user_id},
    )
    return max(row["current"], row["own"]) if row else 0
