"""The engines that are on, with what is known of their service."""

from __future__ import annotations

from contextlib import AsyncExitStack

from bot.common import CommonServices
from bot.config.engines import ENGINES, EngineKind
from bot.config.settings import Settings
from bot.dashscope.client import DashScope
from bot.engines.base import Engine
from bot.engines.dashscope import ServiceEngine
from bot.engines.outages import Outages
from bot.engines.preview import PreviewEngine
from bot.engines.registry import Engines
from bot.telegram.connection import build_http
from storage.jobs import tasks


async def give_engines(settings: Settings, common: CommonServices, stack: AsyncExitStack) -> None:
    """By these settings; `stack` ends what runs in the background."""
    engines = await _engines(settings, common, stack)
    usual, *others = engines.all
    of_others = [Outages(common=common, engine=each) for each in others]
    common.give(engines, Outages(common=common, engine=usual, others=of_others))


async def _engines(settings: Settings, common: CommonServices, stack: AsyncExitStack) -> Engines:
    """Those that are on, and those switched off whose jobs have not all ended."""
    service = await _service(settings, common, stack)
    needed = {task.engine for task in await tasks.of_open_jobs(common.database)}
    off = [name for name in ENGINES if name in needed and name not in settings.engines]
    if service is None:
        off = [name for name in off if ENGINES[name].is_local]
    kinds = [ENGINES[name] for name in (*settings.engines, *off)]
    made = [_engine(kind, settings, service, common, stack) for kind in kinds]
    number = len(settings.engines)
    return Engines(*made[:number], off=made[number:])


async def _service(
    settings: Settings, common: CommonServices, stack: AsyncExitStack
) -> DashScope | None:
    """The provider's client, one for all engines: they share its limits."""
    if settings.dashscope_api_key is None:
        return None
    service = DashScope(
        await stack.enter_async_context(build_http()),
        base_url=settings.dashscope_base_url,
        api_key=settings.dashscope_api_key,
        clock=common.clock,
    )
    stack.push_async_callback(service.aclose)
    return service


def _engine(
    kind: EngineKind,
    settings: Settings,
    service: DashScope | None,
    common: CommonServices,
    stack: AsyncExitStack,
) -> Engine:
    if not kind.is_local:
        assert service is not None  # noqa: S101
        return ServiceEngine(service, kind, style=settings.style, style_level=settings.emo_style)
    preview = PreviewEngine(
        kind=kind, directory=settings.previews_directory, media=common.media, clock=common.clock
    )
    stack.push_async_callback(preview.close)
    return preview
