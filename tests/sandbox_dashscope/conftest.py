"""The local DashScope, served on a real socket."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import pytest_asyncio

from bot.config.service import DEMO_API_KEY
from bot.sandbox.dashscope.app import create_dashscope_app
from bot.sandbox.dashscope.settings import ProviderSettings
from bot.sandbox.faults import FaultBoard
from bot.sandbox.journal import Journal
from bot.sandbox.serving import serve
from tests.support.clock import FakeClock
from tests.support.deadlines import deadline, eventually
from tests.support.fakes import FaceList, HereRenderer
from tests.support.media import photos, voices

S2V, S2V_DETECT = "wan2.2-s2v", "wan2.2-s2v-detect"
EMO, EMO_DETECT = "emo-v1", "emo-detect-v1"
RESOLVE = {"X-DashScope-OssResourceResolve": "enable"}
ASYNC = {"X-DashScope-Async": "enable"}
MODELS = "/api/v1/services/aigc/image2video"
SECOND_KEY, OTHER_ACCOUNT_KEY = "sk-second-key-of-demo", "sk-key-of-another-account"


class Caller:
    """One key's view of the service: a plain client, written from the documentation alone."""

    def __init__(self, http: httpx.AsyncClient, key: str = DEMO_API_KEY) -> None:
        self.http = http
        self.auth = {"Authorization": f"Bearer {key}"}

    async def policy(self, model: str = S2V) -> dict[str, Any]:
        answer = await self.http.get(
            "/api/v1/uploads", params={"action": "getPolicy", "model": model}, headers=self.auth
        )
        assert answer.status_code == 200, answer.text
        data: dict[str, Any] = answer.json()["data"]
        return data

    async def post_form(
        self, grant: dict[str, Any], data: bytes, name: str = "file.bin", **changed: str | None
    ) -> httpx.Response:
        fields = form_fields(grant, name) | changed
        form = {k: v for k, v in fields.items() if v is not None}
        return await self.http.post(grant["upload_host"], data=form, files={"file": (name, data)})

    async def upload(self, data: bytes, name: str, model: str = S2V) -> str:
        policy = await self.policy(model)
        answer = await self.post_form(policy, data, name)
        assert answer.status_code == 200, answer.text
        return f"oss://{policy['upload_dir']}/{name}"

    async def post(
        self, path: str, body: object, headers: dict[str, str] | None = None
    ) -> httpx.Response:
        return await self.http.post(
            MODELS + path, json=body, headers=self.auth | (RESOLVE if headers is None else headers)
        )

    async def detect(
        self, data: bytes, model: str = S2V_DETECT, **parameters: Any
    ) -> httpx.Response:
        url = await self.upload(data, "photo.png", model)
        body = {"model": model, "input": {"image_url": url}, "parameters": parameters}
        return await self.post("/face-detect", body)

    async def order(self, **changed: Any) -> dict[str, Any]:
        """The body of a submission of fresh files; `changed` replaces fields of `input`."""
        inputs: dict[str, Any] = {
            "image_url": changed.pop("image_url", None)
            or await self.upload(photos.plain(), "photo.png"),
            "audio_url": changed.pop("audio_url", None)
            or await self.upload(voices.tone_wav(), "voice.wav"),
        }
        return {"model": S2V, "input": inputs | changed, "parameters": {"resolution": "480P"}}

    async def submit(
        self, body: dict[str, Any], headers: dict[str, str] | None = None
    ) -> httpx.Response:
        sent = ASYNC | RESOLVE if headers is None else headers
        return await self.post("/video-synthesis", body, sent)

    async def submitted(self, **changed: Any) -> str:
        """The id of a fresh task."""
        answer = await self.submit(await self.order(**changed))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["output"]["task_id"])

    async def query(self, task_id: str) -> dict[str, Any]:
        answer = await self.http.get(f"/api/v1/tasks/{task_id}", headers=self.auth)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def until(self, task_id: str, *states: str) -> dict[str, Any]:
        """The answer to a query once the task is in one of these states."""
        await self.reached(task_id, *states)
        return await self.query(task_id)

    async def reached(self, task_id: str, *states: str) -> None:
        """Wait by the control API, which has no rate limit, until a task is in such a state."""

        async def there() -> bool:
            tasks = (await self.http.get("/sim/tasks")).json()["tasks"]
            return any(t["task_id"] == task_id and t["status"] in states for t in tasks)

        await eventually(there, f"{task_id} is {states}")

    async def fault(self, match: str, kind: str, *, times: int | None = 1, **params: Any) -> None:
        answer = await self.http.post(
            "/sim/faults", json={"match": match, "kind": kind, "times": times, "params": params}
        )
        assert answer.status_code == 200, answer.text

    async def set(self, **settings: Any) -> None:
        answer = await self.http.patch("/sim/settings", json=settings)
        assert answer.status_code == 200, answer.text

    async def bill(self) -> dict[str, Any]:
        found: dict[str, Any] = (await self.http.get("/sim/bill")).json()
        return found


def form_fields(policy: dict[str, Any], name: str) -> dict[str, str | None]:
    """The fields of the upload form as documented."""
    return {
        "OSSAccessKeyId": policy["oss_access_key_id"],
        "policy": policy["policy"],
        "Signature": policy["signature"],
        "key": f"{policy['upload_dir']}/{name}",
        "x-oss-object-acl": policy["x_oss_object_acl"],
        "x-oss-forbid-overwrite": policy["x_oss_forbid_overwrite"],
        "success_action_status": "200",
    }


@dataclass
class Service:
    """The served provider and what a test may turn in it."""

    base_url: str
    http: httpx.AsyncClient
    clock: FakeClock
    journal: Journal
    renderer: HereRenderer
    faces: FaceList
    seen: int = 0

    def events(self, event_type: str) -> list[dict[str, Any]]:
        """What the journal got of a type during this test."""
        return [event for event in self.journal.since(self.seen) if event["type"] == event_type]

    async def as_new(self) -> None:
        """Forget what earlier tests did."""
        assert (await self.http.post("/sim/reset")).status_code == 200
        self.renderer.as_new()
        self.faces.as_new()
        self.seen = max((event["n"] for event in self.journal.since(0)), default=0)

    def as_key(self, key: str) -> Caller:
        return Caller(self.http, key)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served() -> AsyncIterator[Service]:
    clock = FakeClock(rate=1.0, jumps=False)
    journal, renderer, faces = Journal(clock), HereRenderer(), FaceList()
    keys = {DEMO_API_KEY: "demo", SECOND_KEY: "demo", OTHER_ACCOUNT_KEY: "other"}
    apps = create_dashscope_app(
        journal,
        FaultBoard(),
        clock=clock,
        settings=ProviderSettings(refuse_seconds=0.05, api_keys=keys),
        renderer=renderer,
        find_faces=faces,
    )
    async with (
        serve(apps.app) as base_url,
        httpx.AsyncClient(base_url=base_url, timeout=deadline()) as http,
    ):
        yield Service(base_url, http, clock, journal, renderer, faces)


@pytest_asyncio.fixture(loop_scope="module")
async def service(served: Service) -> Service:
    """A server for each module; for each test as good as new."""
    await served.as_new()
    return served


@pytest.fixture
def caller(service: Service) -> Caller:
    return Caller(service.http)
