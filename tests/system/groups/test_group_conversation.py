"""An afternoon of twelve people in one group, kept as `golden/group_conversation.txt` to be read.

Each message as it stands in the end: numbers instead of ids, edits collapsed, deleted ones gone; a
line with an arrow is a press of a button and what the bot answered it. After a change that is
meant: `GOLDEN=write pytest tests/system/groups/test_group_conversation.py`, read the difference.
"""

from __future__ import annotations

import os
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

from tests.support.chats import Json, lines_of
from tests.support.deadlines import eventually
from tests.support.group import Group
from tests.support.media.photos import nobody
from tests.support.media.voices import voice
from tests.support.person import Person
from tests.support.texts import label, said
from tests.support.world import HELD_SECONDS, MIDDAY, World, world

GOLDEN = Path(__file__).parent / "golden" / "group_conversation.txt"
NAMES = ("Ada", "Ben", "Cem", "Dana", "Eli", "Fay", "Gus", "Hana", "Ivo", "Kim", "Mei")
RIGHT_TO_LEFT = ("\u202eאבג\u200b\u200f" * 13)[:64]
SHORT_SECONDS = 2


@dataclass
class Afternoon:
    """The group, and what happened in it that is no message."""

    shared: World
    there: Group
    people: dict[str, Person]
    presses: list[tuple[int, str]] = field(default_factory=list)

    def __getitem__(self, name: str) -> Person:
        return self.there.member(self.people[name])

    async def presses_button(self, name: str, message: Json, words: str) -> None:
        """Press, and keep what the bot answered."""
        answer = await self[name].presses(message, words)
        last = (await self.there.chat())[-1]["message_id"]
        self.presses.append((last, f"   → {name} presses [{words}]: {answer}"))

    async def sees_asked(self, text: str, asked: int) -> int:
        """The bot's answer to that message."""
        return int((await self.there.sees(text, reply_to=asked))["message_id"])

    async def gets_video(self, voice_note: int) -> Json:
        """The video as its answer, once the status message is gone."""
        video = await self.there.sees_video(reply_to=voice_note)

        async def tidy() -> bool:
            return not [m for m in await self.there.heard() if "Cancel" in buttons_of_any(m)]

        await eventually(tidy, "the status goes")
        return video

    async def record(self) -> str:
        """All of it, to be read."""
        lines = []
        messages = await self.there.chat()
        for message, line in zip(messages, lines_of(messages), strict=True):
            lines.append(line)
            lines += [press for at, press in self.presses if at == message["message_id"]]
        return "".join(_visible(one) for one in "\n".join(lines)) + "\n"


def _visible(one: str) -> str:
    """What would turn or hide the text around it, by its number."""
    return f"<U+{ord(one):04X}>" if unicodedata.category(one) == "Cf" else one


def buttons_of_any(message: Json) -> str:
    """What its buttons say; some open a link and send nothing."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return " ".join(button["text"] for row in rows for button in row)


async def test_twelve_people_in_one_group(tmp_path: Path) -> None:
    async with world(tmp_path, factor=10.0) as shared:
        people = {name: await shared.person(name) for name in NAMES[:-1]}
        people["Mei"] = await shared.person("Mei", "zh-hans")
        people["RTL"] = await shared.person(RIGHT_TO_LEFT)
        there = await Group.create(shared, "Faces", *people.values())
        await there.sees("I make photos speak")
        afternoon = Afternoon(shared, there, people)
        video = await somebodys_photo(afternoon)
        await voice_first(afternoon)
        await refusals(afternoon)
        await a_queue(afternoon)
        await objections(afternoon)
        await what_is_left_alone(afternoon)
        await the_next_one(afternoon, video)
        told = (await afternoon.record()).replace(f"({MIDDAY})", "(Asia/Shanghai)")
    if os.environ.get("GOLDEN") == "write":
        GOLDEN.write_text(told, "utf-8")
    assert told == GOLDEN.read_text("utf-8")


async def somebodys_photo(one: Afternoon) -> Json:
    """/talk in reply to another's photo, then the voice in reply to the bot."""
    await one["Ivo"].writes("Look who is here!")
    photo = await one["Ben"].sends_photo()
    talk = await one["Ada"].commands("/talk", reply_to=photo)
    asked = await one.sees_asked(said("borrowed-asked", owner="Ben"), talk)
    return await one.gets_video(await one["Ada"].says(reply_to=asked))


async def voice_first(one: Afternoon) -> None:
    """A voice, then a photo in reply to the bot; afterwards the photo is known."""
    voice_note = await one["Dana"].says()
    await one["Dana"].commands("/talk", reply_to=voice_note)
    asked = await one.sees_asked("Now reply to this message with a photo", voice_note)
    await one["Dana"].sends_photo(reply_to=asked)
    await one.gets_video(voice_note)
    await one["Ivo"].writes("Ha! And another one?")
    voice_note = await one["Dana"].says(1.5)
    await one["Dana"].commands("/talk", reply_to=voice_note)
    await one.gets_video(voice_note)


