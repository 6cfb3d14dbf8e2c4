"""What a tap takes from the quota stands on its button, where its words do not say so."""

from __future__ import annotations

import pytest

from bot.gate import Rule
from bot.intake.replies import MediaReplies
from bot.texts import LANGUAGES
from storage import media
from storage.media import ConversationKey
from storage.people import preferences
from tests.storage import orders
from tests.support.fake_services import Fakes
from tests.support.texts import TEXTS

ADA = ConversationKey(7, 0, 7)


@pytest.mark.parametrize(
    ("resolution", "button"), [("480P", "Use the first 5 s"), ("720P", "Use the first 5 s · 9 s")]
)
async def test_the_beginning_says_what_it_takes_where_that_is_not_its_length(
    fakes: Fakes, resolution: str, button: str
) -> None:
    async with fakes.database.transaction() as tx:
        await preferences.choose(tx, ADA.user_id, {"resolution": resolution})
        voice = await orders.item(tx, "voice", ADA)
        await media.ask_again(tx, voice.id, Rule.LONGEST, '{"seconds": 7.0, "limit": 5.0}')
    asked = await media.get(fakes.database, voice.id)
    assert asked is not None
    await MediaReplies(common=fakes.common).say(asked)
    (said,) = fakes.sender.messages.values()
    assert said.buttons == [button]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", ["voice-confirm", "voice-long", "clip-caption"])
def test_what_is_agreed_to_by_a_press_says_what_it_takes_and_what_is_left(
    key: str, language: str
) -> None:
    values: dict[str, str | int] = {
        "seconds": 1,
        "longest": 2,
        "parts": 3,
        "start": "0:00",
        "finish": "0:09",
    }
    said = TEXTS.of(language).html(key, **values, needed=11.1, left=44.4)
    assert "11.1" in said
    assert "44.4" in said


async def test_the_same_voice_again_says_what_its_video_takes(fakes: Fakes) -> None:
    await orders.start(fakes.database, ADA.user_id, 5_000)
    async with fakes.database.transaction() as tx:
        await tx.execute("DELETE FROM drafts")
        photo = await orders.item(tx, "photo", ADA)
    await MediaReplies(common=fakes.common).say(photo)
    (said,) = fakes.sender.messages.values()
    assert said.buttons == ["Same voice again · 5 s"]
