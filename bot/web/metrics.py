"""`/metrics`: what Prometheus reads, for this machine or with a token.

What the database can tell is read from it, and so is true after a restart; calls, places and
processes are this process's own.
"""

from __future__ import annotations

import asyncio
import hmac
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from prometheus_client import CollectorRegistry, ProcessCollector
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from pydantic import SecretStr
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot import __version__, http_client
from bot.engines.registry import Engines
from bot.network import is_this_machine
from bot.web.figures import CLOSED, cumulated, families
from bot.web.signs import Health, Sign
from bot.web.webhook import refusals
from bot.worker import Worker
from storage import figures
from storage.db.errors import DatabaseTrouble
from storage.jobs import ledger

_DATABASE_SECONDS = 8.0
"""Prometheus itself waits 10 s, unless it is told otherwise."""

_NOT_FROM_HERE = (
    "Only for this machine: ask from it and not through a proxy, or set METRICS_TOKEN and send it "
    "as a bearer token.\n"
)


def metrics_route(worker: Worker, health: Health, token: SecretStr | None) -> Route:
    """Where the metrics of that worker's bot are."""
    collector = Metrics(worker, health)

    async def answer(request: Request) -> Response:
        refusal = refused(request, token)
        return await _answer(request, collector) if refusal is None else refusal

    return Route("/metrics", answer)


async def _answer(request: Request, collector: Metrics) -> Response:
    try:
        async with asyncio.timeout(_DATABASE_SECONDS):
            found = await collector.read()
    except (DatabaseTrouble, OSError):
        said = "The database does not answer.\n"
        return PlainTextResponse(said, HTTPStatus.SERVICE_UNAVAILABLE)
    encode, content_type = choose_encoder(request.headers.get("accept", ""))
    return Response(encode(_Read(found)), headers={"content-type": content_type})


def refused(request: Request, token: SecretStr | None) -> Response | None:
    """What whoever may not read them is answered.

    A proxy on this machine also calls from here: whoever names somebody before it, or another host,
    or speaks HTTP/1.0 as proxies do, is from outside.
    """
    if token is None:
        if _is_from_here(request):
            return None
        return PlainTextResponse(_NOT_FROM_HERE, HTTPStatus.FORBIDDEN)
    expected = f"Bearer {token.get_secret_value()}".encode()
    if hmac.compare_digest(request.headers.get("authorization", "").encode(), expected):
        return None
    asked = {"www-authenticate": "Bearer"}
    return PlainTextResponse("METRICS_TOKEN is needed.\n", HTTPStatus.UNAUTHORIZED, asked)


def _is_from_here(request: Request) -> bool:
    forwarded = any(
        name == "via" or "forward" in name or name.endswith("ip") for name in request.headers
    )
    straight = not forwarded and request.scope.get("http_version") != "1.0"
    named, caller = request.url.hostname or "", request.client.host if request.client else ""
    return straight and is_this_machine(named) and is_this_machine(caller)


@dataclass(frozen=True, slots=True)
class _Read:
    """What was read, as the library asks for it."""

    found: Sequence[Metric]

    def collect(self) -> Iterator[Metric]:
        """See `prometheus_client`."""
        return iter(self.found)


class Metrics:
    """Reads them all."""

    def __init__(self, worker: Worker, health: Health) -> None:
        self._worker = worker
        self._health = health
        self._engines = sorted({engine.name for engine in worker.common.part(Engines).all})
        self._closed = {**CLOSED, "kind": frozenset(kind.name for kind in worker.outbox.kinds)}
        self._process = ProcessCollector(registry=CollectorRegistry())

    async def read(self) -> list[Metric]:
        """As they are now.

        Raises: DatabaseTrouble.
        """
        database, worker = self._worker.database, self._worker
        found = await figures.all_of_them(database)
        now = database.now_milliseconds
        space = await asyncio.to_thread(shutil.disk_usage, database.path.parent)
        return [
            _gauge("build_info", "The version that runs.", "version", {__version__: 1}),
            self._trouble(),
            *families(found, self._closed, self._engines, now),
            *await self._budgets(),
            _gauge("pool_load_ratio", "Places of each pool that are taken.", "pool", worker.loads),
            _gauge("media_processes", "Processes for media.", "kind", worker.common.media.running),
            GaugeMetricFamily(
                "talking_photo_disk_free_bytes", "Room beside the database.", space.free
            ),
            _webhook_refusals(),
            *self._backups(),
            *_calls("telegram"),
            *_calls("provider"),
            *self._process.collect(),
        ]

    def _trouble(self) -> Metric:
        diagnosis = self._health.diagnosis
        causes = {sign.value: sign in diagnosis.causes for sign in Sign}
        return _gauge("trouble", "What was not heard of for too long, see /readyz.", "of", causes)

    def _backups(self) -> Iterator[Metric]:
        """Where they are made."""
        if self._worker.limits.backup_dir is not None:
            from bot.backups.task import Backups

            newest = self._worker.common.part(Backups).newest_milliseconds / 1000
            explained = "When the newest backup was made; 0 before there is one."
            yield GaugeMetricFamily("talking_photo_backup_timestamp_seconds", explained, newest)

    async def _budgets(self) -> list[Metric]:
        caps = self._worker.limits.caps
        day, month = await ledger.budgets_of(self._worker.database, caps)
        limits = {"day": caps.bot_day_micro_yuan / 1e6, "month": caps.bot_month_micro_yuan / 1e6}
        left = {"day": day.left / 1e6, "month": month.left / 1e6}
        return [
            _gauge("budget_yuan", "What may be spent in a window.", "window", limits),
            _gauge("budget_left_yuan", "What may still be spent in it.", "window", left),
        ]


def _gauge(name: str, explained: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"talking_photo_{name}", explained, labels=[label])
    for value, number in values.items():
        family.add_metric([value], number)
    return family


def _webhook_refusals() -> Metric:
    explained = "Requests to the webhook that were refused."
    family = CounterMetricFamily("talking_photo_webhook_refused", explained, labels=["status"])
    for status, times in refusals.items():
        family.add_metric([str(status.value)], times)
    return family


def _calls(service: str) -> Iterator[Metric]:
    times = HistogramMetricFamily(
        f"talking_photo_{service}_request_seconds",
        "How long requests took until they were answered.",
        labels=["method"],
    )
    errors = CounterMetricFamily(
        f"talking_photo_{service}_errors",
        "Requests that were refused, were too many, or failed.",
        labels=["method", "error"],
    )
    ends = (*map(str, http_client.BUCKETS), "+Inf")
    for method in sorted(http_client.METHODS[service]):
        of_method = http_client.counted.get((service, method), http_client.CallTimes())
        times.add_metric([method], cumulated(ends, of_method.counts), of_method.seconds)
        for error in http_client.ERRORS:
            errors.add_metric([method, error], of_method.errors[error])
    return iter((times, errors))
