"""Chats: what is where, who is who in them, what a bot sees of them."""
