"""Which thread a message belongs to, and what it answers when it answers nothing."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.chats import Chat
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


def is_closed(chat: Chat, fields: Json) -> bool:
    """Whether the topic of these fields is closed."""
    if not chat.is_forum:
        return False
    topic = chat.topics.get(fields.get("message_thread_id", 0))
    return chat.general_closed if topic is None else topic.closed
