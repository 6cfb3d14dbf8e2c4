"""Halves and jobs for tests of the storage."""

from __future__ import annotations

import itertools
from zoneinfo import ZoneInfo

from storage import drafts, media
from storage.db.database import Database, Transaction
from storage.jobs import deliveries, jobs, moves
from storage.jobs.deliveries import Form
from storage.jobs.jobs import Job, Order
from storage.jobs.ledger import Caps, Price
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
    tx: Transaction, user_id: int = 1, milliseconds: int = 5_000, price: Price = PRICE
) -> Order:
    """An order of two new halves."""
    conversation = ConversationKey(user_id, 0, user_id)
    photo = await item(tx, "photo", conversation)
    voice = await item(tx, "voice", conversation)
    request = f"pair:{photo.id}:{voice.id}"
    return Order(
        request, conversation, photo.id, voice.id, ENGINE, "480P", milliseconds, price, None
    )


async def start(
    database: Database,
    user_id: int = 1,
    milliseconds: int = 5_000,
    *,
    caps: Caps = CAPS,
    price: Price = PRICE,
) -> Job:
    """A job that was accepted."""
    async with database.transaction() as tx:
        job = await jobs.start(
            tx, await order(tx, user_id, milliseconds, price), caps=caps, waiting_per_person=1_000
        )
    assert job is not None
    return job


async def submit_next(database: Database, slots: int = 1) -> Job | None:
    """The next in turn takes a slot."""
    async with database.transaction() as tx:
        return await moves.take_slot(tx, account=ACCOUNT, slots=slots, engine=ENGINE)


async def make_ready(database: Database, job: Job) -> None:
    """preparing → ready."""
    async with database.transaction() as tx:
        assert await moves.prepared(tx, job.id)


async def render(database: Database, job: Job, billed_milliseconds: int) -> Job:
    """From ready to delivering, billed."""
    await make_ready(database, job)
    taken = await submit_next(database)
    assert taken is not None
    assert taken.id == job.id
    async with database.transaction() as tx:
        assert await moves.submitted(tx, job.id, f"task-{job.id}")
        assert await moves.rendered(
            tx, job.id, video_url="https://x/y.mp4", billed_milliseconds=billed_milliseconds
        )
        assert await moves.fetched(tx, job.id)
    current = await jobs.get(database, job.id)
    assert current is not None
    return current


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
