"""Token and key stay where they belong, even when the other side repeats them."""

from __future__ import annotations

import json

import pytest

from tests.support.chats import text_of
from tests.support.credentials import KEY, SPELLINGS, TOKEN
from tests.support.world import World

pytestmark = pytest.mark.asyncio(loop_scope="module")

OPERATOR = 7003
SETTINGS = {"ADMIN_IDS": str(OPERATOR)}


async def test_failed_calls_to_telegram_leave_no_token_behind(shared: World) -> None:
    echo = {"ok": False, "error_code": 500, "description": f"no route /bot{TOKEN}/sendVideo"}
    for method, kind, params in (
        ("getFile", "status", {"code": 500, "body": echo}),
        ("download", "drop_before", {}),
        ("download", "html", {}),
        ("editMessageText", "malformed", {}),
        ("getUpdates", "drop_before", {}),
        ("getUpdates", "status", {"code": 502, "body": f"https://x/bot{TOKEN}/getUpdates"}),
    ):
        shared.faults.add("telegram", method, kind, params=params)
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says()
    await ada.sees_video()
    assert await shared.leaks() == []


async def test_a_key_the_provider_repeats_goes_no_further(shared: World) -> None:
    (
        await shared.http.post(
            "/sim/people", json={"first_name": "Olga", "language_code": "en", "user_id": OPERATOR}
        )
    ).raise_for_status()
    shared.faults.add(
        "provider",
        "detect",
        "code",
        params={
            "http": 401,
            "code": "InvalidApiKey",
            "message": f"Incorrect API key provided: {KEY}",
        },
    )
    shared.faults.add("provider", "get_policy", "status", params={"code": 500, "body": KEY})
    ada = await shared.person()
    sent = await ada.sends_photo()
    await ada.sees_key("photo-service-stopped", reply_to=sent)
    olga = type(ada)(shared, OPERATOR)
    told = text_of(await olga.sees("refuses to work"))
    assert "InvalidApiKey" in told
    assert KEY not in told
    assert await shared.leaks() == []


async def test_the_provider_is_given_addresses_of_its_own_space_only(shared: World) -> None:
    ada = await shared.person()
    await ada.sends_photo()
    await ada.says()
    await ada.sees_video()
    calls = [*await shared.provider_calls("detect"), *await shared.provider_calls("submit")]
    addresses = [
        address
        for call in calls
        for name, address in call["request"].get("input", {}).items()
        if name.endswith("_url")
    ]
    assert len(addresses) >= 3
    assert all(address.startswith("oss://") for address in addresses)
    outbox = (await shared.http.get("/sim/outbox")).json()["calls"]
    said_aloud = json.dumps([call["params"] for call in outbox])
    assert not any(spelling in said_aloud for spelling in SPELLINGS)


async def test_the_scan_itself_finds_a_secret(shared: World) -> None:
    planted = shared.directory / "planted.txt"
    planted.write_text(f"https://api.telegram.org/file/bot{TOKEN.replace(':', '%3A')}/x")
    try:
        assert await shared.leaks() == ["file planted.txt"]
    finally:
        planted.unlink()
