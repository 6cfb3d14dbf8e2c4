"""The engines that are on, with what is known of their service."""

from __future__ import annotations

from contextlib import AsyncExitStack

from bot.common import CommonServices
from bot.config.engines import ENGINES, EngineKind
from bot.dashscope.client import DashScope
from bot.engines.base import Engine
from bot.engines.dashscope import ServiceEngine
from bot.engines.outages import Outages
from bot.engines.preview import PreviewEngine
from bot.engines.registry import Engines
from bot.http_client import HttpClient
from storage.jobs import tasks


async def give_engines(common: CommonServices, stack: AsyncExitStack) -> None:
    """By what the operator set; `stack` ends what runs in the background."""
    engines = await _engines(common, stack)
    usual, *others = engines.all
    of_others = [Outages(common=common, engine=each) for each in others]
    common.give(engines, Outages(common=common, engine=usual, others=of_others))


async def _engines(common: CommonServices, stack: AsyncExitStack) -> Engines:
    """Those that are on, and those switched off whose jobs have not all ended."""
    service, on = await _service(common, stack), common.limits.engines
    needed = {task.engine for task in await tasks.of_open_jobs(common.database)}
    off = [name for name in ENGINES if name in needed and name not in on]
    if service is None:
        off = [name for name in off if ENGINES[name].is_local]
    kinds = [ENGINES[name] for name in (*on, *off)]
    made = [_engine(kind, service, common, stack) for kind in kinds]
    return Engines(*made[: len(on)], off=made[len(on) :])


async def _service(common: CommonServices, stack: AsyncExitStack) -> DashScope | None:
    """The provider's client, one for all engines: they share its limits."""
    limits = common.limits
    if limits.dashscope_api_key is None:
        return None
    return DashScope(
        await stack.enter_async_context(HttpClient()),
        base_url=limits.dashscope_base_url,
        api_key=limits.dashscope_api_key,
        clock=common.clock,
    )


def _engine(
    kind: EngineKind, service: DashScope | None, common: CommonServices, stack: AsyncExitStack
) -> Engine:
    limits = common.limits
    if not kind.is_local:
        assert service is not None  # noqa: S101
        return ServiceEngine(service, kind, style=limits.style, style_level=limits.emo_style)
    preview = PreviewEngine(
        kind=kind, directory=limits.previews_directory, media=common.media, clock=common.clock
    )
    stack.push_async_callback(preview.close)
    return preview
