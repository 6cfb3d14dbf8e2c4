"""The Bot API methods the local Telegram knows; all others are answered 404."""

from __future__ import annotations

from bot.sandbox.telegram.methods.albums import send_media_group
from bot.sandbox.telegram.methods.call import Call, Method
from bot.sandbox.telegram.methods.callbacks import answer_callback_query
from bot.sandbox.telegram.methods.chats import (
    get_chat,
    get_chat_administrators,
    get_chat_member,
    get_user_profile_photos,
    leave_chat,
    send_chat_action,
    send_message_draft,
    set_message_reaction,
)
from bot.sandbox.telegram.methods.commands import (
    delete_my_commands,
    get_my_commands,
    set_my_commands,
)
from bot.sandbox.telegram.methods.editing import (
    delete_message,
    edit_message_caption,
    edit_message_media,
    edit_message_reply_markup,
    edit_message_text,
)
from bot.sandbox.telegram.methods.files import get_file
from bot.sandbox.telegram.methods.media import sender_of
from bot.sandbox.telegram.methods.payments import (
    answer_pre_checkout_query,
    refund_star_payment,
    send_invoice,
)
from bot.sandbox.telegram.methods.polling import (
    delete_webhook,
    get_me,
    get_updates,
    get_webhook_info,
    set_webhook,
)
from bot.sandbox.telegram.methods.sending import send_message

__all__ = ["METHODS", "Call", "Method", "canonical_name"]

METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": send_message,
    "sendMessageDraft": send_message_draft,
    "sendPhoto": sender_of("photo"),
    "sendVideo": sender_of("video"),
    "sendVideoNote": sender_of("video_note"),
    "sendVoice": sender_of("voice"),
    "sendDocument": sender_of("document"),
    "sendMediaGroup": send_media_group,
    "sendChatAction": send_chat_action,
    "sendInvoice": send_invoice,
    "editMessageText": edit_message_text,
    "editMessageCaption": edit_message_caption,
    "editMessageReplyMarkup": edit_message_reply_markup,
    "editMessageMedia": edit_message_media,
    "deleteMessage": delete_message,
    "setMessageReaction": set_message_reaction,
    "answerCallbackQuery": answer_callback_query,
    "answerPreCheckoutQuery": answer_pre_checkout_query,
    "refundStarPayment": refund_star_payment,
    "getFile": get_file,
    "getUserProfilePhotos": get_user_profile_photos,
    "getChat": get_chat,
    "getChatMember": get_chat_member,
    "getChatAdministrators": get_chat_administrators,
    "leaveChat": leave_chat,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
}
_BY_LOWER_CASE = {name.lower(): name for name in METHODS}


def canonical_name(name: str) -> str | None:
    """Telegram's method names are case-insensitive; None for one that is not known."""
    return _BY_LOWER_CASE.get(name.lower())
