"""The settings of the video service."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator

from bot.config import values
from bot.config.amounts import FEN, Count, Fen, Filled, Optional, Seconds, Wait, whole
from bot.config.engines import ENGINES
from bot.config.source import FromEnvironment

_BEIJING = "https://dashscope.aliyuncs.com/api/v1"
DEMO_API_KEY = "sk-local-sandbox-key-000000000000"
"""The key of the local video service, which no other service takes; it is no secret."""


class ServiceSettings(FromEnvironment):
    """What talking to the video service needs; enough to make a video without Telegram."""

    engine: Annotated[str, BeforeValidator(values.engines), Filled] = Field(
        default=next(iter(ENGINES)),
        description=f"{values.ENGINE_CHOICES}, or several of them with commas",
    )
    dashscope_api_key: Annotated[SecretStr | None, AfterValidator(values.api_key)] = None
    """the key of the video service (sk-…)"""
    dashscope_region: Annotated[
        Literal["beijing", "singapore"] | None, BeforeValidator(values.lower), Optional
    ] = None
    """beijing or singapore, together with DASHSCOPE_WORKSPACE_ID"""
    dashscope_workspace_id: Annotated[str | None, AfterValidator(values.workspace_id), Optional] = (
        None
    )
    """the workspace's id, together with DASHSCOPE_REGION"""
    dashscope_base_url: Annotated[str, AfterValidator(values.service_address)] = _BEIJING
    """the service's address up to and with /api/v1"""
    resolution: Annotated[Literal["480P", "720P"], BeforeValidator(values.upper), Filled] = "480P"
    """480P or 720P"""
    style: Annotated[str | None, Field(max_length=50), Optional] = None
    """a word that wan2.2-s2v knows, such as speech, or leave it unset"""
    emo_style: Annotated[
        Literal["normal", "calm", "active"], BeforeValidator(values.lower), Filled
    ] = "normal"
    """normal, calm or active"""
    poll_seconds: Annotated[Wait | None, Optional] = None
    """seconds between two looks at a task (0.05 to 3600), or leave it unset"""
    price_wan_480p: Fen = Decimal(50)
    """fen for a second of video, such as 50"""
    price_wan_720p: Fen = Decimal(90)
    """fen for a second of video, such as 90"""
    price_emo_1_1: Fen = Decimal(8)
    """fen for a second of video, such as 8"""
    price_emo_3_4: Fen = Decimal(16)
    """fen for a second of video, such as 16"""
    price_detection: Fen = Decimal("0.4")
    """fen for one detection call, such as 0.4"""

    free_wan_seconds: Seconds | None = None
    """seconds of video that the provider gives for nothing, such as 100, or remove the line"""
    free_emo_seconds: Seconds | None = None
    """seconds of video that the provider gives for nothing, such as 1800, or remove the line"""
    free_checks: Count | None = None
    """photo checks that the provider gives for nothing, such as 200, or remove the line"""

    @model_validator(mode="before")
    @classmethod
    def _address_from_region(cls, data: dict[str, Any]) -> dict[str, Any]:
        region = values.lower(values.nothing_if_empty(data.get("dashscope_region")))
        workspace = values.nothing_if_empty(data.get("dashscope_workspace_id"))
        if values.nothing_if_empty(data.get("dashscope_base_url")) is None:
            data = {key: value for key, value in data.items() if key != "dashscope_base_url"}
            if region in values.REGIONS and isinstance(workspace, str):
                data["dashscope_base_url"] = values.regional_address(str(region), workspace)
        return data

    @model_validator(mode="after")
    def _region_whole(self) -> Self:
        region, workspace = self.dashscope_region, self.dashscope_workspace_id
        if (region is None) != (workspace is None):
            present, absent = ("REGION", "WORKSPACE_ID") if region else ("WORKSPACE_ID", "REGION")
            raise ValueError(
                f"DASHSCOPE_{absent} is missing: DASHSCOPE_{present} needs it; set both or neither"
            )
        both = values.regional_address(region, workspace) if region and workspace else None
        if both not in (None, self.dashscope_base_url):
            raise ValueError(
                "DASHSCOPE_BASE_URL contradicts DASHSCOPE_REGION: keep one of the two forms"
            )
        return self

    @property
    def engines(self) -> tuple[str, ...]:
        """The engines that are on; the first is that of people who chose none."""
        return tuple(self.engine.split(","))

    @property
    def default_engine(self) -> str:
        """The engine of people who chose none, and of the command line."""
        return self.engines[0]

    def is_made_here(self, engine: str) -> bool:
        """Whether this machine makes its videos: itself, or in the local video service."""
        key = self.dashscope_api_key
        is_demo = key is not None and key.get_secret_value() == DEMO_API_KEY
        return is_demo or ENGINES[engine].is_local

    def micro_yuan_per_second(self, engine: str, resolution: str) -> int:
        """What a second of video costs in that resolution, or in the one that is made instead."""
        kind = ENGINES[engine]
        setting = kind.resolutions[kind.as_made(resolution)]
        return whole(getattr(self, setting), FEN) if setting else 0

    def micro_yuan_per_detection(self, engine: str) -> int:
        """What one detection call costs, charged whatever its verdict."""
        return 0 if ENGINES[engine].is_local else whole(self.price_detection, FEN)
