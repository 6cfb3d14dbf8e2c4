"""The operator is told of trouble once an hour, and in the end whatever comes between."""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from pydantic import SecretStr
from telegram.error import Forbidden

from bot import alerts
from bot.alerts import Operator
from bot.common import build_outbox
from bot.config.settings import Settings
from bot.dashscope.errors import RequestRejected
from bot.outbox import A_WEEK_SECONDS, OutboxRunner
from bot.telegram import account
from bot.telegram.errors import ChatDead, NotAllowed, NotSent, SendUnknown, TelegramFailure
from bot.texts import Texts
from storage.db.database import Transaction
from storage.jobs.tasks import TaskState
from tests.support.fake_services import OPERATOR, Fakes, run_all
from tests.support.fakes import FakeSender

OLGA, OTTO = OPERATOR, OPERATOR + 1
HOUR_SECONDS = 3_601.0


@dataclass(frozen=True)
class Telling:
    """An operator, and the outbox that brings what they are told."""

    operator: Operator
    outbox: OutboxRunner

    async def tell(self, subject: str, key: str, **values: str) -> None:
        await self.operator.tell(subject, key, **values)

    async def send(self) -> None:
        await run_all(self.outbox)


def telling(fakes: Fakes, post: FakeSender, *admins: int) -> Telling:
    operator = Operator(
        database=fakes.database, sender=post, texts=Texts(), admin_ids=frozenset(admins or {OLGA})
    )
    telegram = replace(fakes.common.telegram, sender=post)
    return Telling(
        operator, build_outbox(replace(fakes.common, telegram=telegram), [operator.kind])
    )


async def test_the_same_subject_is_told_once_an_hour(fakes: Fakes) -> None:
    post = FakeSender()
    operator = telling(fakes, post)
    for _ in range(3):
        await operator.tell("budget", "operator-budget")
    await operator.tell("disk", "operator-disk", detail="full")
    await operator.send()
    assert len(post.to(OLGA)) == 2
    fakes.clock.advance(HOUR_SECONDS)
    await operator.tell("budget", "operator-budget")
    await operator.send()
    assert len(post.to(OLGA)) == 3


@pytest.mark.parametrize("failure", [NotSent("away"), SendUnknown("cut"), NotAllowed("?")])
async def test_what_could_not_be_sent_is_sent_later_with_pauses_that_grow(
    fakes: Fakes, failure: TelegramFailure
) -> None:
    post = FakeSender()
    operator = telling(fakes, post)
    post.failures[OLGA] = failure
    await operator.tell("lost:1", "operator-budget")
    for seconds in (0.0, 6.0, 16.0, 61.0):
        fakes.clock.advance(seconds)
        await operator.send()
        await operator.send()
    assert post.tries == 4
    post.failures.clear()
    fakes.clock.advance(HOUR_SECONDS)
    await operator.send()
    await operator.send()
    assert len(post.to(OLGA)) == 1


async def test_a_week_in_vain_is_the_end(fakes: Fakes, caplog: pytest.LogCaptureFixture) -> None:
    post = FakeSender()
    operator = telling(fakes, post)
    post.failures[OLGA] = NotSent("away")
    await operator.tell("lost:1", "operator-budget")
    await operator.send()
    fakes.clock.advance(A_WEEK_SECONDS - 1)
    await operator.send()
    assert post.tries == 2
    fakes.clock.advance(HOUR_SECONDS)
    await operator.send()
    post.failures.clear()
    fakes.clock.advance(HOUR_SECONDS)
    await operator.send()
    assert post.to(OLGA) == []
    assert "alert:lost:1" in caplog.text


async def test_each_administrator_is_told_whoever_else_cannot_be(
    fakes: Fakes, caplog: pytest.LogCaptureFixture
) -> None:
    post = FakeSender()
    operator = telling(fakes, post, OLGA, OTTO, OTTO + 1)
    post.failures = {OLGA: ChatDead("never started the bot"), OTTO: NotSent("away")}
    await operator.tell("lost:1", "operator-budget")
    await operator.send()
    assert f":{OLGA} is given up" in caplog.text
    assert len(post.to(OTTO + 1)) == 1
    post.failures.clear()
    fakes.clock.advance(60)
    await operator.send()
    assert [len(post.to(admin)) for admin in (OLGA, OTTO, OTTO + 1)] == [0, 1, 1]


