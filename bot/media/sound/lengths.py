"""How long a voice, or a round video, may be; in milliseconds."""

from __future__ import annotations

LONGEST_MILLISECONDS = 19_900
"""The provider takes less than 20 s (DashScope docs: wan2.2-s2v, input.audio_url)."""

SHORTEST_MILLISECONDS = 500

LONGEST_NOTE_MILLISECONDS = 60_000
"""Bot API, sendVideoNote: rounded square MPEG4 videos of up to 1 minute long."""
