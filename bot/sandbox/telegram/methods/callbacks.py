"""answerCallbackQuery."""

from __future__ import annotations

from bot.sandbox.telegram.callbacks import ANSWER_LIMIT
from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.methods.call import Call


async def answer_callback_query(call: Call) -> bool:
    """https://core.telegram.org/bots/api#answercallbackquery (each press once)"""
    params = call.params
    press = call.world.callbacks.find(params.text("callback_query_id"))
    if press is None or press.answered:
        raise bad_request("query is too old and response timeout expired or query ID is invalid")
    text = params.text("text")
    if len(text) > ANSWER_LIMIT:
        raise bad_request("MESSAGE_TOO_LONG")
    press.answered = True
    press.text, press.url = text or None, params.text("url") or None
    press.show_alert = params.flag("show_alert")
    call.world.journal.append(
        "callback_answer",
        callback_query_id=press.callback_query_id,
        chat_id=press.chat_id,
        user_id=press.user_id,
        **{k: v for k, v in press.as_json().items() if k != "answered"},
    )
    return True
