"""The token and the key that the local services take; no secrets, but treated as such."""

from __future__ import annotations

from pydantic import SecretStr

from bot.config.service import DEMO_API_KEY
from bot.sandbox.server import DEMO_BOT_TOKEN

TOKEN, KEY = DEMO_BOT_TOKEN, DEMO_API_KEY
SECRET_TOKEN = SecretStr(TOKEN)
SPELLINGS = (TOKEN, TOKEN.replace(":", "%3A"), TOKEN.partition(":")[2], KEY)
"""As what they must never turn up."""
OTHER_TOKEN = TOKEN.replace("4242", "777")
"""Another bot's."""
