"""Files: what was sent, measured and converted as Telegram does."""
