"""The provider's own SDK, unmodified, works against the local provider and the real renderer."""

from __future__ import annotations

import asyncio
import io
import warnings
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import av
import httpx
import pytest

from bot.clock import SystemClock
from bot.config.service import DEMO_API_KEY
from bot.sandbox.dashscope.app import create_dashscope_app
from bot.sandbox.faults import FaultBoard
from bot.sandbox.journal import Journal
from bot.sandbox.serving import serve
from tests.sandbox_dashscope.conftest import EMO, S2V, S2V_DETECT
from tests.support.deadlines import deadline
from tests.support.media import photos, voices

# The SDK leaves its pooled connections open at exit and uses what its libraries deprecate.
pytestmark = pytest.mark.filterwarnings("ignore")

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import dashscope
    from dashscope.client.base_api import BaseApi, BaseAsyncApi
    from dashscope.utils.oss_utils import OssUtils

Service = tuple[str, httpx.AsyncClient]


@pytest.fixture
async def real() -> AsyncIterator[Service]:
    """The local provider as the demo has it: real faces, real renderer."""
    clock = SystemClock()
    apps = create_dashscope_app(Journal(clock), FaultBoard(), clock=clock)
    async with (
        serve(apps.app) as base_url,
        httpx.AsyncClient(base_url=base_url, timeout=deadline()) as http,
    ):
        yield f"{base_url}/api/v1", http


def upload(base: str, model: str, path: Path) -> str:
    url, _ = OssUtils.upload(
        model=model, file_path=str(path), api_key=DEMO_API_KEY, base_address=base
    )
    return str(url)


def detect(base: str, image_url: str) -> Any:
    return BaseApi.call(
        model=S2V_DETECT,
        input={"image_url": image_url},
        task_group="aigc",
        task="image2video",
        function="face-detect",
        api_key=DEMO_API_KEY,
        base_address=base,
        headers={"X-DashScope-OssResourceResolve": "enable"},
    )


def submit(base: str, model: str, inputs: dict[str, Any]) -> Any:
    return BaseAsyncApi.async_call(
        model=model,
        input=inputs,
        task_group="aigc",
        task="image2video",
        function="video-synthesis",
        api_key=DEMO_API_KEY,
        base_address=base,
        headers={"X-DashScope-OssResourceResolve": "enable"},
        resolution="480P",
    )


@pytest.fixture
def files(tmp_path: Path) -> tuple[Path, Path]:
    photo, voice = tmp_path / "photo.jpg", tmp_path / "voice.wav"
    photo.write_bytes(photos.PORTRAIT.read_bytes())
    voice.write_bytes(voices.tone_wav(1_000))
    return photo, voice


def whole_way(base: str, photo: Path, voice: Path) -> Any:
    verdict = detect(base, upload(base, S2V_DETECT, photo))
    assert verdict.status_code == 200, verdict
    assert verdict.output == {"check_pass": True, "humanoid": True}
    inputs = {"image_url": upload(base, S2V, photo), "audio_url": upload(base, S2V, voice)}
    task = submit(base, S2V, inputs)
    assert task.status_code == 200, task
    return BaseAsyncApi.wait(task, api_key=DEMO_API_KEY, base_address=base)


async def test_upload_detect_submit_wait(real: Service, files: tuple[Path, Path]) -> None:
    base, http = real
    done = await asyncio.to_thread(whole_way, base, *files)
    assert done.output["task_status"] == "SUCCEEDED", done
    assert done.usage["duration"] == 1.0
    video = await http.get(done.output["results"]["video_url"])
    with av.open(io.BytesIO(video.content), "r") as container:
        frames = list(container.decode(video=0))
        assert len(frames) == 16
        size = f"{frames[0].width}*{frames[0].height}"
        assert container.streams.audio
    assert done.usage["size"] == size
    assert (await http.get("/sim/bill")).json()["total_micro_yuan"] == 504_000


async def test_video_synthesis_with_a_local_file(real: Service, files: tuple[Path, Path]) -> None:
    """The SDK's own class uploads the sound itself and adds prompt, extend_prompt and function."""
    base, http = real

    def make() -> Any:
        return dashscope.VideoSynthesis.async_call(
            model=S2V,
            task="image2video",
            audio_url=files[1].as_uri(),
            extra_input={"image_url": upload(base, S2V, files[0])},
            resolution="480P",
            api_key=DEMO_API_KEY,
        )

    before = dashscope.base_http_api_url
    dashscope.base_http_api_url = base
    try:
        task = await asyncio.to_thread(make)
        assert task.status_code == 200, task
        done = await asyncio.to_thread(dashscope.VideoSynthesis.wait, task, DEMO_API_KEY)
    finally:
        dashscope.base_http_api_url = before
    assert done.output["task_status"] == "SUCCEEDED", done
    calls = (await http.get("/sim/calls")).json()["calls"]
    (sent,) = [call["request"]["input"] for call in calls if call["endpoint"] == "submit"]
    assert sent["prompt"] is None
    assert "extend_prompt" in sent


async def test_its_errors_are_understood(real: Service) -> None:
    base, _ = real

    def ask() -> list[Any]:
        return [
            detect(base, "oss://never/uploaded.jpg"),
            submit(base, EMO, {"image_url": "oss://a", "audio_url": "oss://b"}),
            BaseAsyncApi.cancel("no-such-task", api_key=DEMO_API_KEY, base_address=base),
            BaseAsyncApi.fetch("no-such-task", api_key="sk-wrong", base_address=base),
        ]

    answers = await asyncio.to_thread(ask)
    assert [(answer.status_code, answer.code) for answer in answers] == [
        (400, "InvalidParameter.DataInspection"),
        (400, "InvalidParameter"),
        (400, "UnsupportedOperation"),
        (401, "InvalidApiKey"),
    ]


async def test_its_list_and_fetch_read_the_tasks(real: Service) -> None:
    base, http = real
    await http.post("/sim/faults", json={"match": "submit", "kind": "task_fails"})
    task = await asyncio.to_thread(
        submit, base, S2V, {"image_url": "oss://a", "audio_url": "oss://b"}
    )
    task_id = task.output["task_id"]

    def ask(call: Callable[..., Any], *arguments: str) -> Any:
        return call(*arguments, api_key=DEMO_API_KEY, base_address=base)

    page = await asyncio.to_thread(ask, BaseAsyncApi.list)
    assert [row["task_id"] for row in page.output["data"]] == [task_id]
    failed = await asyncio.to_thread(ask, BaseAsyncApi.wait, task_id)
    assert (failed.status_code, failed.output["task_status"]) == (200, "FAILED")
