"""Two bots at once, as in a careless deploy."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

from tests.support.bot_process import start_bot
from tests.support.deadlines import eventually
from tests.support.world import World

SECOND = "Another program fetches this bot's messages"


async def test_a_second_one_on_the_same_disk_is_refused_and_the_first_goes_on(there: World) -> None:
    ada = await there.person()
    await there.start_bot()
    await there.up()
    first = there.bot
    await there.start_bot()
    assert await there.bot.ended() == 1
    assert "Another bot is running with this database" in there.bot.last_lines()
    there.bot = first
    await ada.sends_both()
    await ada.sees_video()
    assert len(await there.billed_videos()) == 1


async def test_with_a_disk_each_one_gives_up_and_what_came_meanwhile_is_paid_once(
    there: World, tmp_path: Path
) -> None:
    other_disk = tmp_path / "other"
    other_disk.mkdir()
    ada = await there.person()
    await there.start_bot()
    await there.up()
    settings = {**there.settings, "CRASH_PLAIN": "1"}
    settings["DATABASE_URL"] = f"sqlite:///{other_disk / 'bot.db'}"
    second = start_bot(other_disk, settings)

    async def both_poll() -> bool:
        logs = [disk / "bot.log" for disk in (tmp_path, other_disk)]
        return any("(409)" in log.read_text("utf-8") for log in logs if log.exists())

    await eventually(both_poll, "they are in each other's way")
    for _ in range(3):
        await ada.sends_both()

    async def one_ended() -> bool:
        return not (there.bot.is_running and second.is_running)

    await eventually(one_ended, "one of them gives up")
    ended, stays = (there.bot, second) if second.is_running else (second, there.bot)
    there.bot = stays
    assert await ended.ended() == 1
    assert SECOND in ended.last_lines().splitlines()[-1]

    def seen() -> list[set[int]]:
        return [updates(disk / "bot.db") for disk in (tmp_path, other_disk)]

    await eventually(lambda: len(set.union(*seen())) == 6, "every update is in an inbox")
    both = set.intersection(*seen())
    assert not both - await given_twice(there), "an update is where Telegram gave it"
    # A photo and a voice that went to different bots wait for their other half: nothing is paid.
    assert len(await there.billed_videos()) <= 3 + len(both)
    assert len(await ada.videos()) <= 3 + len(both)


def updates(database: Path) -> set[int]:
    with closing(connect(database)) as base:
        return {row[0] for row in base.execute("SELECT update_id FROM inbox")}


async def given_twice(there: World) -> set[int]:
    """What a second poll fetched before the first one's bot had said that it has it."""
    answers = [call.get("result", []) for call in await there.bot_calls("getUpdates")]
    given = Counter(update["update_id"] for answer in answers for update in answer)
    return {update_id for update_id, times in given.items() if times > 1}
