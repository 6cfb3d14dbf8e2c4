"""Each piece of work as a span, to an OpenTelemetry collector: one trace from an update on."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import NonRecordingSpan, SpanContext, Status, StatusCode, TraceFlags

from bot import __version__
from bot.logs import Fields, watch_work

_LONGEST_SECONDS = 5
"""A collector that does not answer keeps nothing waiting for longer, least of all the end."""


def send_traces(endpoint: str, bot_id: str) -> None:
    """From now on; what is left is sent when the process ends."""
    described = {"service.name": "talking-photo", "service.version": __version__}
    provider = TracerProvider(resource=Resource.create(described))
    exporter = OTLPSpanExporter(endpoint=f"{endpoint}/v1/traces", timeout=_LONGEST_SECONDS)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    tracer = provider.get_tracer("talking-photo")

    @contextmanager
    def span(fields: Fields) -> Iterator[None]:
        *_, name = fields
        with tracer.start_as_current_span(
            name,
            context=_parent(fields, bot_id),
            attributes=dict(fields),
            record_exception=False,
            set_status_on_exception=False,
        ) as begun:
            try:
                yield
            except Exception as error:
                # Its text may hold an address with a token.
                begun.set_status(Status(StatusCode.ERROR, type(error).__name__))
                raise

    watch_work(span)


def _parent(fields: Fields, bot_id: str) -> Context | None:
    """What the update is the beginning of: any process, at any time, finds the same number."""
    if "update" not in fields:
        return None
    digest = hashlib.sha256(f"{bot_id}:{fields['update']}".encode()).digest()
    trace_id, span_id = int.from_bytes(digest[:16]), int.from_bytes(digest[16:24])
    if trace.get_current_span().get_span_context().trace_id == trace_id:
        return None
    begin = SpanContext(trace_id, span_id, is_remote=True, trace_flags=TraceFlags(1))
    return trace.set_span_in_context(NonRecordingSpan(begin))
