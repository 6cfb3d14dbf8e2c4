"""The key is sent to the provider, and shown to no one."""

from __future__ import annotations

import logging
import traceback
from pathlib import Path

import pytest
from pydantic import SecretStr

from bot.clock import SystemClock
from bot.dashscope.client import DashScope
from bot.dashscope.errors import DashScopeError
from bot.dashscope.http import ProviderAnswer
from bot.dashscope.upload import Policy
from bot.http_client import HttpClient
from tests.dashscope.fault_server import (
    DROP,
    IMPATIENT,
    KEY,
    S2V,
    Reply,
    answer,
    client_of,
    fault_server,
)

ECHO = answer(f"<pre>Authorization: Bearer {KEY}</pre>".encode(), status=502)
CODED_ECHO = answer(
    {"code": "InvalidApiKey", "message": f"Invalid API-key provided: {KEY}"}, status=401
)
SPLIT_ECHO = answer(b" " * 280 + f"x {' ' * 50} {'x' * 290} {KEY}".encode(), status=502)


async def _use_everything(client: DashScope, folder: Path) -> list[DashScopeError]:
    raised = []
    for call in (
        lambda: client.upload("wan2.2-s2v", "p.jpg", b"jpeg"),
        lambda: client.detect("wan2.2-s2v-detect", "oss://a/p.jpg"),
        lambda: client.submit(S2V),
        lambda: client.query("t-1"),
        lambda: client.list_tasks("wan2.2-s2v"),
        lambda: client.cancel("t-1"),
    ):
        try:
            await call()
        except DashScopeError as error:
            raised.append(error)
    return raised


@pytest.mark.parametrize("reply", [ECHO, CODED_ECHO, SPLIT_ECHO, DROP])
async def test_no_exception_and_no_log_line_holds_the_key(
    reply: Reply, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with caplog.at_level(logging.DEBUG):
        async with (
            fault_server(reply) as server,
            client_of(server.base_url, timeouts=IMPATIENT) as client,
        ):
            raised = await _use_everything(client, tmp_path)
            shown = repr(client)
    assert len(raised) == 6
    assert all(KEY in request.headers["authorization"] for request in server.requests)
    for error in raised:
        shown += "".join(traceback.format_exception(error))
        shown += repr(vars(error))
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "dashscope" in logged or reply == DROP
    assert KEY not in shown + logged
    assert KEY[:12] not in shown


@pytest.mark.parametrize(
    "key", ["", "sk-with space", "sk-new\nline", "sk-ключ", "sk-\x00", " sk-1"]
)
def test_a_key_that_cannot_be_sent_is_refused_at_once_without_being_shown(key: str) -> None:
    http = HttpClient(verify=False)
    with pytest.raises(ValueError, match="API key") as caught:
        DashScope(http, base_url="https://a", api_key=SecretStr(key), clock=SystemClock())
    assert not key or key not in str(caught.value)


def test_an_answer_hides_the_key_it_was_given_to_hide() -> None:
    shown = ProviderAnswer("query", 200, b"", 0, secret=KEY)
    assert KEY not in repr(shown)


def test_a_policy_hides_what_it_permits() -> None:
    policy = Policy("https://h", "d", {"OSSAccessKeyId": "LTAI-id", "Signature": "c2ln"}, None)
    assert not {"LTAI-id", "c2ln"} & set(repr(policy).replace("'", " ").split())
