"""The whole way against the local provider, on a real socket."""

from __future__ import annotations

import asyncio
import io
import math
import struct
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
from PIL import Image

from bot.clock import Clock, SystemClock
from bot.config.service import DEMO_API_KEY
from bot.dashscope.client import DashScope
from bot.dashscope.errors import (
    InputNotFetched,
    InputRefused,
    NotCancellable,
    ResultGone,
    ServiceStopped,
    StopCause,
    SubmitUnknown,
    Throttled,
    Unanswered,
)
from bot.dashscope.fields import VideoRequest
from bot.dashscope.tasks import ProviderTask, TaskStatus, failure_of
from bot.media.exchange import VideoFacts
from bot.sandbox.dashscope.app import create_dashscope_app
from bot.sandbox.dashscope.settings import ProviderSettings
from bot.sandbox.faults import FaultBoard
from bot.sandbox.journal import Journal
from bot.sandbox.serving import serve
from tests.dashscope.fault_server import (
    EMO_DETECT_MODEL,
    EMO_MODEL,
    S2V_DETECT_MODEL,
    S2V_MODEL,
    TLS,
    client_of,
)
from tests.dashscope.test_download import leftovers
from tests.support.clock import FakeClock
from tests.support.deadlines import deadline, eventually, in_time
from tests.support.fakes import HereRenderer

SAMPLES = Path(__file__).parents[2] / "bot" / "sandbox" / "samples"
VIDEO = b"not really a video, but exactly this" * 1_000


class _Renderer(HereRenderer):
    """Makes its video when it is let."""

    def __init__(self) -> None:
        super().__init__(lambda _: VIDEO)
        self.go = asyncio.Event()

    async def render(self, *asked: Any) -> VideoFacts:
        await self.go.wait()
        await super().render(*asked)
        return VideoFacts(480, 640, 2_345, 16.0, has_sound=True, size_bytes=len(VIDEO))


@dataclass
class Local:
    """The client, and the strings of the provider it talks to."""

    client: DashScope
    faults: FaultBoard
    renderer: _Renderer
    origin: str

    @property
    def base_url(self) -> str:
        return f"{self.origin}/api/v1"

    async def order(self, milliseconds: int = 2_345) -> VideoRequest:
        photo = await self.client.upload(S2V_MODEL, "portrait.jpg", portrait())
        voice = await self.client.upload(S2V_MODEL, "voice.wav", tone(milliseconds))
        return VideoRequest(S2V_MODEL, photo.url, voice.url, {"resolution": "480P"})

    async def change(self, **settings: object) -> None:
        async with httpx.AsyncClient(verify=TLS, timeout=deadline()) as http:
            answer = await http.patch(f"{self.origin}/sim/settings", json=settings)
        assert answer.status_code == 200

    async def submit(self) -> str:
        return await self.client.submit(await self.order())

    async def settled(self, task_id: str, *among: TaskStatus) -> ProviderTask:
        async def look() -> ProviderTask | None:
            task = await self.client.query(task_id)
            return task if task.status in among else None

        return await eventually(look, f"task {task_id} is {among}")


@asynccontextmanager
async def local_provider(clock: Clock) -> AsyncIterator[Local]:
    """The clock is that of both sides."""
    faults, renderer = FaultBoard(), _Renderer()
    settings = ProviderSettings(refuse_seconds=0.05)
    apps = create_dashscope_app(
        Journal(clock), faults, clock=clock, settings=settings, renderer=renderer
    )
    async with (
        serve(apps.app) as origin,
        client_of(f"{origin}/api/v1", key=DEMO_API_KEY, clock=clock) as client,
    ):
        yield Local(client, faults, renderer, origin)


@pytest.fixture
async def local() -> AsyncIterator[Local]:
    async with local_provider(SystemClock()) as made:
        yield made


def portrait() -> bytes:
    return (SAMPLES / "portrait.jpg").read_bytes()


def wall() -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (640, 640), "grey").save(target, "JPEG")
    return target.getvalue()


