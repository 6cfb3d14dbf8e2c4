"""What a bot of this kind weighs when nobody thinks about it: what ours is measured against.

python-telegram-bot's own `run_polling` and one handler, with the provider's SDK and the media
library imported at the top, as examples do it.
"""

from __future__ import annotations

import os

import av
import dashscope
from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

LIBRARIES = (av, dashscope)


async def answer(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say something to whoever says something."""
    if update.effective_message is not None:
        await update.effective_message.reply_text("Send a photo and a voice message.")


def main() -> None:
    """Run until SIGTERM."""
    root = os.environ["TELEGRAM_BASE_URL"]
    application = (
        Application.builder()
        .token(os.environ["TELEGRAM_BOT_TOKEN"])
        .base_url(f"{root}/bot")
        .base_file_url(f"{root}/file/bot")
        .build()
    )
    application.add_handler(MessageHandler(filters.ALL, answer))
    application.run_polling()


if __name__ == "__main__":
    main()
