"""`doctor` asks the service about the model of each engine that is on."""

from __future__ import annotations

import pytest
from pydantic import SecretStr

from bot.clock import SystemClock
from bot.commands.checks.provider import check_provider
from bot.config.service import ServiceSettings
from bot.http_client import HttpClient
from bot.sandbox.server import serve_sandbox


@pytest.mark.parametrize(
    ("engine", "models"),
    [
        ("wan2.2-s2v", ["wan2.2-s2v"]),
        ("wan2.2-s2v,emo", ["wan2.2-s2v", "emo-v1"]),
        ("preview,emo", ["emo-v1"]),
        ("preview", []),
    ],
)
async def test_every_model_in_use_is_looked_at(engine: str, models: list[str]) -> None:
    async with serve_sandbox(telegram_port=0, dashscope_port=0) as sandbox, HttpClient() as http:
        settings = ServiceSettings(
            engine=engine,
            dashscope_base_url=sandbox.dashscope_base_url,
            dashscope_api_key=SecretStr(sandbox.settings["DASHSCOPE_API_KEY"]),
        )
        findings = await check_provider(settings, http, SystemClock())
    sentences = [str(finding) for finding in findings]
    assert len(sentences) == max(1, len(models))
    for sentence, model in zip(sentences, models, strict=False):
        assert f"the key works, and {model} is there" in sentence