async def refusals(one: Afternoon) -> None:
    """A photo without a face, somebody else's button, a voice that is too short."""
    talk = await one["Eli"].commands("/talk")
    how = await one.sees_asked(said("group-how"), talk)
    photo = await one["Eli"].sends_photo(nobody(), reply_to=how)
    doubt = await one.there.sees(said("group-answer-here"), reply_to=photo)
    await one.presses_button("Fay", doubt, label("button-check"))
    photo = await one["Eli"].sends_photo(reply_to=doubt["message_id"])
    asked = await one.sees_asked("Good photo", photo)
    short = await one["Eli"].send_file("voice", voice(0.1), "v.ogg", raw=1, reply_to=asked)
    asked = await one.sees_asked(said("group-answer-here"), short)
    await one.gets_video(await one["Eli"].says(reply_to=asked))


async def a_queue(one: Afternoon) -> None:
    """One is being made, two wait; the queue, the quota, and one who does not want to wait."""
    await one.shared.tell_provider(render_seconds=HELD_SECONDS)
    for name, state in (("Gus", "running"), ("Hana", "ready"), ("Fay", "ready")):
        photo = await one[name].sends_photo()
        talk = await one[name].commands("/talk", reply_to=photo)
        asked = await one.sees_asked("Good photo", talk)
        voice_note = await one[name].says(reply_to=asked)
        await one.people[name].reaches(state)
        await one.there.sees("ideo", reply_to=voice_note)
    await one.sees_asked(label("queue-you"), await one["Hana"].commands("/queue"))
    await one.sees_asked("are left for you", await one["Hana"].commands("/quota"))
    cancel = await one["Fay"].commands("/cancel")
    await one.sees_asked(said("cancel-done", count=1), cancel)
    status = next(m for m in await one.there.heard() if "Cancel" in buttons_of_any(m))
    await one.presses_button("Kim", status, label("button-cancel"))
    await one.shared.tell_provider(render_seconds=SHORT_SECONDS)
    await one.there.sees_video(6)
    await one.gets_video((await one.there.sees_video(6))["reply_to_message"]["message_id"])


async def objections(one: Afternoon) -> None:
    """Ben stops a video of his photo, and allows it again; a name that would turn the line."""
    photo = await one["Ben"].sends_photo()
    talk = await one["Cem"].commands("/talk", reply_to=photo)
    asked = await one.sees_asked(said("borrowed-asked", owner="Ben"), talk)
    await one.shared.tell_provider(render_seconds=HELD_SECONDS)
    voice_note = await one["Cem"].says(reply_to=asked)
    status = await one.there.sees(said("borrowed-used", owner="Ben"), reply_to=voice_note)
    await one.people["Cem"].reaches("running")
    await one.presses_button("Kim", status, label("button-not-me"))
    await one.presses_button("Ben", status, label("button-not-me"))
    await one.shared.tell_provider(render_seconds=SHORT_SECONDS)
    counted = said("charged-all-the-same", seconds=0.9)
    end = await one.there.sees(said("failed-objected", charged=counted), reply_to=voice_note)
    talk = await one["Kim"].commands("/talk", reply_to=photo)
    await one.sees_asked(said("talk-objected", owner="Ben"), talk)
    await one.presses_button("Ben", end, label("button-allow-again"))
    photo = await one["RTL"].sends_photo()
    talk = await one["Kim"].commands("/talk", reply_to=photo)
    await one.sees_asked("tap /notme", talk)
    await one.sees_asked(said("notme-done"), await one["RTL"].commands("/notme"))


async def what_is_left_alone(one: Afternoon) -> None:
    """Ordinary talk; what cannot speak; who cannot be told apart; another language."""
    joke = await one["Ivo"].writes("Can it make my cat talk?")
    await one["Gus"].writes("/talk@another_bot")
    await one.sees_asked(said("talk-cannot"), await one["Ivo"].commands("/talk", reply_to=joke))
    hidden = await one["Ada"].writes("/talk@talking_photo_bot", anonymous=True)
    await one.sees_asked(said("group-write-as-yourself"), hidden)
    await one.sees_asked(said("group-help", "zh-hans"), await one["Mei"].commands("/help"))


async def the_next_one(one: Afternoon, video: Json) -> None:
    """The buttons under videos, for whom they are and for whom not; the last one once more."""
    await one.presses_button("Ben", video, label("button-new-voice"))
    await one.presses_button("Ada", video, label("button-new-voice"))
    videos = [m for m in await one.there.heard() if "video" in m]
    danas = next(m for m in videos if m["reply_to_message"]["from"]["first_name"] == "Dana")
    await one.presses_button("Dana", danas, label("button-new-voice"))
    asked = await one.there.sees("I have your photo")
    await one.gets_video(await one["Dana"].says(reply_to=asked["message_id"]))
    last = await one["Dana"].commands("/last")
    await one.there.sees_video(reply_to=last)
