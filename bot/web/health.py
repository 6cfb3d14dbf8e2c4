"""`/healthz` and `/readyz`: whether the bot lives, and whether it can do all its work."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.web.signs import Diagnosis, Health


def health_routes(health: Health) -> list[Route]:
    """For those who restart what is dead, and for those who watch or wait for a start."""

    async def alive(_: Request) -> JSONResponse:
        diagnosis = health.diagnosis
        return _answer(diagnosis, is_well=not diagnosis.dead)

    async def ready(_: Request) -> JSONResponse:
        diagnosis = health.diagnosis
        return _answer(diagnosis, is_well=diagnosis.status == "ok")

    return [Route("/healthz", alive), Route("/readyz", ready)]


def _answer(diagnosis: Diagnosis, *, is_well: bool) -> JSONResponse:
    status = HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse(shown(diagnosis), status, headers={"Cache-Control": "no-store"})


def shown(diagnosis: Diagnosis) -> dict[str, object]:
    """The answer's body: no name, no path, nothing that only the operator may know."""
    return {"status": diagnosis.status, "causes": diagnosis.causes}
