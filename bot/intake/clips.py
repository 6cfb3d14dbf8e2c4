"""Clips of a long voice, sent as voice messages, for its sender to choose one."""

from __future__ import annotations

from bot.chat.keyboards import costing
from bot.common import Component, Part
from bot.intake.inputs import LongVoice, plan_of
from bot.media.errors import MediaNotNow, MediaUnusable
from bot.media.exchange import SoundPlan, Span
from bot.outbox import Attempt, Kind, NotNow, Pointless
from bot.telegram.keyboards import keyboard_of
from storage import media, outbox
from storage.db.database import Transaction
from storage.media import Media, MediaState

_CLIP = "clip"


async def want_clips(tx: Transaction, item: Media, plan: SoundPlan) -> bool:
    """All of the plan are to be sent; False when they were wanted before."""
    wanted = [
        await outbox.put(
            tx,
            _CLIP,
            f"media:{item.id}:{_CLIP}:{number}",
            **item.conversation._asdict(),
            message_id=item.message_id,
            media_id=item.id,
            number=number,
        )
        for number in range(1, len(plan.clips) + 1)
    ]
    return any(wanted)


class Clips(Component):
    """Sends what was asked for: once each, or twice where an answer of Telegram's was lost."""

    long_voice = Part(LongVoice)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """See `Kind`; where it is given up the question stays, with the other answers to it."""
        return (Kind(name=_CLIP, run=self._send, repeatable=True, longest_seconds=None),)

    async def _send(self, attempt: Attempt) -> None:
        number = attempt.entry.values["number"]
        item = await media.get(self.database, attempt.entry.values["media_id"])
        plan = None if item is None else plan_of(item)
        if item is None or plan is None or item.state != MediaState.ASKED:
            return
        begin, end = span = plan.clips[number - 1]
        note = await self._note(item, span)
        price = (await self.effective(item.conversation)).price
        texts = await self.texts_for(item.user_id, item.chat_id)
        needed = price.of(end - begin).quota_milliseconds
        label = costing(texts, texts.plain("button-use-clip"), needed)
        caption = texts.html(
            "clip-caption",
            start=_clock(begin),
            finish=_clock(end),
            needed=needed / 1000,
            left=(await self.allowance(item.user_id, price)).left_milliseconds // 100 / 10,
        )
        await self.sender.send_voice(
            attempt.destination,
            note,
            seconds=round((end - begin) / 1000),
            caption=caption,
            keyboard=keyboard_of([(label, f"clip:{item.id}:{number}")]),
        )

    async def _note(self, item: Media, span: Span) -> bytes:
        data = await self.files.download(item.file_id, item.file_size_bytes)
        try:
            (note,) = await self.long_voice.clips(item, data, (span,))
        except MediaNotNow as failure:
            raise NotNow(repr(failure)) from failure
        except (MediaUnusable, ValueError) as failure:
            raise Pointless(repr(failure)) from failure
        return note


def _clock(milliseconds: int) -> str:
    """As players show it: minutes and seconds."""
    minutes, seconds = divmod(round(milliseconds / 1000), 60)
    return f"{minutes}:{seconds:02}"
