"""Errors and traces reach a collector, without secrets; where they are off nothing is loaded."""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox.serving import serve
from tests.support.deadlines import in_time

TOKEN = "4242:AAH-local-sandbox-token-000000000000"
PROGRAM = """
import logging, sys
from bot.config.settings import Settings
from bot.logs import log_context, set_up_logging
from bot.telemetry import set_up_telemetry
settings = Settings.load()
set_up_logging("INFO", settings.secrets)
set_up_telemetry(settings)
token = settings.telegram_bot_token.get_secret_value()
try:
    with log_context(update=5, job=17), log_context(update=5, job=17, task="17.1"):
        logging.getLogger("bot").info("before, with %s", token)
        words_of_a_person = " ".join(["hello", "there"])  # the source itself may be sent
        raise ConnectionError(f"GET https://api/bot{token}/getMe")
except ConnectionError:
    logging.getLogger("bot").exception("it failed with %s", token)
with log_context(update=5, outbox="alert"):
    pass
print(sorted(name for name in sys.modules if name in ("sentry_sdk", "opentelemetry")))
"""


@dataclass
class Collector:
    """What was sent to either path."""

    address: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)

    async def envelope(self, request: Request) -> Response:
        body = await request.body()
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        self.bodies.append(body)
        lines = [json.loads(line) for line in body.splitlines() if line.startswith(b"{")]
        self.events += [line for line in lines if "platform" in line]
        return JSONResponse({})

    async def traces(self, request: Request) -> Response:
        body = await request.body()
        zipped = request.headers.get("content-encoding") == "gzip"
        self.bodies.append(gzip.decompress(body) if zipped else body)
        return Response()

    def spans(self) -> list[Any]:
        sent = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        resources = [resource for each in sent for resource in each.resource_spans]
        scopes = [scope for resource in resources for scope in resource.scope_spans]
        return [span for scope in scopes for span in scope.spans]


@pytest.fixture
async def collector() -> AsyncIterator[Collector]:
    made = Collector()
    routes = [
        Route("/api/1/envelope/", made.envelope, methods=["POST"]),
        Route("/v1/traces", made.traces, methods=["POST"]),
    ]
    async with serve(Starlette(routes=routes)) as address:
        made.address = address
        yield made


async def runs(**settings: str) -> subprocess.CompletedProcess[str]:
    """The program, with only these settings."""
    given = {"ENV_FILE": "", "TELEGRAM_BOT_TOKEN": TOKEN, "ENGINE": "preview", **settings}
    words = [sys.executable, "-c", PROGRAM]
    run = asyncio.to_thread(subprocess.run, words, env=given, capture_output=True, text=True)
    return await in_time(run)


async def test_where_they_are_off_nothing_of_them_is_loaded() -> None:
    done = await runs()
    assert done.stdout == "[]\n", done.stderr


async def test_errors_reach_sentry_without_secrets_and_without_what_variables_held(
    collector: Collector,
) -> None:
    dsn = collector.address.replace("http://", "http://0123456789abcdef@") + "/1"
    done = await runs(SENTRY_DSN=dsn)
    assert done.stdout == "['sentry_sdk']\n", done.stderr
    (event,) = collector.events
    assert event["tags"] == {"update": 5, "job": 17, "task": "17.1"}
    assert event["exception"]["values"][0]["type"] == "ConnectionError"
    assert event["breadcrumbs"]["values"][0]["message"] == "before, with [hidden]"
    sent = b"".join(collector.bodies)
    assert TOKEN.split(":")[1].encode() not in sent
    assert b"hello there" not in sent


async def test_a_trace_leads_from_an_update_to_all_that_comes_of_it(collector: Collector) -> None:
    done = await runs(OTEL_EXPORTER_OTLP_ENDPOINT=collector.address)
    assert done.stdout == "['opentelemetry']\n", done.stderr
    spans = {span.name: span for span in collector.spans()}
    assert set(spans) == {"job", "task", "outbox"}
    assert len({span.trace_id for span in spans.values()}) == 1
    assert spans["task"].parent_span_id == spans["job"].span_id
    assert spans["task"].status.message == "ConnectionError"
    assert TOKEN.split(":")[1].encode() not in b"".join(collector.bodies)


@pytest.mark.proof
@pytest.mark.parametrize(
    "setting",
    [
        "SENTRY_DSN=http://0123456789abcdef@127.0.0.1:9/1",
        "OTEL_EXPORTER_OTLP_ENDPOINT=http://127.0.0.1:9",
    ],
)
async def test_a_collector_that_is_not_there_delays_no_end_and_says_no_secret(setting: str) -> None:
    name, _, value = setting.partition("=")
    done = await runs(**{name: value})
    assert done.returncode == 0, done.stderr
    assert TOKEN.split(":")[1] not in done.stderr
