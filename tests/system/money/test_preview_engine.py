"""ENGINE=preview: a working bot without a key, whose videos are labelled as previews."""

from __future__ import annotations

from pathlib import Path

from tests.support.chats import text_of
from tests.support.world import world


async def test_without_a_key_the_bot_makes_previews_and_asks_the_provider_nothing(
    tmp_path: Path,
) -> None:
    async with world(tmp_path, {"ENGINE": "preview", "DASHSCOPE_API_KEY": ""}) as there:
        ada = await there.person()
        await ada.send("photo", sample="portrait")
        await ada.send("voice", sample="voice")
        video = await ada.sees_video()
        assert text_of(video).startswith("AI-generated preview.")
        assert "7 s used" in text_of(video)
        assert (await there.provider("calls"))["calls"] == []
        assert there.rows("SELECT SUM(spent_micro_yuan) AS spent FROM ledger") == [{"spent": 0}]
        assert there.rows("SELECT * FROM ledger WHERE flagged = 1") == []
