"""Jobs: a row and a state; every step's outcome is written before the next begins."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from zoneinfo import ZoneInfo

from storage.db.database import Queryable, Transaction
from storage.db.rows import columns
from storage.jobs import ledger, tasks
from storage.jobs.ledger import Price
from storage.jobs.tasks import Task
from storage.media import ConversationKey, Media


class JobState(StrEnum):
    """The states of a job; the last four are final.

    It is `making` while its tasks are under way, and `joining` where they are several.
    """

    MAKING = "making"
    JOINING = "joining"
    DELIVERING = "delivering"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"
    UNDELIVERABLE = "undeliverable"


FINAL = (JobState.DONE, JobState.FAILED, JobState.CANCELLED, JobState.UNDELIVERABLE)
RENDERED = (JobState.DELIVERING, JobState.DONE, JobState.UNDELIVERABLE)
"""The video is there: Telegram may show it, and its buttons be pressed, before that is noted."""

MADE = "jobs WHERE state IN ('joining', 'delivering') AND not_before_milliseconds <= :now"
WITHOUT_STATUS = """jobs WHERE status_message_id IS NULL AND state = 'making'
    AND not_before_milliseconds <= :now"""
UNANNOUNCED = """jobs WHERE announced = 0 AND ended_at_milliseconds IS NOT NULL
    AND not_before_milliseconds <= :now"""


@dataclass(frozen=True, slots=True)
class Order:
    """What is asked for; `request` names it, so asking twice makes one job.

    `cuts` are the milliseconds of the voice at which it is cut into several tasks.
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
    cuts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Job:
    """A job as stored; times and lengths in milliseconds. What was billed is that of all its tasks,
    known when they have ended.
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
    state: str
    billed_milliseconds: int | None
    status_message_id: int | None
    cancel_requested: int
    failure: str | None
    failure_detail: str | None
    announced: int
    tries: int
    not_before_milliseconds: int
    created_at_milliseconds: int

    @property
    def conversation(self) -> ConversationKey:
        """The conversation it belongs to."""
        return ConversationKey(self.chat_id, self.thread_id, self.user_id)

    @property
    def price(self) -> Price:
        """The terms it was accepted on."""
        return Price(self.price_micro_yuan_per_second, self.quota_weight_permille)

    def is_made_by(self, task: Task) -> bool:
        """Whether this task makes all of it: its voice was not cut."""
        return task.length_milliseconds == self.held_milliseconds


async def start(tx: Transaction, order: Order, *, zone: ZoneInfo) -> Job | None:
    """Make the job, its tasks and its hold, all or none; None when this request has a job already.

    Whether it may be made is asked before, in the same transaction: see `bot.gate`.
    """
    sql = """
        INSERT INTO jobs (request, chat_id, thread_id, user_id, photo_id, voice_id, engine,
            resolution, held_milliseconds, price_micro_yuan_per_second, quota_weight_permille,
            status_message_id, created_at_milliseconds)
        VALUES (:request, :chat_id, :thread_id, :user_id, :photo_id, :voice_id, :engine,
            :resolution, :video_milliseconds, :micro_yuan_per_second, :quota_weight_permille,
            :status_message_id, :now)
        ON CONFLICT (request) DO NOTHING RETURNING *
        """
    job = await tx.one(
        Job, sql, **columns(order), **columns(order.price), **order.conversation._asdict()
    )
    if job is None:
        return None
    turn = await tasks.next_turn(tx, job.user_id, job.id)
    length = order.video_milliseconds
    await tasks.begin(tx, job.id, job.engine, turn=turn, cuts=order.cuts, length=length)
    amount = order.price.of(length)
    await ledger.hold(tx, user_id=job.user_id, job_id=job.id, amount=amount, zone=zone)
    return job


async def get(database: Queryable, job_id: int) -> Job | None:
    """One job by its number."""
    return await database.find(Job, "jobs", id=job_id)


async def some(database: Queryable, job_ids: Sequence[int]) -> list[Job]:
    """Those of these jobs that have not ended."""
    ids = tuple(job_ids)
    return await database.find_all(Job, "jobs", "id", id=ids, ended_at_milliseconds=None)


async def newer(database: Queryable, than: int, limit: int) -> list[int]:
    """The numbers of the jobs made next after that one."""
    return await database.column(
        "SELECT id FROM jobs WHERE id > :than ORDER BY id LIMIT :limit", than=than, limit=limit
    )


async def newest(database: Queryable) -> int:
    """The number of the job made last; 0: there is none."""
    return await database.number("SELECT COALESCE(MAX(id), 0) AS id FROM jobs")


async def being_made(database: Queryable, after: int, limit: int) -> list[int]:
    """The numbers of the next jobs after that one of which something is made, joined, delivered."""
    sql = """
        SELECT id FROM (
            SELECT job_id AS id FROM tasks WHERE state IN ('submitting', 'running', 'fetching')
            UNION SELECT id FROM jobs WHERE state IN ('joining', 'delivering')
        ) AS made WHERE id > :after ORDER BY id LIMIT :limit
        """
    return await database.column(sql, after=after, limit=limit)


async def of_task(database: Queryable, task: Task) -> Job:
    """The job that a task is of."""
    job = await get(database, task.job_id)
    assert job is not None  # noqa: S101
    return job


async def items_of(database: Queryable, job: Job) -> tuple[Media, Media]:
    """Its photo and its voice: no row of either ever goes."""
    used = {job.photo_id, job.voice_id}
    photo, voice = await database.find_all(Media, "media", "kind", id=tuple(used))
    return photo, voice


async def open_of(database: Queryable, user_id: int, **where: int) -> list[Job]:
    """The person's jobs that have not ended, the oldest first; in one chat, by its `chat_id`."""
    whose = {"user_id": user_id, **where}
    return await database.find_all(Job, "jobs", "id", ended_at_milliseconds=None, **whose)


