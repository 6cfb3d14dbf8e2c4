"""All words that say a machine made it; loads no media library.

China's measures for labelling synthetic content (in force since 2025-09-01; GB 45438-2025) want
one that people see, and a metadata key `AIGC` whose value is JSON; players and platforms read it
under moov/udta/meta.
"""

from __future__ import annotations

import json

ON_VIDEO = "AI"
"""Drawn on every frame of a round video, which has no caption."""
ON_PREVIEW = "preview"
"""Drawn on every frame of a preview."""
CAPTION_OF_VIDEO = "ai-label-video"
"""The key of the first words under a video, in every language."""
CAPTION_OF_PREVIEW = "ai-label-preview"
"""The same of a preview."""

METADATA_KEY = "AIGC"
_PRODUCER = "talking-photo"


def metadata(produce_id: str) -> str:
    """What the file carries under `METADATA_KEY`."""
    label = {"Label": "1", "ContentProducer": _PRODUCER, "ProduceID": produce_id}
    return json.dumps(label, ensure_ascii=False, separators=(",", ":"))
