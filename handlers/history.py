"""/history: all of one's videos, a page at a time."""

from __future__ import annotations

from telegram import Update

from handlers.context import Context, Visit, visit_of
from handlers.pressing import Action, NotYours, Press, TooLate
from handlers.private import is_private
from storage import errands, jobs
from storage.errands import Wanted
from storage.media import Place

PAYLOAD = "history"
_MOST_PAGES = 1_000_000


async def show_history(update: Update, context: Context) -> None:
    """In private the first page; a group is shown the way there."""
    visit = await visit_of(update, context)
    way = {"text": "history-private", "button": "button-open-history"}
    if visit is not None and await is_private(visit, PAYLOAD, **way):
        await show_first_page(visit)


async def show_first_page(visit: Visit) -> None:
    """The pipeline draws it; nothing at all is said at once."""
    desk, place = visit.desk, visit.place
    if not await jobs.count_rendered(desk.database, place.user_id, place.chat_id):
        await visit.reply(visit.texts.html("history-none"))
        return
    wanted = Wanted("page", place, visit.message.message_id, page=1)
    async with desk.database.transaction() as tx:
        await errands.ask(tx, wanted, desk.clock.now_milliseconds())
    desk.nudge()


async def turn(pressed: Press) -> str:
    """history:PAGE turns the page in its place."""
    number = pressed.number(0)
    if not 0 < number < _MOST_PAGES:
        raise TooLate
    if pressed.chat_id != pressed.user_id:
        raise NotYours
    place = Place(pressed.chat_id, pressed.thread_id, pressed.user_id)
    wanted = Wanted("page", place, pressed.message_id, page=number, turns=1)
    async with pressed.desk.database.transaction() as tx:
        await errands.ask(tx, wanted, pressed.desk.clock.now_milliseconds())
    pressed.desk.nudge()
    return "answer-coming"


ACTIONS: dict[str, Action] = {"history": turn}
