"""Two bots at once, as in a careless deploy."""

from __future__ import annotations

from collections import Counter
from contextlib import closing
from pathlib import Path
from signal import SIGTERM
from sqlite3 import connect

from tests.support.bot_process import start_bot
from tests.support.deadlines import eventually
from tests.support.world import World


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


async def test_with_a_disk_each_one_stands_by_and_takes_over(there: World, tmp_path: Path) -> None:
    """What both got at first is paid twice at most; nothing is lost."""
    other_disk = tmp_path / "other"
    other_disk.mkdir()
    operator, ada = await there.person("Otto"), await there.person()
    await there.start_bot(ADMIN_IDS=str(operator.user_id))
    await there.up()
    settings = {**there.settings, "ADMIN_IDS": str(operator.user_id)}
    settings["DATABASE_URL"] = f"sqlite:///{other_disk / 'bot.db'}"
    second = start_bot(other_disk, settings)

    def seen() -> list[set[int]]:
        return [updates(disk / "bot.db") for disk in (tmp_path, other_disk)]

    await operator.sees("Another program fetches this bot's messages")
    await ada.writes("/help")
    await eventually(lambda: any(seen()), "it is taken")
    assert second.is_running
    assert there.bot_is_running
    ends, stays = (there.bot, second) if seen()[0] else (second, there.bot)
    assert await ends.kill(SIGTERM) == 0
    there.bot = stays
    await ada.writes("/help")
    await eventually(lambda: len(set.union(*seen())) == 2, "the other one takes what comes")
    assert not set.intersection(*seen()) - await given_twice(there)


def updates(database: Path) -> set[int]:
    with closing(connect(database)) as base:
        return {row[0] for row in base.execute("SELECT update_id FROM inbox")}


async def given_twice(there: World) -> set[int]:
    """What a second poll fetched before the first one's bot had said that it has it."""
    answers = [call.get("result", []) for call in await there.bot_calls("getUpdates")]
    given = Counter(update["update_id"] for answer in answers for update in answer)
    return {update_id for update_id, times in given.items() if times > 1}
