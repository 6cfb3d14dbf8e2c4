"""`/healthz` and `/readyz`: whether the bot lives, and whether it can do all its work."""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bot.health import Health, Verdict


def health_routes(health: Health) -> list[Route]:
    """For those who restart what is dead, and for those who watch or wait for a start."""

    async def alive(_: Request) -> JSONResponse:
        verdict = health.verdict
        return _answer(verdict, is_well=not verdict.dead)

    async def ready(_: Request) -> JSONResponse:
        verdict = health.verdict
        return _answer(verdict, is_well=verdict.status == "ok")

    return [Route("/healthz", alive), Route("/readyz", ready)]


def _answer(verdict: Verdict, *, is_well: bool) -> JSONResponse:
    status = HTTPStatus.OK if is_well else HTTPStatus.SERVICE_UNAVAILABLE
    return JSONResponse(shown(verdict), status, headers={"Cache-Control": "no-store"})


def shown(verdict: Verdict) -> dict[str, object]:
    """The answer's body: no name, no path, nothing that only the operator may know."""
    return {"status": verdict.status, "causes": verdict.causes}
