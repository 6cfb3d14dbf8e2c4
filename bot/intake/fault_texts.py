"""What is wrong with a photo or a voice, or became of it, and the text that says so."""

from __future__ import annotations

from bot.chat.provider_texts import PHOTO_TEXTS

_KEYS = (
    *PHOTO_TEXTS,
    *("photo-ask-no-face", "photo-ask-several", "photo-borrowed", "photo-budget"),
    *("photo-checks-used-up", "photo-dropped", "photo-empty", "photo-gone"),
    *("photo-heic_not_installed", "photo-late", "photo-no-verdict", "photo-not_a_picture"),
    *("photo-out-of-order", "photo-service-stopped", "photo-stale", "photo-superseded"),
    *("photo-too_big", "photo-too_many_pixels", "photo-too_narrow", "photo-too_small"),
    *("photo-unreachable", "photo-used", "voice-borrowed", "voice-budget", "voice-dropped"),
    *("voice-empty", "voice-gone", "voice-late", "voice-moderated", "voice-out-of-order"),
    *("voice-service-stopped", "voice-silent", "voice-stale", "voice-superseded"),
    *("voice-too-long-here", "voice-too_big", "voice-too_long", "voice-too_short"),
    *("voice-unreachable", "voice-unreadable", "voice-used", "voice-waiting"),
    *("photo-late-video", "voice-late-video"),
)

FAULT_TEXTS = {(kind, fault): key for key in _KEYS for kind, _, fault in [key.partition("-")]}
"""By the kind of media and its fault, as the database keeps them."""
