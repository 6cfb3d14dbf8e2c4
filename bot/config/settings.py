"""Every setting of the bot, with its type, its default and its meaning."""

from __future__ import annotations

import hashlib
import hmac
from decimal import Decimal
from pathlib import Path
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationInfo,
    field_validator,
)

from bot.config import values
from bot.config.amounts import (
    Age,
    BackupHours,
    Count,
    Filled,
    LongVoiceSeconds,
    Optional,
    Seconds,
    Yuan,
)
from bot.config.engines import ENGINES
from bot.config.service import ServiceSettings
from bot.config.source import FromEnvironment


class DatabaseSettings(FromEnvironment):
    """Where the database is: all that a copy of it needs."""

    database_url: Annotated[str, AfterValidator(values.database_url), Filled] = (
        "sqlite:///talking-photo.db"
    )
    """sqlite:///file.db"""

    @property
    def database_path(self) -> Path:
        """The SQLite file."""
        return Path(self.database_url.removeprefix(values.SQLITE))


class PortSettings(FromEnvironment):
    """Where the bot is asked: all that it takes to ask it."""

    port: Annotated[int | None, Field(ge=1, le=values.MOST_PORT), Optional] = None
    """a port such as 8080, as platforms do, or unset it"""
    http_port: Annotated[int | None, Field(ge=1, le=values.MOST_PORT), Optional] = None
    """a port such as 8080, or remove the line"""

    @property
    def listening_port(self) -> int | None:
        """Where the bot serves HTTP; None: nowhere."""
        return self.http_port or self.port


