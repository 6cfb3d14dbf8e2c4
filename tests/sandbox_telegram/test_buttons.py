"""Buttons: pressed by people, answered once by the bot."""

from __future__ import annotations

from typing import Any

from tests.support.local_telegram import LocalTelegram

KEYBOARD = {"inline_keyboard": [[{"text": "Cancel", "callback_data": "cancel:7"}]]}


async def _press(telegram: LocalTelegram, data: str = "cancel:7", **body: Any) -> str:
    sent = await telegram.send("working", reply_markup=KEYBOARD)
    path = f"/chats/{telegram.chat_id}/messages/{sent['message_id']}/press"
    answer = await telegram.sim("POST", path, {"callback_data": data} | body)
    assert answer.status_code == 202, answer.text
    return str(answer.json()["callback_query_id"])


async def test_a_press_is_an_update_with_its_message(telegram: LocalTelegram) -> None:
    callback_query_id = await _press(telegram)
    query = (await telegram.updates())[-1]["callback_query"]
    assert query["id"] == callback_query_id
    assert (query["data"], query["message"]["text"]) == ("cancel:7", "working")
    assert query["from"]["id"] == telegram.chat_id


async def test_a_press_is_answered_once(telegram: LocalTelegram) -> None:
    callback_query_id = await _press(telegram)
    path = f"/callbacks/{callback_query_id}"
    assert (await telegram.sim("GET", path)).json() == {"answered": False, "show_alert": False}
    answer: dict[str, Any] = {
        "callback_query_id": callback_query_id,
        "text": "Cancelled",
        "show_alert": True,
    }
    assert await telegram.call("answerCallbackQuery", **answer)
    assert (await telegram.sim("GET", path)).json() == {
        "answered": True,
        "show_alert": True,
        "text": "Cancelled",
    }
    assert (
        await telegram.refusal("answerCallbackQuery", **answer)
        == "Bad Request: query is too old and response timeout expired or query ID is invalid"
    )


async def test_a_long_answer_is_refused_and_may_be_given_again(telegram: LocalTelegram) -> None:
    callback_query_id = await _press(telegram)
    said = await telegram.refusal(
        "answerCallbackQuery", callback_query_id=callback_query_id, text="x" * 201
    )
    assert said == "Bad Request: MESSAGE_TOO_LONG"
    await telegram.call("answerCallbackQuery", callback_query_id=callback_query_id, text="x" * 200)


async def test_a_button_that_is_not_there_cannot_be_pressed(telegram: LocalTelegram) -> None:
    sent = await telegram.send("working", reply_markup=KEYBOARD)
    path = f"/chats/{telegram.chat_id}/messages/{sent['message_id']}/press"
    assert (await telegram.sim("POST", path, {"callback_data": "other"})).status_code == 409
    await telegram.call(
        "editMessageText", chat_id=telegram.chat_id, message_id=sent["message_id"], text="done"
    )
    assert (await telegram.sim("POST", path, {"callback_data": "cancel:7"})).status_code == 409
    await telegram.call("deleteMessage", chat_id=telegram.chat_id, message_id=sent["message_id"])
    assert (await telegram.sim("POST", path, {"callback_data": "cancel:7"})).status_code == 404


async def test_anybody_in_a_group_presses_a_button(telegram: LocalTelegram) -> None:
    ben = await telegram.new_person("Ben")
    cleo = await telegram.new_person("Cleo")
    group = await telegram.new_group(telegram.person, ben)
    sent = await telegram.call(
        "sendMessage", chat_id=group["chat_id"], text="working", reply_markup=KEYBOARD
    )
    path = f"/chats/{group['chat_id']}/messages/{sent['message_id']}/press"
    body = {"callback_data": "cancel:7"}
    assert (await telegram.sim("POST", path, body | {"from": ben["user_id"]})).status_code == 202
    assert (await telegram.sim("POST", path, body | {"from": cleo["user_id"]})).status_code == 403
    query = (await telegram.updates())[-1]["callback_query"]
    assert query["from"]["first_name"] == "Ben"
