"""Extras that are off: errors to Sentry, traces to an OpenTelemetry collector."""

from __future__ import annotations

from bot.config.sentences import SettingsInvalid
from bot.config.settings import Settings
from bot.logs import Redactor


def set_up_telemetry(settings: Settings) -> None:
    """As the settings say; what is not set is not even loaded.

    Raises SettingsInvalid: a package that one needs is not installed.
    """
    if settings.sentry_dsn is not None:
        try:
            from bot.telemetry.sentry import send_errors
        except ImportError as error:
            raise _missing("SENTRY_DSN", "sentry-sdk") from error
        send_errors(settings.sentry_dsn.get_secret_value(), Redactor(settings.secrets))
    if settings.otel_exporter_otlp_endpoint is not None:
        try:
            from bot.telemetry.traces import send_traces
        except ImportError as error:
            packages = "opentelemetry-sdk opentelemetry-exporter-otlp-proto-http"
            raise _missing("OTEL_EXPORTER_OTLP_ENDPOINT", packages) from error
        send_traces(settings.otel_exporter_otlp_endpoint, str(settings.bot_id))


def _missing(setting: str, packages: str) -> SettingsInvalid:
    return SettingsInvalid(f"{setting} needs more packages: pip install {packages}, or remove it.")
