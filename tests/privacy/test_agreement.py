"""What people are asked to agree to says where things go by the settings, and asks again."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import SecretStr

from bot.config.settings import Settings
from bot.limits import full_text, limits_of
from bot.texts import Texts


def settings(**values: Any) -> Settings:
    return Settings(
        telegram_bot_token=SecretStr("4242:AAH-local-sandbox-token-000000000000"),
        dashscope_api_key=SecretStr("sk-local-sandbox-key-000000000000"),
        **values,
    )


@pytest.mark.parametrize(
    ("values", "destination", "said"),
    [
        ({}, "beijing", "Alibaba Cloud in Beijing"),
        (
            {"dashscope_region": "singapore", "dashscope_workspace_id": "ws-1"},
            "singapore",
            "Alibaba Cloud in Singapore",
        ),
        (
            {"dashscope_region": "beijing", "dashscope_workspace_id": "ws-1"},
            "beijing",
            "Alibaba Cloud in Beijing",
        ),
        (
            {"dashscope_base_url": "https://dashscope-intl.aliyuncs.com/api/v1"},
            "singapore",
            "Singa",
        ),
        (
            {"dashscope_base_url": "https://video.example.org/api/v1"},
            "video.example.org",
            "at video.",
        ),
        ({"engine": "preview"}, "here", "nowhere"),
        ({"engine": "preview,wan2.2-s2v"}, "beijing", "Alibaba Cloud in Beijing"),
    ],
)
def test_the_question_names_the_place_that_is_set(
    values: dict[str, Any], destination: str, said: str
) -> None:
    agreement = limits_of(settings(**values)).agreement
    assert agreement.destination == destination
    assert said in full_text(Texts().of("en"), agreement)


def test_whatever_reads_differently_is_another_agreement() -> None:
    ways: list[dict[str, Any]] = [{}, {"engine": "preview"}, {"keep_results_hours": 72}]
    assert len({limits_of(settings(**way)).agreement.fingerprint for way in ways}) == len(ways)
