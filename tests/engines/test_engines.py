"""Two engines side by side: what one was given or refuses is not the other's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydantic import SecretStr

from bot.chat.queue_view import views
from bot.config.settings import Settings
from bot.dashscope.errors import Moderated, ServiceStopped, StopCause, Unanswered
from bot.dashscope.tasks import TaskStatus
from bot.dashscope.verdict import Verdict
from bot.engines.outages import Outages
from bot.engines.registry import Engines
from bot.gate import Rule, RuleRefused
from bot.jobs.prepare import PhotoUnsuitable, Preparation
from bot.limits import joined, limits_of
from storage import media
from storage.groups.groups import GroupSettings
from storage.jobs.jobs import Job, JobState
from storage.jobs.ledger import Price
from storage.jobs.tasks import Task
from storage.outages import Work
from storage.people.preferences import Preferences
from tests.support.fake_services import Fakes, limits_with
from tests.support.scripted_engine import ScriptedEngine

RETIRED = ServiceStopped("submit: 404", cause=StopCause.MODEL_RETIRED)
FACE, ROOM = (1, 2, 3, 4), (0, 0, 9, 9)


class OtherEngine(ScriptedEngine):
    """EMO: sees boxes, counts what it is asked."""

    name = "emo"
    detection = "emo-detect-v1"
    verdict = Verdict(passed=True, face_bbox=FACE, ext_bbox=ROOM)
    checks = 0

    async def check(self, jpeg: bytes, framing: str | None = None) -> Verdict:
        await super().check(jpeg, framing)
        self.checks += 1
        return self.verdict


TERMS = limits_with(engine="wan2.2-s2v,emo", detections_per_person_per_day=1)


@pytest.fixture
def emo(fakes: Fakes) -> OtherEngine:
    return OtherEngine(fakes.clock)


@pytest.fixture
def outages(fakes: Fakes, emo: OtherEngine) -> Outages:
    fakes.common.give(Engines(fakes.engine, emo))
    of_emo = Outages(common=fakes.common, engine=emo)
    return Outages(common=fakes.common, engine=fakes.engine, others=[of_emo])


@pytest.fixture
def preparation(fakes: Fakes, emo: OtherEngine, outages: Outages) -> Preparation:
    common = replace(fakes.common, limits=TERMS)
    common.give(Engines(fakes.engine, emo), outages)
    return Preparation(common=common)


async def of_emo(fakes: Fakes) -> tuple[Job, Task]:
    """A job of EMO whose media items were handed over for the usual engine."""
    job = await fakes.waiting_job()
    async with fakes.database.transaction() as tx:
        await tx.execute("UPDATE jobs SET engine = 'emo'")
        await tx.execute("UPDATE tasks SET engine = 'emo'")
    return await fakes.job(job.id), await fakes.task_of(job)


async def test_halves_of_another_engine_are_handed_over_anew_and_the_photo_is_checked_once(
    fakes: Fakes, emo: OtherEngine, preparation: Preparation
) -> None:
    job, task = await of_emo(fakes)
    assert await preparation.ticket(task) is None
    await preparation.prepare(task)
    await preparation.prepare(task)
    ticket = await preparation.ticket(task)
    assert ticket is not None
    assert (ticket.face_bbox, ticket.ext_bbox) == (FACE, ROOM)
    assert emo.checks == 1
    (paid,) = await fakes.database.fetch_all("SELECT * FROM detections")
    assert (paid["model"], paid["micro_yuan"]) == ("emo-detect-v1", 4_000)
    for media_id in (job.photo_id, job.voice_id):
        item = await media.get(fakes.database, media_id)
        assert item is not None
        assert item.upload_engine == "emo"


async def test_a_photo_that_the_other_engine_refuses_is_not_handed_over(
    fakes: Fakes, emo: OtherEngine, preparation: Preparation
) -> None:
    emo.verdict = Verdict(passed=False, code="InvalidFile.FullFace")
    job, task = await of_emo(fakes)
    with pytest.raises(PhotoUnsuitable) as refusal:
        await preparation.prepare(task)
    assert refusal.value.code == "InvalidFile.FullFace"
    photo = await media.get(fakes.database, job.photo_id)
    assert photo is not None
    assert photo.upload_engine is None


async def test_the_check_of_the_other_engine_is_under_the_same_cap(
    fakes: Fakes, preparation: Preparation
) -> None:
    job, task = await of_emo(fakes)
    async with fakes.database.transaction() as tx:
        await tx.execute(
            "INSERT INTO detections (user_id, media_id, model, micro_yuan, day, at_milliseconds)"
            " VALUES (1, :id, 'm', 1, :day, 1)",
            id=job.photo_id,
            day="2026-11-22",
        )
    with pytest.raises(RuleRefused, match=Rule.CHECKS):
        await preparation.prepare(task)


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (PhotoUnsuitable("InvalidFile.FullFace"), "failed-photo"),
        (RuleRefused(Rule.CHECKS, {}), "failed-unchecked"),
        (Moderated("check: 400", code="DataInspectionFailed"), "failed-moderated"),
    ],
)
async def test_what_the_other_check_refuses_ends_the_job_for_nothing(
    fakes: Fakes, monkeypatch: pytest.MonkeyPatch, failure: Exception, text: str
) -> None:
    job = await fakes.waiting_job()
    async with fakes.database.transaction() as tx:
        await tx.execute("UPDATE tasks SET state = 'preparing'")

    async def refuse(*_: object) -> None:
        raise failure

    monkeypatch.setattr(Preparation, "prepare", refuse)
    async with fakes.open():
        await fakes.until(lambda: ended(fakes, job))
    failed = await fakes.job(job.id)
    assert (failed.state, failed.failure) == (JobState.FAILED, text)
    assert (await fakes.ledger())["held"] == 0
    assert fakes.engine.submitted == []


async def test_a_job_whose_engine_is_off_ends_for_nothing(fakes: Fakes) -> None:
    job, _ = await of_emo(fakes)
    async with fakes.open():
        await fakes.until(lambda: ended(fakes, job))
    failed = await fakes.job(job.id)
    assert failed.failure == "failed-switched-off"
    assert (await fakes.ledger())["held"] == 0
    assert any("not available any more" in text for text in fakes.sender.to(job.chat_id))


async def test_a_task_of_an_engine_without_a_key_is_not_given_up_at_once(fakes: Fakes) -> None:
    with pytest.raises(Unanswered):
        Engines(fakes.engine).of("emo")
    emo = OtherEngine(fakes.clock)
    engines = Engines(fakes.engine, off=[emo])
    assert engines.of("emo") is emo
    assert not engines.is_on("emo")
    assert (await engines.of("emo").query("t")).status is TaskStatus.RUNNING


async def test_a_retired_engine_holds_back_nobody_else(fakes: Fakes, outages: Outages) -> None:
    await outages.of("emo").refused(Work.SUBMIT, RETIRED)
    assert not await outages.of("emo").may_submit(fakes.database)
    assert await outages.of("wan2.2-s2v").may_submit(fakes.database)
    await fakes.post()
    assert any("emo: submit: 404" in text for text in fakes.told())
    assert await outages.resume(asked=True)
    assert await outages.of("emo").may_submit(fakes.database)


async def test_each_engine_has_a_line_of_its_own(fakes: Fakes) -> None:
    one, two, third = [await fakes.waiting_job(user_id) for user_id in (1, 2, 3)]
    other = await fakes.task_of(third)
    async with fakes.database.transaction() as tx:
        await tx.execute("UPDATE tasks SET engine = 'emo' WHERE id = :id", id=other.id)
    seen = await views(fakes.database, [one, third, two])
    assert [(view.place, view.ahead_milliseconds) for view in seen] == [(1, 0), (1, 0), (2, 5_000)]


def test_a_wish_for_an_engine_holds_as_long_as_it_is_on() -> None:
    wish = Preferences(engine="emo", resolution="720P")
    group = GroupSettings()
    emo = joined(TERMS, wish, group)
    assert (emo.engine, emo.resolution, emo.price) == ("emo", "1:1", Price(80_000, 160))
    usual = joined(limits_with(engine="wan2.2-s2v"), wish, group)
    assert (usual.engine, usual.price) == ("wan2.2-s2v", Price(900_000, 1800))
    finer = emo.in_resolution("720P", TERMS, "wan2.2-s2v")
    assert (finer.engine, finer.price) == ("wan2.2-s2v", Price(900_000, 1800))


@pytest.mark.parametrize(
    ("engines", "weights"),
    [
        ("wan2.2-s2v", {"wan2.2-s2v": (1000, 1800)}),
        ("wan2.2-s2v,emo", {"wan2.2-s2v": (1000, 1800), "emo": (160, 160)}),
        ("emo,wan2.2-s2v", {"emo": (1000, 1000), "wan2.2-s2v": (6250, 11_250)}),
        ("wan2.2-s2v,preview", {"preview": (1, 1)}),
        ("preview,wan2.2-s2v", {"preview": (1000, 1000), "wan2.2-s2v": (1000, 1000)}),
    ],
)
def test_a_second_counts_by_its_price_against_that_of_the_usual_engine(
    engines: str, weights: dict[str, tuple[int, int]]
) -> None:
    settings = Settings(
        engine=engines,
        telegram_bot_token=SecretStr("4242:AAH-local-sandbox-token-000000000000"),
        dashscope_api_key=SecretStr("sk-local-sandbox-key-000000000000"),
    )
    limits = limits_of(settings)
    for engine, weight in weights.items():
        prices = [limits.price_of(resolution, engine) for resolution in ("480P", "720P")]
        assert tuple(price.quota_weight_permille for price in prices) == weight
        assert limits.price_of_detection(engine) == (0 if engine == "preview" else 4_000)


async def ended(fakes: Fakes, job: Job) -> bool:
    current = await fakes.job(job.id)
    return current.state == JobState.FAILED and bool(current.announced)


def test_nobody_goes_around_the_resolution_that_a_groups_admins_chose() -> None:
    wish = Preferences(resolution="720P")
    bound = joined(TERMS, wish, GroupSettings(resolution="480P"))
    free = joined(TERMS, wish, GroupSettings())
    assert bound.in_resolution("720P", TERMS).resolution == "480P"
    assert bound.in_resolution("720P", TERMS).price == TERMS.price_of("480P")
    assert free.in_resolution("720P", TERMS).resolution == "720P"
