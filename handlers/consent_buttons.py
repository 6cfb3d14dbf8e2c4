"""Buttons under the consent question: the answers, each for its own person and its own text."""

from __future__ import annotations

from handlers.pressing import Action, NotYours, Press
from storage import consents, forgetting


async def agree(pressed: Press) -> str:
    """agree:FINGERPRINT:PERSON: all that waited for it goes on."""
    if await _is_outdated(pressed):
        return "answer-consent-changed"
    desk, now = pressed.desk, pressed.desk.clock.now_milliseconds()
    if await forgetting.is_wanted(desk.database, pressed.user_id):
        return "answer-forgetting"
    async with desk.database.transaction() as tx:
        agreement, language = desk.terms.agreement, pressed.texts.language
        await consents.give(tx, pressed.user_id, agreement, language, now)
        await consents.wake_halves(tx, pressed.user_id, now)
        await consents.answered(tx, pressed.user_id, "agreed")
    desk.nudge()
    return "answer-agreed"


async def decline(pressed: Press) -> str:
    """decline:FINGERPRINT:PERSON: what waited is dropped; whoever agreed meanwhile has agreed."""
    if await _is_outdated(pressed):
        return "answer-consent-changed"
    desk = pressed.desk
    if await consents.given(desk.database, pressed.user_id, desk.terms.agreement):
        return "answer-consent-given"
    async with desk.database.transaction() as tx:
        await consents.drop_halves(tx, pressed.user_id)
        await consents.answered(tx, pressed.user_id, "declined")
    desk.nudge()
    return "answer-declined"


async def _is_outdated(pressed: Press) -> bool:
    """An answer to a text that reads differently by now answers nothing: it is asked anew."""
    fingerprint = pressed.word(0)
    if pressed.number(1) != pressed.user_id:
        raise NotYours
    desk = pressed.desk
    if fingerprint == desk.terms.agreement.fingerprint:
        return False
    async with desk.database.transaction() as tx:
        now = desk.clock.now_milliseconds()
        await consents.want_questions_anew(tx, pressed.user_id, desk.terms.agreement, now)
    desk.nudge()
    return True


ACTIONS: dict[str, Action] = {"agree": agree, "decline": decline}
