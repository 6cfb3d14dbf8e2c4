"""Everything that talks to Telegram: fetching updates, sending, downloading."""

import os

# python-telegram-bot still hands out durations as numbers, with a deprecation warning at each
# access, unless this is set: with it they are `datetime.timedelta` everywhere.
os.environ.setdefault("PTB_TIMEDELTA", "true")
