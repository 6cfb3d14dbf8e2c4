"""The local Telegram as one ASGI app: the Bot API, the person's side, the chat page."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from bot.clock import Clock
from bot.sandbox.faults import FaultBoard
from bot.sandbox.guard import Guard, with_page_policy
from bot.sandbox.journal import Journal
from bot.sandbox.telegram.bot_api import bot_api_routes
from bot.sandbox.telegram.errors import ApiError, Refused
from bot.sandbox.telegram.person import person_routes
from bot.sandbox.telegram.world import MediaLimits, World

DEFAULT_PORT = 8081
_SANDBOX = Path(__file__).resolve().parent.parent
PAGE_DIRECTORY = _SANDBOX / "page"
SAMPLES_DIRECTORY = _SANDBOX / "samples"


def create_telegram_app(
    journal: Journal,
    faults: FaultBoard,
    *,
    clock: Clock,
    page_directory: Path | None = PAGE_DIRECTORY,
    provider_control: ASGIApp | None = None,
    media_limits: MediaLimits | None = None,
    has_operator: bool = False,
) -> Starlette:
    """The app; serve it with `bot.sandbox.serving.serve`.

    `provider_control` is mounted at /sim/provider, `page_directory` (None: no page) at /. Its
    `state.world` is all that it knows; `has_operator` as there.
    """
    media_limits = media_limits or MediaLimits()
    world = World(journal, faults, clock, media_limits, has_operator=has_operator)

    @contextlib.asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[None]:
        yield
        await world.close()

    routes: list[BaseRoute] = [*bot_api_routes(world)]
    if provider_control is not None:
        routes.append(Mount("/sim/provider", app=provider_control))
    routes.append(Mount("/sim", routes=person_routes(world, SAMPLES_DIRECTORY)))
    routes.append(Mount("/samples", app=StaticFiles(directory=SAMPLES_DIRECTORY)))
    if page_directory is not None:
        page = StaticFiles(directory=page_directory, html=True, check_dir=False)
        routes.append(Mount("/", app=with_page_policy(page)))
    app = Starlette(
        routes=routes,
        middleware=[Middleware(Guard)],
        exception_handlers={Refused: _refused, ApiError: _api_refused, HTTPException: _not_served},
        lifespan=lifespan,
    )
    app.state.world = world
    return app


async def _refused(_request: Request, problem: Exception) -> Response:
    status = problem.status if isinstance(problem, Refused) else 400
    return JSONResponse({"error": str(problem)}, status_code=status)


async def _api_refused(_request: Request, problem: Exception) -> Response:
    return JSONResponse({"error": str(problem)}, status_code=400)


async def _not_served(request: Request, problem: Exception) -> Response:
    """An address or verb that is not served, in the words of the side that was asked."""
    code = problem.status_code if isinstance(problem, HTTPException) else 500
    said = problem.detail if isinstance(problem, HTTPException) else "Internal Server Error"
    if request.url.path.startswith("/sim/"):
        return JSONResponse({"error": f"{said}."}, status_code=code)
    return JSONResponse(ApiError(code, said).as_json(), status_code=code)
