"""The real bot over real TLS: bits are flipped in answers of every kind, and it goes on."""

from __future__ import annotations

import ssl
from pathlib import Path

from tests.crash.story import at_rest
from tests.support.deadlines import eventually
from tests.support.world import quick_world

TELEGRAM = ("getUpdates", "getFile", "download", "sendMessage", "editMessageText", "deleteMessage")
PROVIDER = ("get_policy", "upload", "detect", "submit", "list", "query", "result")


async def test_a_flipped_bit_in_an_answer_of_every_kind_costs_nothing(
    tls: ssl.SSLContext, authority_path: Path, tmp_path: Path
) -> None:
    async with quick_world(tmp_path, tls=tls, SSL_CERT_FILE=str(authority_path)) as there:
        for part in TELEGRAM:
            there.faults.add("telegram", part, "garbled")
        for part in PROVIDER:
            there.faults.add("provider", part, "garbled")
        await there.start_bot()
        ada = await there.person()
        await ada.sends_both()

        async def rests() -> bool:
            assert there.bot_is_running, there.log()[-3000:]
            return at_rest(there, 2)

        await eventually(rests)
        assert len(await there.provider_calls("submit")) == len(await there.billed_videos()) == 1
        assert len(await ada.videos()) == 1
        await eventually(lambda: not there.faults.active(), "each fault was met")