class Settings(ServiceSettings, DatabaseSettings, PortSettings):
    """Everything the bot needs."""

    is_behind_webhook: ClassVar[bool] = False
    """Whether Telegram sends updates to it; else it fetches them."""

    telegram_bot_token: Annotated[SecretStr, AfterValidator(values.bot_token)] = SecretStr("")
    """the token that @BotFather gave you"""
    telegram_base_url: Annotated[str, AfterValidator(values.telegram_address), Filled] = (
        "https://api.telegram.org"
    )
    """what stands before /bot<token>"""
    telegram_files_dir: Annotated[Path | None, Optional] = None
    """the folder of a Bot API server of your own that runs with --local"""
    data_dir: Annotated[Path | None, Optional] = None
    """a folder for videos that wait for delivery or are kept"""
    backup_dir: Annotated[Path | None, Optional] = None
    """a folder for backups, on another disk"""
    backup_hours: BackupHours = Decimal(24)
    """hours from one backup to the next, 1 to 24"""
    backups_kept: Annotated[Count, Field(ge=1)] = 7
    """a whole number of backups that are kept, 1 or more"""
    admin_ids: Annotated[frozenset[int], BeforeValidator(values.ids)] = frozenset()
    """Telegram user ids with commas, such as 1001,1002"""
    public_url: Annotated[str | None, AfterValidator(values.public_address), Optional] = None
    """the https address at which Telegram reaches this bot"""
    metrics_token: Annotated[SecretStr | None, AfterValidator(values.metrics_token), Optional] = (
        None
    )
    """16 or more letters and digits that whoever reads /metrics sends, or remove the line"""
    contact: Annotated[str | None, Field(max_length=100), Optional] = None
    """how people reach you, such as @name or a mail address"""
    allowed_groups: Annotated[frozenset[int], BeforeValidator(values.group_ids)] = frozenset()
    """ids of the groups the bot works in, with commas; empty: all groups"""
    quota_seconds_per_day: Seconds = Decimal(60)
    """seconds of video per person and day, such as 60 (0: none)"""
    quota_seconds_per_month: Seconds | None = None
    """seconds of video per person and month, such as 600, or remove the line"""
    budget_yuan_per_day: Yuan = Decimal(50)
    """yuan that the whole bot may spend a day, such as 50 (0: none)"""
    budget_yuan_per_month: Yuan = Decimal(500)
    """yuan that the whole bot may spend a month, such as 500"""
    detections_per_person_per_day: Annotated[Count, Field(ge=0)] = 30
    """a whole number of photo checks per person and day, such as 30"""
    jobs_waiting_per_person: Annotated[Count, Field(ge=1)] = 3
    """a whole number of jobs that may wait per person, 1 or more"""
    longest_voice_seconds: LongVoiceSeconds = Decimal(300)
    """seconds of speech of which a video is made in parts, such as 300 (0: none)"""
    max_update_age_minutes: Age = Decimal(60)
    """minutes after which the bot asks before it makes what was sent, such as 60"""
    max_draft_age_hours: Age = Decimal(24)
    """hours after which the bot asks before it reuses a photo or voice, such as 24"""
    keep_results_hours: Age = Decimal(48)
    """hours that delivered videos are kept, such as 48 (0: none)"""
    time_zone: Annotated[str, AfterValidator(values.time_zone), Filled] = "Asia/Shanghai"
    """a time zone such as Asia/Shanghai"""
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(values.upper), Filled
    ] = "INFO"
    """DEBUG, INFO, WARNING or ERROR"""
    log_format: Annotated[Literal["text", "json"], BeforeValidator(values.lower), Filled] = "text"
    """text or json"""
    sentry_dsn: Annotated[SecretStr | None, AfterValidator(values.sentry_dsn), Optional] = None
    """the address with a key that a Sentry project gives, for errors"""
    otel_exporter_otlp_endpoint: Annotated[
        str | None, AfterValidator(values.optional_address), Optional
    ] = None
    """the address of an OpenTelemetry collector, for traces, such as http://127.0.0.1:4318"""

    @field_validator("dashscope_api_key", mode="after")
    @classmethod
    def _key_for_the_engine(cls, key: SecretStr | None, info: ValidationInfo) -> SecretStr | None:
        engine = info.data.get("engine", "")
        names = [name for name in engine.split(",") if name]
        if key is None and not all(ENGINES[name].is_local for name in names):
            raise ValueError(
                f"is missing: ENGINE={engine} needs one; get it from the Model Studio console, "
                "or set ENGINE=preview to do without the service"
            )
        return key

    @property
    def data_directory(self) -> Path:
        """Where videos wait for delivery: DATA_DIR, or a folder next to the database."""
        return self.data_dir or self.database_path.with_name(f"{self.database_path.stem}-data")

    @property
    def results_directory(self) -> Path:
        """The folder in it for videos of the service."""
        return self.data_directory / "results"

    def part_of(self, job_id: int, number: int) -> Path:
        """Where the result of one of several tasks of a job is kept."""
        return self.results_directory / f"{job_id}.{number}.mp4"

    def video_of(self, job_id: int) -> Path:
        """Where a job's video is kept until it was seen delivered, and for a while after."""
        return self.results_directory / f"{job_id}.mp4"

    @property
    def previews_directory(self) -> Path:
        """The folder in it for videos that this machine makes."""
        return self.data_directory / "preview"

    @property
    def zone(self) -> ZoneInfo:
        """The operator's time zone, in which days and months begin."""
        return ZoneInfo(self.time_zone)

    @property
    def bot_id(self) -> int:
        """Telegram's number of the bot, which is no secret."""
        return int(self.telegram_bot_token.get_secret_value().partition(":")[0])

    @property
    def secrets(self) -> tuple[SecretStr, ...]:
        """What must never be seen: for the log's redaction."""
        ours = (self.telegram_bot_token, self.webhook_secret)
        given = (self.dashscope_api_key, self.sentry_dsn, self.metrics_token)
        return (*ours, *(secret for secret in given if secret is not None))

    @property
    def webhook_secret(self) -> SecretStr:
        """What Telegram says to the webhook: made of the token, as whoever sets it and whoever is
        told it may share nothing else.
        """
        token = self.telegram_bot_token.get_secret_value().encode()
        return SecretStr(hmac.new(token, b"webhook", hashlib.sha256).hexdigest())

    @property
    def webhook_url(self) -> str | None:
        """Where Telegram is to send updates; None: nowhere, they are fetched."""
        return None if self.public_url is None else f"{self.public_url}{values.WEBHOOK_PATH}"


class WebhookSettings(Settings):
    """Everything the bot needs behind a webhook."""

    is_behind_webhook: ClassVar[bool] = True

    @field_validator("http_port", mode="after")
    @classmethod
    def _port_to_listen_on(cls, port: int | None, info: ValidationInfo) -> int | None:
        if port is None and info.data.get("port", "one that is wrong") is None:
            raise ValueError(
                "is missing: write the port on which this machine is reached, such as 8080 "
                "(platforms set PORT by themselves)"
            )
        return port

    @field_validator("public_url", mode="after")
    @classmethod
    def _address_to_be_reached_at(cls, url: str | None) -> str | None:
        if url is None:
            raise ValueError(
                "is missing: write the https address at which Telegram reaches this bot, or "
                "start it with run, which needs none"
            )
        return url
