"""A whole run at DEBUG, with all going wrong once: no token, no key is written anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.sandbox.faults import Side
from tests.machine.test_backup import command
from tests.support.credentials import KEY, SPELLINGS, TOKEN
from tests.support.world import World

MISHAPS: tuple[tuple[Side, str, str], ...] = (
    ("telegram", "getUpdates", "drop_before"),
    ("telegram", "download", "drop_before"),
    ("telegram", "sendVideo", "malformed"),
    ("provider", "upload", "drop_before"),
    ("provider", "submit", "drop_after"),
    ("provider", "query", "malformed"),
    ("provider", "result", "drop_before"),
)


@pytest.mark.parametrize("there", [{"LOG_LEVEL": "DEBUG"}], indirect=True)
async def test_no_secret_is_written_in_a_run_full_of_mishaps(there: World, tmp_path: Path) -> None:
    for side, match, kind in MISHAPS:
        there.faults.add(side, match, kind)
    ada, operator = await there.person(), await there.person("Op")
    await there.start_bot(ADMIN_IDS=str(operator.user_id))
    await ada.sends_both()
    await ada.sees_video()
    await ada.reaches("done")
    assert command(there, "backup", tmp_path / "backup.db").exit_code == 0
    there.trouble.write_text("query_only = ON")
    await ada.sends_both()
    assert await there.bot.ended() == 1
    assert {TOKEN, KEY, TOKEN.replace(":", "%3A")} <= set(SPELLINGS)
    assert not there.faults.active(), "everything went wrong once"
    assert {"DEBUG", "WARNING"} <= set(there.log().split())
    said = str([await person.heard() for person in (ada, operator)])
    assert not [spelling for spelling in SPELLINGS if spelling in said]
    assert not await there.leaks()