async def without_status(database: Queryable, limit: int) -> list[Job]:
    """Jobs that show nothing yet, and of which something is to be rendered still."""
    sql = f"""
        SELECT * FROM {WITHOUT_STATUS} AND EXISTS (SELECT 1 FROM tasks
                WHERE job_id = jobs.id
                    AND tasks.state IN ('preparing', 'ready', 'submitting', 'running'))
        ORDER BY not_before_milliseconds, id LIMIT :limit
        """  # noqa: S608
    return await database.every(Job, sql, limit=limit)


async def last_of(database: Queryable, conversation: ConversationKey) -> Job | None:
    """The newest job of this conversation."""
    found = await database.find_all(Job, "jobs", "id DESC LIMIT 1", **conversation._asdict())
    return next(iter(found), None)


async def by_request(database: Queryable, request: str) -> Job | None:
    """The job that was made of this request."""
    return await database.find(Job, "jobs", request=request)


async def source_of(database: Queryable, job_id: int) -> str:
    """What the job began with: it names the update that brought its voice."""
    sql = "SELECT source FROM media WHERE id = (SELECT voice_id FROM jobs WHERE id = :job_id)"
    return str(next(iter(await database.column(sql, job_id=job_id)), ""))


async def endings(database: Queryable, job_ids: list[int]) -> dict[int, int | None]:
    """When each of these jobs ended (epoch); None where it goes on, missing where there is none."""
    some = ", ".join(str(int(job_id)) for job_id in job_ids)
    sql = f"SELECT id, ended_at_milliseconds AS at FROM jobs WHERE id IN ({some})"  # noqa: S608
    return {row["id"]: row["at"] for row in await database.fetch_all(sql)}


async def newest_with(database: Queryable, media_id: int) -> Job | None:
    """The newest job that this photo or voice was used for."""
    return next(reversed(await made_of(database, media_id)), None)


async def waiting_in(database: Queryable, chat_id: int) -> list[Job]:
    """The jobs of this chat of which something waits, the oldest first."""
    sql = """
        SELECT * FROM jobs WHERE chat_id = :chat_id
            AND ended_at_milliseconds IS NULL AND EXISTS (SELECT 1 FROM tasks
                WHERE job_id = jobs.id AND tasks.state IN ('preparing', 'ready'))
        ORDER BY id
        """
    return await database.every(Job, sql, chat_id=chat_id)


async def made_of(database: Queryable, media_id: int) -> list[Job]:
    """The jobs that this photo or voice is used for."""
    return await database.every(
        Job,
        "SELECT * FROM jobs WHERE photo_id = :media_id OR voice_id = :media_id ORDER BY id",
        media_id=media_id,
    )


async def has_status(database: Queryable, conversation: ConversationKey, message_id: int) -> bool:
    """Whether this message is, or was to the end, the status of one of the person's jobs."""
    whose = {"user_id": conversation.user_id, "chat_id": conversation.chat_id}
    return await database.has("jobs", **whose, status_message_id=message_id)


async def waiting_of(database: Queryable, user_id: int) -> int:
    """How many jobs of this person have something that waits."""
    sql = """
        SELECT COUNT(DISTINCT jobs.id) AS n FROM jobs JOIN tasks ON tasks.job_id = jobs.id
        WHERE user_id = :user_id
            AND jobs.ended_at_milliseconds IS NULL AND tasks.state IN ('preparing', 'ready')
        """
    return await database.number(sql, user_id=user_id)
