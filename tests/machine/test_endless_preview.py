"""A preview that never ends: its process is ended, it is said, and nobody waits for it."""

from __future__ import annotations

import io
import os
import time
import wave
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.chat.provider_texts import failure_text
from bot.config.engines import ENGINES
from bot.dashscope.tasks import ProviderTask, TaskStatus, failure_of
from bot.engines.base import Ticket
from bot.engines.preview import PreviewEngine
from bot.media.calls import MediaCall, normalise_sound, render_preview
from bot.media.exchange import VideoFacts
from bot.media.processes import MediaProcesses
from bot.media.worker.kinds import RENDERING
from bot.retry import RetryPolicy
from tests.support.bot_process import put
from tests.support.clock import FakeClock
from tests.support.deadlines import eventually
from tests.support.media.voices import voice
from tests.support.texts import label, said
from tests.support.world import world

PROCESSES = "bot.media.processes"

HANGS = Path("previews-hang")
"""While it is in the bot's directory, a preview is never done."""

SILENCE_SECONDS = 2.0


class Endless(MediaCall[..., Any]):
    """Never returns, and takes no processor time: only that it tells nothing can end it."""

    def __call__(self, *_: object, **__: object) -> None:
        while True:
            time.sleep(60)


class Quick(MediaCall[..., Any]):
    """Makes it at once."""

    def __call__(
        self, _photo: bytes, _voice: bytes, target: Path, *_: object, **__: object
    ) -> VideoFacts:
        target.write_bytes(b"video")
        return VideoFacts(2, 2, 1_000, 25.0, True, 5)


def renders_with(media: MediaProcesses, call: MediaCall[..., Any]) -> None:
    """Every preview from now on; whoever waits for one that is endless soon loses patience."""
    put(PROCESSES, "render_preview", call)
    endless = isinstance(call, Endless)
    kind = replace(RENDERING, silence_seconds=SILENCE_SECONDS) if endless else RENDERING
    media._workers[RENDERING]._kind = kind


def hang_previews() -> None:
    """In the bot's process."""
    render = MediaProcesses.render
    directory = Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///")).parent

    async def sometimes(self: MediaProcesses, *args: Any) -> VideoFacts:
        hangs = (directory / HANGS).exists()
        renders_with(self, Endless("endless", RENDERING) if hangs else render_preview)
        return await render(self, *args)

    put(MediaProcesses, "render", sometimes)
    put("bot.jobs.refusals", "SUBMIT_REFUSED", RetryPolicy((0.1, 0.1)))


@pytest.mark.proof
async def test_its_person_is_told_and_everybody_else_has_theirs(tmp_path: Path) -> None:
    both = {"ENGINE": "preview,wan2.2-s2v", "CHANGED_BY": f"{__name__}:{hang_previews.__name__}"}
    async with world(tmp_path, both) as there:
        hangs = there.directory / HANGS
        hangs.touch()
        ada, ben = await there.person("Ada"), await there.person("Ben")
        panel = await ben.sees("Your settings", reply_to=await ben.writes("/settings"))
        assert await ben.forges_press(panel, "setting:engine:wan") == label("answer-kept")
        for person in (ada, ben):
            await person.send("photo", sample="portrait")
            await person.says()
        await ben.sees_video()
        end = await ada.sees(said("failed-service", charged=label("charged-nothing")))
        hangs.unlink()
        assert await ada.presses(end, label("button-retry")) == label("answer-started")
        await ada.sees_video()


async def submitted(engine: PreviewEngine, name: str) -> str:
    wav = io.BytesIO()
    with wave.open(wav, "wb") as writer:
        writer.setparams((1, 2, 16_000, 0, "NONE", ""))
        writer.writeframes(bytes(32_000))
    photo = await engine.upload("photo.jpg", b"photo")
    sound = await engine.upload("voice.wav", wav.getvalue())
    return await engine.submit(Ticket(name, photo.url, sound.url, "480P", None, None))


async def ended(engine: PreviewEngine, task_id: str) -> ProviderTask:
    async def look() -> ProviderTask | None:
        task = await engine.query(task_id)
        return task if task.status.final else None

    return await eventually(look, "the end of a preview")


async def test_it_fails_for_nothing_and_holds_up_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"{PROCESSES}.render_preview", render_preview)  # put back at its end
    async with MediaProcesses(tmp_path / "p") as media:
        engine = PreviewEngine(
            kind=ENGINES["preview"], directory=tmp_path / "p", media=media, clock=FakeClock()
        )
        renders_with(media, Endless("endless", RENDERING))
        endless = await submitted(engine, "1")
        assert (await media.run(normalise_sound, voice(), None, True)).wav
        task = await ended(engine, endless)
        assert (task.status, task.billed_milliseconds) == (TaskStatus.FAILED, None)
        assert failure_text(failure_of(task)) == "failed-service"
        renders_with(media, Quick("quick", RENDERING))
        task = await ended(engine, await submitted(engine, "2"))
        assert task.status is TaskStatus.SUCCEEDED
        await engine.close()
