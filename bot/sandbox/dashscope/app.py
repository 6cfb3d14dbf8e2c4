"""The local DashScope as an ASGI app, and its control API as another."""

from __future__ import annotations

import contextlib
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import Lifespan

from bot.clock import Clock
from bot.media.processes import MediaProcesses
from bot.sandbox.dashscope.answers import Refused, error_answer
from bot.sandbox.dashscope.endpoints.asking import Asking
from bot.sandbox.dashscope.endpoints.control import create_control_app
from bot.sandbox.dashscope.endpoints.delivery import Delivery
from bot.sandbox.dashscope.endpoints.endpoints import Endpoint, ErrorAnswer, Handler
from bot.sandbox.dashscope.endpoints.synthesis import Synthesis
from bot.sandbox.dashscope.endpoints.uploading import UPLOAD_PATH, Uploading, oss_error
from bot.sandbox.dashscope.inputs.faces import FaceFinder
from bot.sandbox.dashscope.provider import Provider
from bot.sandbox.dashscope.settings import ProviderSettings
from bot.sandbox.dashscope.tasks.renderer import Renderer
from bot.sandbox.faults import FaultBoard
from bot.sandbox.guard import Guard
from bot.sandbox.journal import Journal

_API = "/api/v1"
_MODELS = f"{_API}/services/aigc/image2video"


@dataclass(frozen=True, slots=True)
class DashScopeApps:
    """The provider itself, and the app that steers it (already mounted at /sim of the first)."""

    app: Starlette
    control: Starlette
    bill: Callable[[], dict[str, Any]]
    """What it bills by now, as the control API shows it."""
    provider: Provider
    """Its whole state."""


def create_dashscope_app(
    journal: Journal,
    faults: FaultBoard,
    *,
    clock: Clock,
    settings: ProviderSettings | None = None,
    renderer: Renderer | None = None,
    find_faces: FaceFinder | None = None,
) -> DashScopeApps:
    """Return the local DashScope; its base URL is http://127.0.0.1:<port>/api/v1.

    Without a renderer, videos are made by a media process, which the app's lifespan ends.
    """
    directory = Path(tempfile.gettempdir()) / f"local-dashscope-{uuid.uuid4().hex}"
    media = MediaProcesses(directory, clock=clock)
    provider = Provider(
        journal,
        faults,
        directory=directory,
        clock=clock,
        settings=settings or ProviderSettings(),
        renderer=renderer or media,
        find_faces=find_faces or _media_faces(),
    )
    control = create_control_app(provider)
    app = Starlette(
        routes=[*_routes(provider), Mount("/sim", control)],
        middleware=[Middleware(Guard)],
        exception_handlers={404: _not_found, 405: _not_found},
        lifespan=_lifespan(provider, media),
    )
    return DashScopeApps(app, control, lambda: provider.bill.as_json(), provider)


def _routes(provider: Provider) -> list[BaseRoute]:
    uploading, synthesis = Uploading(provider), Synthesis(provider)
    asking, delivery = Asking(provider), Delivery(provider)

    def both(
        method: str, path: str, name: str, handler: Handler, as_error: ErrorAnswer = error_answer
    ) -> list[BaseRoute]:
        endpoint = Endpoint(provider, name, handler, as_error=as_error)
        return [Route(p, endpoint.__call__, methods=[method]) for p in (path, f"{path}/")]

    return [
        *both("GET", f"{_API}/uploads", "get_policy", uploading.get_policy),
        *both("POST", UPLOAD_PATH, "upload", uploading.upload, oss_error),
        *both("POST", f"{_MODELS}/face-detect", "detect", synthesis.detect),
        *both("POST", f"{_MODELS}/video-synthesis", "submit", synthesis.submit),
        *both("GET", f"{_API}/tasks", "list", asking.list_all),
        *both("GET", f"{_API}/tasks/{{task_id}}", "query", asking.query),
        *both("POST", f"{_API}/tasks/{{task_id}}/cancel", "cancel", asking.cancel),
        *both("GET", "/results/{task_id}.mp4", "result", delivery.result, oss_error),
    ]


def _lifespan(provider: Provider, media: MediaProcesses) -> Lifespan[Starlette]:
    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with media:
            try:
                yield
            finally:
                await provider.close()

    return lifespan


async def _not_found(_: Request, __: Exception) -> Response:
    return error_answer(Refused(404, "NotFound", "The requested resource does not exist."))


def _media_faces() -> FaceFinder:
    # Only here: OpenCV takes long to load, and tests bring their own.
    from bot.media.picture.faces import detect_faces

    return detect_faces
