"""Previews are made on this machine; one that does not end fails alone."""

from __future__ import annotations

import io
import wave
from pathlib import Path

import pytest

from bot.chat.provider_texts import failure_text
from bot.config.engines import ENGINES
from bot.dashscope.tasks import ProviderTask, TaskStatus, failure_of
from bot.engines.base import Ticket
from bot.engines.preview import PreviewEngine
from bot.media.calls import render_preview
from tests.support.clock import FakeClock
from tests.support.deadlines import eventually
from tests.support.fakes import FakeMedia


@pytest.fixture
def media() -> FakeMedia:
    return FakeMedia({render_preview: lambda _photo, _voice, target, _resolution: target})


@pytest.fixture
def engine(tmp_path: Path, media: FakeMedia) -> PreviewEngine:
    return PreviewEngine(
        kind=ENGINES["preview"], directory=tmp_path / "preview", media=media, clock=FakeClock()
    )


def second_of_silence() -> bytes:
    target = io.BytesIO()
    with wave.open(target, "wb") as writer:
        writer.setparams((1, 2, 16_000, 0, "NONE", ""))
        writer.writeframes(bytes(32_000))
    return target.getvalue()


async def ended(engine: PreviewEngine, name: str) -> ProviderTask:
    """The task of that name, rendered or not."""
    photo = await engine.upload("photo.jpg", b"photo")
    voice = await engine.upload("voice.wav", second_of_silence())
    task_id = await engine.submit(Ticket(name, photo.url, voice.url, "480P", None, None))

    async def look() -> ProviderTask | None:
        task = await engine.query(task_id)
        return task if task.status.final else None

    return await eventually(look, "the end of a preview")


async def test_a_preview_that_its_limit_ended_is_said_and_holds_up_nobody(
    engine: PreviewEngine, media: FakeMedia
) -> None:
    media.dies = {render_preview}
    task = await ended(engine, "1")
    assert task.status is TaskStatus.FAILED
    assert failure_text(failure_of(task)) == "failed-service"
    media.dies = set()
    task = await ended(engine, "2")
    assert (task.status, task.billed_milliseconds) == (TaskStatus.SUCCEEDED, 1_000)
