"""Which addresses we connect to."""

from __future__ import annotations

import pytest

from bot.dashscope.address import shown, trusted, upgraded

LOCAL = "http://127.0.0.1:8082/api/v1"
REMOTE = "https://dashscope.aliyuncs.com/api/v1"


@pytest.mark.parametrize(
    ("url", "becomes"),
    [
        ("http://a.oss-cn-beijing.aliyuncs.com/v", "https://a.oss-cn-beijing.aliyuncs.com/v"),
        ("HTTP://A.ALIYUNCS.COM/v?a=%2B", "https://A.ALIYUNCS.COM/v?a=%2B"),
        ("http://a.aliyuncs.com:80/v", "https://a.aliyuncs.com:80/v"),
        ("http://a.aliyuncs.com:8080/v", "http://a.aliyuncs.com:8080/v"),
        ("http://aliyuncs.com.evil.example/v", "http://aliyuncs.com.evil.example/v"),
        ("http://notaliyuncs.com/v", "http://notaliyuncs.com/v"),
        ("http://127.0.0.1/v", "http://127.0.0.1/v"),
        ("http://localhost:8082/v", "http://localhost:8082/v"),
        ("https://a.aliyuncs.com/v", "https://a.aliyuncs.com/v"),
        ("oss://space/v", "oss://space/v"),
        ("http://[", "http://["),
    ],
)
def test_plain_http_is_upgraded_for_the_providers_own_hosts_only(url: str, becomes: str) -> None:
    assert upgraded(url) == becomes


@pytest.mark.parametrize(
    ("url", "base_url", "yes"),
    [
        ("https://anywhere.example/v", REMOTE, True),
        ("http://a.aliyuncs.com/v", REMOTE, True),
        ("http://anywhere.example/v", REMOTE, False),
        ("http://127.0.0.1:9/v", REMOTE, False),
        ("http://127.0.0.1:9/v", LOCAL, True),
        ("http://localhost:9/v", LOCAL, True),
        ("http://[::1]:9/v", "http://localhost:8082", True),
        ("http://10.0.0.1/v", LOCAL, False),
        ("ws://127.0.0.1/v", LOCAL, False),
    ],
)
def test_plain_http_is_trusted_on_this_machine_only(url: str, base_url: str, yes: bool) -> None:
    assert (trusted(url, base_url=base_url) is not None) is yes


def test_an_address_is_shown_without_its_signature() -> None:
    assert shown("https://a/v.mp4?Signature=s") == "https://a/v.mp4"
