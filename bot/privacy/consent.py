"""Consent: each person is asked once, and anew when it changes; till then nothing is opened."""

from __future__ import annotations

import logging

from bot.common import Component
from bot.limits import full_text, short_text
from bot.outbox import Attempt, Kind
from bot.telegram.destination import Destination
from bot.telegram.errors import ChatDead, ChatMoved, MessageGone, TelegramFailure
from bot.telegram.keyboards import Keyboard, keyboard_of
from bot.telegram.rate_limits import is_group
from bot.texts import Catalogue
from storage import media
from storage.db.database import Transaction
from storage.media import ConversationKey, Media
from storage.outbox import OutboxEntry
from storage.people import consents
from storage.people.consents import Question

logger = logging.getLogger(__name__)

_ANSWERS = {"agreed": "consent-agreed", "declined": "consent-declined"}


class Consent(Component):
    """Asks, and says what was answered; the answers themselves are the buttons'."""

    async def hold_back(self, item: Media) -> None:
        """Keep the media item until its sender agreed, and have them asked."""
        async with self.database.transaction() as tx:
            current = await media.get(tx, item.id)
            if current is None or await consents.given(tx, item.user_id, self.limits.agreement):
                return
            await consents.hold_back(tx, current)
            await self._want(tx, current.conversation, current.message_id)

    async def ask(self, conversation: ConversationKey, reply_to: int) -> None:
        """Have the person asked there."""
        await self.database.do(self._want, conversation, reply_to)

    @property
    def kinds(self) -> tuple[Kind, ...]:
        """See `Kind`; where it is given up, what is sent there next asks again."""
        question = consents.CONSENT_QUESTION
        return (Kind(name=question, run=self._say, repeatable=True, given_up=_close),)

    async def _want(self, tx: Transaction, conversation: ConversationKey, reply_to: int) -> None:
        await consents.want_question(tx, conversation, self.limits.agreement, reply_to)

    async def _say(self, attempt: Attempt) -> None:
        """What there is to say of the question by now."""
        question_id = attempt.entry.values["question_id"]
        question = await consents.get_question(self.database, question_id)
        if question is None or question.state == "asked":
            return
        texts = await self.texts_for(question.user_id, question.chat_id)
        if question.state in _ANSWERS:
            await self._say_answer(question, texts)
        else:
            await self._ask(question, texts)

    async def _say_answer(self, question: Question, texts: Catalogue) -> None:
        if question.message_id is not None:
            text = texts.html(_ANSWERS[question.state])
            try:
                await self.sender.edit_text(question.chat_id, question.message_id, text)
            except MessageGone as failure:
                logger.info("the consent question %s is gone: %s", question.id, failure)
        await self.database.do(consents.close_question, question.id)

    async def _ask(self, question: Question, texts: Catalogue) -> None:
        """A question that was asked before, further up, goes away."""
        if question.message_id is not None:
            await self._remove(question, question.message_id)
        text = short_text if is_group(question.chat_id) else full_text
        sent = await self.sender.send_text(
            Destination(question.chat_id, question.thread_id, question.reply_to),
            text(texts, self.limits.agreement),
            keyboard=self._keyboard(question, texts),
        )
        await self.database.do(
            consents.asked, question.id, chat_id=sent.chat_id, message_id=sent.message_id
        )

    async def _remove(self, question: Question, message_id: int) -> None:
        try:
            await self.sender.delete_message(question.chat_id, message_id)
        except (ChatDead, ChatMoved):
            raise
        except TelegramFailure as failure:
            logger.info("the older consent question %s stays: %s", question.id, failure)

    def _keyboard(self, question: Question, texts: Catalogue) -> Keyboard:
        """Everyone sees them in a group: they name whose they are, and what they answer."""
        whose = f"{self.limits.agreement.fingerprint}:{question.user_id}"
        answers = keyboard_of(
            [
                (texts.plain("button-agree"), f"agree:{whose}"),
                (texts.plain("button-decline"), f"decline:{whose}"),
            ]
        )
        if not is_group(question.chat_id):
            return answers
        whole = self.sender.start_button(texts.plain("button-whole-text"), "privacy")
        return Keyboard(answers.inline_keyboard + whole.inline_keyboard)


async def _close(tx: Transaction, entry: OutboxEntry, _: Exception) -> None:
    await consents.close_question(tx, entry.values["question_id"])