def tone(milliseconds: int) -> bytes:
    rate = 16_000
    values = [
        round(9_000 * math.sin(2 * math.pi * 220 * index / rate))
        for index in range(rate * milliseconds // 1000)
    ]
    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(rate)
        sound.writeframes(struct.pack(f"<{len(values)}h", *values))
    return target.getvalue()


async def test_a_photo_and_a_voice_become_a_video(local: Local, tmp_path: Path) -> None:
    seen = await local.client.upload(S2V_DETECT_MODEL, "portrait.jpg", portrait())
    assert (await local.client.detect(S2V_DETECT_MODEL, seen.url)).passed
    before = SystemClock().now_milliseconds()
    submitted = await local.submit()
    local.renderer.go.set()
    task = await local.settled(submitted, TaskStatus.SUCCEEDED)
    after = SystemClock().now_milliseconds()
    assert task.billed_milliseconds is not None
    assert abs(task.billed_milliseconds - 2_345) <= 10
    assert task.scheduled_at_milliseconds is not None
    assert before <= task.scheduled_at_milliseconds <= after
    assert task.video_url is not None
    size = await local.client.download(task.video_url, tmp_path / "v.mp4")
    assert (tmp_path / "v.mp4").read_bytes() == VIDEO
    assert size == len(VIDEO)


async def test_emo_goes_the_same_way_with_its_boxes(local: Local) -> None:
    seen = await local.client.upload(EMO_DETECT_MODEL, "portrait.jpg", portrait())
    verdict = await local.client.detect(EMO_DETECT_MODEL, seen.url, ratio="1:1")
    assert verdict.face_bbox is not None
    assert verdict.ext_bbox is not None
    photo = await local.client.upload(EMO_MODEL, "portrait.jpg", portrait())
    voice = await local.client.upload(EMO_MODEL, "voice.wav", tone(1_500))
    submitted = await local.client.submit(
        VideoRequest(
            EMO_MODEL,
            photo.url,
            voice.url,
            {"style_level": "normal"},
            {"face_bbox": verdict.face_bbox, "ext_bbox": verdict.ext_bbox},
        )
    )
    local.renderer.go.set()
    task = await local.settled(submitted, TaskStatus.SUCCEEDED)
    assert task.billed_milliseconds is not None
    assert task.video_url is not None


@pytest.mark.parametrize("shape", ["http200", "http400"])
async def test_a_photo_of_nobody_is_a_verdict_in_both_shapes(shape: str, local: Local) -> None:
    await local.change(detect_refusal_shape=shape)
    seen = await local.client.upload(S2V_DETECT_MODEL, "wall.jpg", wall())
    verdict = await local.client.detect(S2V_DETECT_MODEL, seen.url)
    assert (verdict.passed, verdict.code) == (False, "InvalidFile.NoHuman")
    assert "no human body" in (verdict.message or "")


async def test_a_waiting_task_can_be_cancelled_and_a_running_one_cannot(local: Local) -> None:
    first, second = await local.submit(), await local.submit()
    await local.settled(first, TaskStatus.RUNNING)
    await local.client.cancel(second)
    assert (await local.client.query(second)).status is TaskStatus.CANCELED
    with pytest.raises(NotCancellable):
        await local.client.cancel(first)
    with pytest.raises(NotCancellable):
        await local.client.cancel("no-such-task")


async def test_the_list_shows_every_task_of_the_model_across_pages(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.dashscope.tasks.PAGE_SIZE", 2)
    order = await local.order()
    ids = [await local.client.submit(order) for _ in range(5)]
    tasks = await local.client.list_tasks(S2V_MODEL)
    assert sorted(task.task_id for task in tasks) == sorted(ids)
    assert all(task.created_at_milliseconds is not None for task in tasks)
    assert await local.client.list_tasks(EMO_MODEL) == []


async def test_an_unknown_id_is_unknown(local: Local) -> None:
    task = await local.client.query("6a2d7d5b-0000-0000-0000-000000000000")
    assert task.status is TaskStatus.UNKNOWN


async def test_an_order_whose_answer_is_lost_is_found_in_the_list(local: Local) -> None:
    order = await local.order()
    local.faults.add("provider", "submit", "drop_after")
    with pytest.raises(SubmitUnknown):
        await local.client.submit(order)
    (task,) = await local.client.list_tasks(S2V_MODEL)
    assert task.status in (TaskStatus.PENDING, TaskStatus.RUNNING)


@pytest.mark.parametrize("kind", ["drop_before", "error_after", "malformed", "html", "empty"])
async def test_each_fault_at_submit_leaves_one_task_at_most(kind: str, local: Local) -> None:
    order = await local.order()
    local.faults.add("provider", "submit", kind, params={"code": 500})
    with pytest.raises(SubmitUnknown):
        await local.client.submit(order)
    tasks = await local.client.list_tasks(S2V_MODEL)
    assert len(tasks) == (0 if kind == "drop_before" else 1)


async def test_sound_that_is_too_long_fails_the_task_with_the_reason(local: Local) -> None:
    local.renderer.go.set()
    submitted = await local.client.submit(await local.order(20_500))
    task = await local.settled(submitted, TaskStatus.FAILED)
    failure = failure_of(task)
    assert isinstance(failure, InputRefused)
    assert "longer than 20s" in (failure.message or "")
    assert task.billed_milliseconds is None


async def test_a_photo_uploaded_for_one_model_cannot_be_read_by_another(local: Local) -> None:
    wrong = await local.client.upload(S2V_MODEL, "portrait.jpg", portrait())
    with pytest.raises(InputNotFetched):
        await local.client.detect(S2V_DETECT_MODEL, wrong.url)


async def test_a_wrong_key_stops_the_service(local: Local) -> None:
    async with client_of(local.base_url, key="sk-wrong") as stranger:
        with pytest.raises(ServiceStopped) as caught:
            await stranger.query("t-1")
    assert caught.value.cause is StopCause.KEY


async def test_an_expired_policy_is_renewed_by_itself(local: Local) -> None:
    expired = {"code": 403, "body": "Invalid according to Policy: Policy expired."}
    local.faults.add("provider", "upload", "status", params=expired)
    uploaded = await local.client.upload(S2V_DETECT_MODEL, "portrait.jpg", portrait())
    assert local.faults.active() == []
    assert (await local.client.detect(S2V_DETECT_MODEL, uploaded.url)).passed


async def test_being_too_fast_for_the_provider_is_throttled(local: Local) -> None:
    order = await local.order()
    params = {"http": 429, "code": "Throttling.RateQuota", "message": "Requests rate limit"}
    local.faults.add("provider", "submit", "code", params=params)
    with pytest.raises(Throttled):
        await local.client.submit(order)
    assert await local.client.submit(order)


@pytest.mark.parametrize(
    ("kind", "raises"), [("result_missing", ResultGone), ("result_truncated", Unanswered)]
)
async def test_a_result_that_cannot_be_had_leaves_no_file(
    kind: str, raises: type[Exception], local: Local, tmp_path: Path
) -> None:
    local.renderer.go.set()
    submitted = await local.submit()
    task = await local.settled(submitted, TaskStatus.SUCCEEDED)
    assert task.video_url is not None
    local.faults.add("provider", "result", kind)
    with pytest.raises(raises):
        await local.client.download(task.video_url, tmp_path / "v.mp4")
    assert leftovers(tmp_path) == []


async def test_detection_keeps_to_the_providers_pace_however_many_ask() -> None:
    clock = FakeClock(jumps=False)
    async with local_provider(clock) as local:
        uploaded = await local.client.upload(S2V_DETECT_MODEL, "portrait.jpg", portrait())
        detect = partial(local.client.detect, S2V_DETECT_MODEL, uploaded.url)
        asked = [asyncio.create_task(detect()) for _ in range(8)]
        for turn in asked:
            assert (await in_time(turn)).passed
            clock.advance(min(clock.due, default=0.0) - clock.steady_seconds())
