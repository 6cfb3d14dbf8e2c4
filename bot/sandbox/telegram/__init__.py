"""The local Telegram: a faithful Bot API server with a person's side, for demo and tests."""
