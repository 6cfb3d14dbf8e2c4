"""Bots: their tokens, what waits for them, where it is posted to."""
