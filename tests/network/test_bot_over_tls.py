"""The real bot over real TLS: bits are flipped in answers of every kind, and it goes on."""

from __future__ import annotations

from contextlib import AsyncExitStack
from pathlib import Path

import trustme

from tests.crash.story import at_rest
from tests.crash.world import crash_world
from tests.network.flipped_bits import flipped_bits
from tests.support.deadlines import eventually

TELEGRAM = ("getUpdates", "getFile", "/file/bot", "sendMessage", "editMessageText", "deleteMessage")
PROVIDER = ("/uploads", "face-detect", "video-synthesis", "/tasks/?", "/tasks/", "/results/")


async def test_a_flipped_bit_in_an_answer_of_every_kind_costs_nothing(
    authority: trustme.CA, authority_path: Path
) -> None:
    async with AsyncExitStack() as stack:
        there = await stack.enter_async_context(crash_world())
        root = there.settings["DASHSCOPE_BASE_URL"].removesuffix("/api/v1")
        telegram = await stack.enter_async_context(
            flipped_bits(there.sandbox.telegram_base_url, authority)
        )
        provider = await stack.enter_async_context(flipped_bits(root, authority))
        for part in TELEGRAM:
            telegram.garble(part)
        for part in PROVIDER:
            provider.garble(part)
        await there.start_bot(
            TELEGRAM_BASE_URL=telegram.url,
            DASHSCOPE_BASE_URL=f"{provider.url}/api/v1",
            SSL_CERT_FILE=str(authority_path),
        )
        ada = await there.person()
        await ada.sends_both()

        async def rests() -> bool:
            assert there.bot_is_running, there.log()[-3000:]
            return at_rest(there, 2)

        await eventually(rests)
        assert len(await there.provider_calls("submit")) == len(await there.billed_videos()) == 1
        assert len(await ada.videos()) == 1
        assert not telegram.left | provider.left
