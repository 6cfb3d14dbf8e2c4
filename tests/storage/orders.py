"""Media items, jobs and their tasks for tests of the storage."""

from __future__ import annotations

import itertools
import sqlite3
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import gate
from storage import drafts, media
from storage.db.database import Database, Queryable, Transaction
from storage.jobs import deliveries, jobs, ledger, moves, task_moves, tasks
from storage.jobs.deliveries import Form
from storage.jobs.jobs import Job, Order
from storage.jobs.ledger import Caps, Price
from storage.jobs.tasks import Task
from storage.media import ConversationKey, Media, ReceivedMedia

SHANGHAI = ZoneInfo("Asia/Shanghai")
NOON = 1_795_320_000_000  # 2026-11-22 12:00 in Shanghai
CAPS = Caps(SHANGHAI, 60_000, None, 50_000_000, 500_000_000)
PRICE = Price(micro_yuan_per_second=500_000, quota_weight_permille=1000)
ENGINE = "wan2.2-s2v"
ACCOUNT = "dashscope"

_numbers = itertools.count(1)


async def item(tx: Transaction, kind: str, conversation: ConversationKey, **facts: object) -> Media:
    """A half that is ready, in the draft of its place."""
    number = next(_numbers)
    arrival = ReceivedMedia(
        f"update:{number}", kind, conversation, number, None, f"f{number}", f"u{number}", 9
    )
    await media.record(tx, arrival, not_before_milliseconds=NOON)
    stored = await media.by_source(tx, arrival.source)
    assert stored is not None
    await drafts.put(tx, stored)
    length = {"duration_milliseconds": 5_000} if kind == "voice" else {}
    await media.ready(tx, stored.id, **length, **facts)
    ready = await media.get(tx, stored.id)
    assert ready is not None
    return ready


async def order(
    tx: Transaction,
    user_id: int = 1,
    milliseconds: int = 5_000,
    price: Price = PRICE,
    cuts: tuple[int, ...] = (),
) -> Order:
    """An order of two new media items."""
    conversation = ConversationKey(user_id, 0, user_id)
    photo = await item(tx, "photo", conversation)
    voice = await item(tx, "voice", conversation)
    request = f"pair:{photo.id}:{voice.id}"
    return Order(
        request, conversation, photo.id, voice.id, ENGINE, "480P", milliseconds, price, None, cuts
    )


async def start(
    database: Database,
    user_id: int = 1,
    milliseconds: int = 5_000,
    *,
    cuts: tuple[int, ...] = (),
    caps: Caps = CAPS,
    price: Price = PRICE,
) -> Job:
    """A job that was accepted."""
    async with database.transaction() as tx:
        wanted = await order(tx, user_id, milliseconds, price, cuts)
        job = await make(tx, wanted, caps=caps)
    assert job is not None
    return job


async def make(
    tx: Transaction, wanted: Order, *, caps: Caps = CAPS, most_waiting: int = 1_000
) -> Job | None:
    """As the bot does: past the gate, in the same transaction."""
    user_id, amount = wanted.conversation.user_id, wanted.price.of(wanted.video_milliseconds)
    facts = gate.Facts(
        needed=amount,
        quotas=await ledger.quotas_of(tx, user_id, caps),
        budgets=await ledger.budgets_of(tx, caps),
        waiting=await jobs.waiting_of(tx, user_id),
        most_waiting=most_waiting,
    )
    refusal = gate.decide(gate.Way.PAIR, facts)
    if refusal is not None:
        raise refusal
    return await jobs.start(tx, wanted, zone=caps.zone)


async def as_it_is(database: Database, job: Job) -> Job:
    """The job now."""
    found = await jobs.get(database, job.id)
    assert found is not None
    return found


async def task_of(database: Queryable, job: Job) -> Task:
    """The first task of a job, as it is now."""
    return (await tasks.of_job(database, job.id))[0]


async def submit_next(database: Database, slots: int = 1) -> Task | None:
    """The next in turn takes a slot."""
    async with database.transaction() as tx:
        return await task_moves.take_slot(tx, account=ACCOUNT, slots=slots, engine=ENGINE)


async def make_ready(database: Database, job: Job) -> None:
    """preparing → ready, all its tasks."""
    async with database.transaction() as tx:
        for task in await tasks.of_job(tx, job.id):
            assert await task_moves.prepared(tx, task)


async def run_next(database: Database, slots: int = 1) -> Task:
    """From ready to running: the next in turn."""
    taken = await submit_next(database, slots)
    assert taken is not None
    async with database.transaction() as tx:
        assert await task_moves.submitted(tx, taken, f"task-{taken.id}")
        running = await tasks.get(tx, taken.id)
    assert running is not None
    return running


async def bill(
    database: Database, task: Task, milliseconds: int | None = None, *, url: str | None = "u"
) -> None:
    """running → fetching."""
    billed = task.length_milliseconds if milliseconds is None else milliseconds
    async with database.transaction() as tx:
        assert await task_moves.rendered(tx, task, video_url=url, billed_milliseconds=billed)


async def fetch_next(database: Database, milliseconds: int | None = None) -> Task:
    """From ready to fetched: the next in turn."""
    task = await run_next(database)
    await bill(database, task, milliseconds)
    async with database.transaction() as tx:
        assert await task_moves.fetched(tx, task)
    return task


async def render(database: Database, job: Job, billed_milliseconds: int) -> Job:
    """From preparing to delivering, billed; a job of one task."""
    await make_ready(database, job)
    task = await fetch_next(database, billed_milliseconds)
    assert task.job_id == job.id
    return await as_it_is(database, job)


async def deliver(database: Database, job: Job) -> bool:
    """delivering → done."""
    async with database.transaction() as tx:
        return await moves.delivered(await shown(tx, job), job)


async def shown(tx: Transaction, job: Job) -> Transaction:
    """Its video was sent; the transaction."""
    cause = deliveries.first_cause(job)
    await deliveries.sending(tx, job, cause, Form.VIDEO, job.chat_id)
    await deliveries.sent(tx, cause, Form.VIDEO, 99, file_id="v")
    return tx


def more_jobs(database: Path, times: int, **own: str) -> None:
    """As if so many others (by the numbers `n` from 1) had ordered what job 2 is; `own` are SQL, of
    columns of `jobs` in which they differ.
    """
    user = {"user_id": own.get("user_id", "10000 + n")}
    connection = sqlite3.connect(database)
    with connection:
        request = {"id": "id + n", "request": "'more:' || n", "chat_id": "10000 + n"}
        _repeat(connection, "jobs", request | user | own, times)
        of_task = {"id": "id + n", "job_id": "job_id + n", "turn": "turn + n"}
        _repeat(connection, "tasks", of_task, times)
        of_hold = {"id": "id + n", "job_id": "job_id + n"}
        _repeat(connection, "ledger", of_hold | user, times)
    connection.close()


def _repeat(connection: sqlite3.Connection, table: str, own: dict[str, str], times: int) -> None:
    columns = [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
    values = ", ".join(own.get(column, column) for column in columns)
    connection.execute(
        "WITH RECURSIVE numbers (n) AS"
        " (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ?)"
        f" INSERT INTO {table} SELECT {values} FROM {table}, numbers WHERE {table}.id = 2",
        (times,),
    )