async def test_who_is_no_administrator_any_more_is_not_told(fakes: Fakes) -> None:
    post = FakeSender()
    await telling(fakes, post, OLGA, OTTO).tell("lost:1", "operator-budget")
    later = telling(fakes, post, OTTO)
    await later.send()
    assert (post.to(OLGA), len(post.to(OTTO))) == ([], 1)


async def test_a_process_that_dies_before_it_sends_loses_nothing(fakes: Fakes) -> None:
    await telling(fakes, FakeSender()).tell("lost:1", "operator-disk", detail="<full>")
    post = FakeSender()
    await telling(fakes, post).send()
    assert "&lt;full&gt;" in post.to(OLGA)[0]


async def test_a_notice_is_not_told_of_what_was_rolled_back(fakes: Fakes) -> None:
    post = FakeSender()
    operator = telling(fakes, post)

    async def torn(tx: Transaction) -> None:
        await operator.operator.note(tx, "lost:1", "operator-budget")
        raise RuntimeError("the process dies here")

    task = await fakes.running_task()
    with pytest.raises(RuntimeError):
        await fakes.finisher.fail_task(task, "failed-lost", noting=torn)
    await operator.send()
    assert post.to(OLGA) == []
    assert (await fakes.task(task.id)).state == TaskState.RUNNING

    await fakes.finisher.fail_task(
        task, "failed-lost", noting=operator.operator.noting("lost:1", "operator-budget")
    )
    await fakes.finisher.fail_task(
        task, "failed-lost", noting=operator.operator.noting("lost:2", "operator-budget")
    )
    await operator.send()
    assert len(post.to(OLGA)) == 1


async def test_the_end_of_another_state_is_left_alone(fakes: Fakes) -> None:
    task = replace(await fakes.running_task(), state=TaskState.SUBMITTING)
    await fakes.finisher.fail_task(task, "failed-lost")
    assert (await fakes.task(task.id)).state == TaskState.RUNNING


async def test_a_text_too_long_for_telegram_is_shortened(fakes: Fakes) -> None:
    post = FakeSender()
    operator = telling(fakes, post)
    await operator.operator.tell_of(RequestRejected("x" * 5_000), 3)
    await operator.send()
    assert len(post.to(OLGA)[0]) < 1_200


async def test_the_pipeline_sends_what_an_earlier_process_left(fakes: Fakes) -> None:
    await fakes.operator.tell("lost:1", "operator-budget")
    async with fakes.open():
        await fakes.until(lambda: len(fakes.told()) == 1)


class OneBlocked:
    """Telegram as an alarm meets it where the first administrator has blocked the bot."""

    def __init__(self) -> None:
        self.told: list[int] = []
        self.request = self

    async def send_message(self, admin_id: int, _text: str) -> None:
        if admin_id == OLGA:
            raise Forbidden("bot was blocked by the user")
        self.told.append(admin_id)

    async def shutdown(self) -> None:
        """Nothing to end."""


@pytest.mark.parametrize(("admins", "times"), [(f"{OLGA},{OTTO}", 1), (f"{OLGA}", 0)])
async def test_an_alarm_reaches_whoever_can_be_reached_and_is_remembered_only_then(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, admins: str, times: int
) -> None:
    telegram = OneBlocked()
    monkeypatch.setattr(account, "build_bot", lambda *_, **__: telegram)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    settings = Settings(
        telegram_bot_token=SecretStr("4242:AAH-local-sandbox-token-000000000000"),
        engine="preview",
        admin_ids=admins,  # type: ignore[arg-type]
    )
    for _ in range(2):
        await alerts.raise_alarm(settings, "operator-database-unusable", "full")
    assert telegram.told == [OTTO] * times
    assert len(os.listdir(tmp_path)) == times  # noqa: PTH208
