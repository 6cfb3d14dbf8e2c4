"""Settings that look right and are not: mended and said, or answered by one sentence."""

from __future__ import annotations

import pytest

from bot.clock import SystemClock
from bot.commands.checks.provider import check_provider
from bot.config.misspelt import misspelt_settings
from bot.config.settings import Settings
from bot.http_client import HttpClient
from tests.dashscope.fault_server import fault_server, refusal
from tests.test_config import KEY, TOKEN, Set, environment, good
from tests.test_config import refusal as refused

__all__ = ["environment", "good"]

BEIJING = "https://dashscope.aliyuncs.com/api/v1"
OWN = "https://ws-7.cn-beijing.maas.aliyuncs.com/api/v1"


@pytest.mark.parametrize(
    ("written", "taken"),
    [
        ("https://dashscope.aliyuncs.com", BEIJING),
        ("https://dashscope.aliyuncs.com/", BEIJING),
        ("https://dashscope.aliyuncs.com/compatible-mode/v1", BEIJING),
        ("https://dashscope.aliyuncs.com/compatible-mode/v1/chat/completions", BEIJING),
        ("https://dashscope.aliyuncs.com/api", BEIJING),
        (f"{BEIJING}/services/aigc/image2video/video-synthesis/", BEIJING),
        (f"{BEIJING}/tasks", BEIJING),
        ("http://dashscope.aliyuncs.com/api/v1", BEIJING),
        (f' "{BEIJING}/" ', BEIJING),
        (f"'{BEIJING}'", BEIJING),
        ("https://ws-7.cn-beijing.maas.aliyuncs.com/compatible-mode/v1", OWN),
        ("http://127.0.0.1:8082/api/v1/uploads", "http://127.0.0.1:8082/api/v1"),
    ],
)
def test_an_address_of_something_else_is_mended_and_said_once(
    good: Set, written: str, taken: str
) -> None:
    good(DASHSCOPE_BASE_URL=written)
    assert Settings.load().dashscope_base_url == taken
    assert len(misspelt_settings()) >= int(written.strip().rstrip("/") != taken)
    assert all("DASHSCOPE_BASE_URL" in sentence for sentence in misspelt_settings())


@pytest.mark.parametrize("address", [BEIJING, f"{BEIJING}/", OWN, "http://10.0.0.5/gateway"])
def test_a_right_address_is_left_alone(good: Set, address: str) -> None:
    good(DASHSCOPE_BASE_URL=address)
    assert Settings.load().dashscope_base_url == address.rstrip("/")
    assert misspelt_settings() == []


@pytest.mark.parametrize(
    "address",
    [
        "https://{WorkspaceId}.cn-beijing.maas.aliyuncs.com/api/v1",
        "https://<WorkspaceId>.cn-beijing.maas.aliyuncs.com/api/v1",
        "https://WorkspaceId.cn-beijing.maas.aliyuncs.com/api/v1",
    ],
)
def test_a_placeholder_is_answered_by_a_sentence(good: Set, address: str) -> None:
    good(DASHSCOPE_BASE_URL=address)
    assert "placeholder" in refused()
    assert refused().count("\n") == 0


@pytest.mark.parametrize(
    "written",
    [f'"{KEY}"', f"'{KEY}'", f"\ufeff{KEY}", f" {KEY}\t", f"Bearer {KEY}", f'"bearer {KEY}"'],
)
def test_a_key_with_something_around_it_is_taken_without(good: Set, written: str) -> None:
    good(DASHSCOPE_API_KEY=written, TELEGRAM_BOT_TOKEN=f'"{TOKEN}"', ENGINE='"emo"')
    settings = Settings.load()
    assert settings.dashscope_api_key is not None
    assert settings.dashscope_api_key.get_secret_value() == KEY
    assert settings.telegram_bot_token.get_secret_value() == TOKEN
    assert settings.engine == "emo"
    told = "\n".join(misspelt_settings())
    assert "TELEGRAM_BOT_TOKEN has quotes" in told
    assert ("DASHSCOPE_API_KEY" in told) is (written.strip() != KEY)
    assert KEY not in told
    assert TOKEN not in told


@pytest.mark.parametrize("written", ["sk-sp-0123456789abcdef", '"sk-sp-0123456789abcdef"'])
def test_the_key_of_a_plan_without_videos_is_told(good: Set, written: str) -> None:
    good(DASHSCOPE_API_KEY=written)
    assert "makes no videos" in refused()
    assert "0123456789abcdef" not in refused()


@pytest.mark.parametrize(
    "host",
    [
        "dashscope-intl.aliyuncs.com",
        "dashscope-us.aliyuncs.com",
        "ws-7.ap-southeast-1.maas.aliyuncs.com",
    ],
)
@pytest.mark.parametrize(("status", "code"), [(401, "InvalidApiKey"), (404, "ModelNotFound")])
async def test_another_region_is_told_in_one_sentence(
    good: Set, monkeypatch: pytest.MonkeyPatch, host: str, status: int, code: str
) -> None:
    good(DASHSCOPE_BASE_URL=f"https://{host}/api/v1")
    settings = Settings.load()
    async with fault_server(refusal(status, code)) as server, HttpClient() as http:
        monkeypatch.setattr("bot.commands.checks.provider.DashScope", client_at(server.base_url))
        (finding,) = await check_provider(settings, http, SystemClock())
    assert finding.level == "problem"
    assert "Beijing only" in finding.remedy
    assert [request.url.path for request in server.requests] == ["/api/v1/uploads"]


def client_at(base_url: str) -> object:
    """The client, which asks there whatever address it is given."""
    from bot.dashscope.client import DashScope

    def build(http: HttpClient, **given: object) -> DashScope:
        return DashScope(http, **{**given, "base_url": base_url})  # type: ignore[arg-type]

    return build
