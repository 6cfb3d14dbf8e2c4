"""sendMessage and what every sent message goes through."""

from __future__ import annotations

import pytest

from tests.support.local_telegram import LocalTelegram


async def test_a_message_reaches_the_person(telegram: LocalTelegram) -> None:
    sent = await telegram.send("Hello")
    (view,) = await telegram.views()
    assert view["text"] == "Hello"
    assert view["from"]["is_bot"]
    assert view["message_id"] == sent["message_id"]
    assert (view["edits"], view["deleted"]) == (0, False)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "message text is empty"),
        (" \n ", "message text is empty"),
        ("<b></b>", "message text is empty"),
        ("x" * 4097, "message is too long"),
    ],
)
async def test_an_empty_or_endless_text_is_refused(
    telegram: LocalTelegram, text: str, reason: str
) -> None:
    said = await telegram.refusal(
        "sendMessage", chat_id=telegram.chat_id, text=text, parse_mode="HTML"
    )
    assert said == f"Bad Request: {reason}"


async def test_the_length_counts_after_parsing(telegram: LocalTelegram) -> None:
    sent = await telegram.send(f"<b>{'x' * 4096}</b>", parse_mode="HTML")
    assert len(sent["text"]) == 4096


async def test_a_chat_that_is_unknown_is_refused(telegram: LocalTelegram) -> None:
    assert await telegram.refusal("sendMessage", chat_id=1, text="x") == (
        "Bad Request: chat not found"
    )
    assert await telegram.refusal("sendMessage", text="x") == "Bad Request: chat_id is empty"


async def test_a_person_can_be_addressed_by_name(telegram: LocalTelegram) -> None:
    sent = await telegram.call("sendMessage", chat_id="@Ann", text="x")
    assert sent["chat"]["id"] == telegram.chat_id


async def test_a_reply_carries_the_message_it_answers(telegram: LocalTelegram) -> None:
    question = (await telegram.write("a question"))["message"]
    sent = await telegram.send("an answer", reply_parameters={"message_id": question["message_id"]})
    assert sent["reply_to_message"]["text"] == "a question"
    again = await telegram.send("again", reply_parameters={"message_id": sent["message_id"]})
    assert "reply_to_message" not in again["reply_to_message"]


async def test_a_reply_to_a_deleted_message_needs_permission(telegram: LocalTelegram) -> None:
    gone = (await telegram.write("soon gone"))["message"]["message_id"]
    await telegram.sim("DELETE", f"/chats/{telegram.chat_id}/messages/{gone}")
    refused = await telegram.refusal(
        "sendMessage", chat_id=telegram.chat_id, text="x", reply_parameters={"message_id": gone}
    )
    assert refused == "Bad Request: message to be replied not found"
    sent = await telegram.send(
        "x", reply_parameters={"message_id": gone, "allow_sending_without_reply": True}
    )
    assert "reply_to_message" not in sent


async def test_a_bot_that_is_blocked_cannot_write(telegram: LocalTelegram) -> None:
    await telegram.sim("POST", f"/chats/{telegram.chat_id}/block", {})
    answer = await telegram.raw("sendMessage", chat_id=telegram.chat_id, text="x")
    assert answer.status_code == 403
    assert answer.json()["description"] == "Forbidden: bot was blocked by the user"
    assert (await telegram.refusal("sendChatAction", chat_id=telegram.chat_id, action="typing"))[
        :9
    ] == "Forbidden"
    await telegram.sim("POST", f"/chats/{telegram.chat_id}/unblock", {})
    await telegram.send("x")
    changes = [u["my_chat_member"]["new_chat_member"]["status"] for u in await telegram.updates()]
    assert changes == ["kicked", "member"]


async def test_a_form_works_as_well_as_json_and_a_query(telegram: LocalTelegram) -> None:
    path = "/bot4242:AAH-local-sandbox-token-000000000000/sendMessage"
    params = {"chat_id": str(telegram.chat_id), "text": "12"}
    assert (await telegram.http.post(path, data=params)).json()["result"]["text"] == "12"
    assert (await telegram.http.get(path, params=params)).json()["result"]["text"] == "12"
    answer = await telegram.http.post(path, files={"unused": b"x"}, data=params)
    assert answer.json()["result"]["text"] == "12"


async def test_a_body_that_is_not_json_is_refused(telegram: LocalTelegram) -> None:
    answer = await telegram.http.post(
        "/bot4242:AAH-local-sandbox-token-000000000000/sendMessage",
        content=b"{",
        headers={"content-type": "application/json"},
    )
    assert (answer.status_code, answer.json()["ok"]) == (400, False)


@pytest.mark.parametrize(
    ("button", "reason"),
    [
        ({"text": "x", "callback_data": "d" * 65}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"text": "x", "callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        ({"text": "", "callback_data": "d"}, "button text is empty"),
        ({"text": "x"}, "Text buttons are unallowed"),
    ],
)
async def test_a_wrong_button_is_refused(
    telegram: LocalTelegram, button: dict[str, str], reason: str
) -> None:
    said = await telegram.refusal(
        "sendMessage",
        chat_id=telegram.chat_id,
        text="x",
        reply_markup={"inline_keyboard": [[button]]},
    )
    assert reason in said


async def test_the_outbox_has_every_call_with_its_answer(telegram: LocalTelegram) -> None:
    await telegram.send("one")
    await telegram.refusal("sendMessage", chat_id=1, text="two")
    path = "/outbox?method=sendMessage"
    good, bad = (await telegram.sim("GET", path)).json()["calls"]
    assert good["ok"]
    assert good["params"] == {"chat_id": telegram.chat_id, "text": "one"}
    assert good["result"]["text"] == "one"
    assert (bad["ok"], bad["error_code"]) == (False, 400)
    later = (await telegram.sim("GET", f"{path}&after={good['n']}")).json()["calls"]
    assert [call["n"] for call in later] == [bad["n"]]


async def test_polls_are_in_the_outbox_only_when_asked_for(telegram: LocalTelegram) -> None:
    await telegram.updates()
    methods = [c["method"] for c in (await telegram.sim("GET", "/outbox")).json()["calls"]]
    assert "getUpdates" not in methods
    assert len((await telegram.sim("GET", "/outbox?method=getUpdates")).json()["calls"]) == 1
