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
    *("photo-unreachable", "photo-used", "sound-borrowed", "sound-budget", "sound-dropped"),
    *("sound-empty", "sound-gone", "sound-late", "sound-moderated", "sound-out-of-order"),
    *("sound-service-stopped", "sound-silent", "sound-stale", "sound-superseded"),
    *("sound-too-long-here", "sound-too_big", "sound-too_long", "sound-too_short"),
    *("sound-unreachable", "sound-unreadable", "sound-used", "sound-waiting"),
    *("photo-late-video", "sound-late-video"),
)

FAULT_TEXTS = {(kind, fault): key for key in _KEYS for kind, _, fault in [key.partition("-")]}
"""By the kind of media and its fault, as the database keeps them."""
