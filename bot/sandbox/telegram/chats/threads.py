"""Which thread a message belongs to, and what it answers when it answers nothing."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.chats.chats import Chat
from bot.sandbox.telegram.messages import StoredMessage

Json = dict[str, Any]


def thread_fields(chat: Chat, thread_id: int | None, target: StoredMessage | None) -> Json:
    """`message_thread_id`, `is_topic_message` and `reply_to_message`.

    In a forum an answer stays in its topic, and what answers nothing "answers" the message that
    opened the topic. In other supergroups a thread is the first message of a row of answers, and
    carries no `is_topic_message`.
    """
    if chat.is_forum:
        return _in_forum(chat, thread_id, target)
    fields: Json = {"reply_to_message": target.as_reply_target()} if target else {}
    if chat.type == "supergroup":
        root = target.body.get("message_thread_id", target.message_id) if target else thread_id
        fields |= {"message_thread_id": root} if root else {}
    return fields


def _in_forum(chat: Chat, thread_id: int | None, target: StoredMessage | None) -> Json:
    if thread_id is None and target is not None:
        thread_id = target.body.get("message_thread_id")
    fields: Json = {}
    if thread_id is not None:
        fields = {"message_thread_id": thread_id, "is_topic_message": True}
        target = target or chat.live_message(thread_id)
    if target is not None:
        fields["reply_to_message"] = target.as_reply_target()
    return fields


_SHOWN_FROM_ELSEWHERE = (
    *("animation", "audio", "contact", "dice", "document", "location", "paid_media", "photo"),
    *("poll", "sticker", "story", "venue", "video", "video_note", "voice"),
)


def is_elsewhere(chat: Chat, thread_id: int | None, target: StoredMessage) -> bool:
    """Whether it is in another chat, or in another topic than the one that is named."""
    if target.chat_id != chat.chat_id:
        return True
    known = thread_id is not None and chat.is_forum
    return known and target.body.get("message_thread_id") != thread_id


def external_reply(target: StoredMessage, told_in: Json) -> Json:
    """What a reply shows of a message elsewhere: who wrote it, and its media, but no text."""
    body = target.body
    author = {"type": "user", "sender_user": body.get("from")}
    if "sender_chat" in body:
        author = {"type": "chat", "sender_chat": body["sender_chat"]}
    shown = {name: body[name] for name in _SHOWN_FROM_ELSEWHERE if name in body}
    if told_in.get("type") in ("supergroup", "channel"):
        shown |= {"chat": told_in, "message_id": target.message_id}
    return {"external_reply": {"origin": {**author, "date": body["date"]}, **shown}}


def is_closed(chat: Chat, fields: Json) -> bool:
    """Whether the topic of these fields is closed."""
    if not chat.is_forum:
        return False
    topic = chat.topics.get(fields.get("message_thread_id", 0))
    return chat.general_closed if topic is None else topic.closed
