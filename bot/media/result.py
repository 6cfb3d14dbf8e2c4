"""A paid result is compared with what was ordered, and mended if it can be."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from pathlib import Path

from bot.media.calls import join_and_label, label_result
from bot.media.errors import MediaUnusable
from bot.media.exchange import MENDABLE, OrderedVideo, ResultFault, TaskVideo
from bot.media.processes import MediaProcesses

logger = logging.getLogger(__name__)

OwnVoice = Callable[[], Awaitable[bytes | None]]
"""The voice that was ordered, as a WAV; None where it cannot be had any more."""


async def keep_result(
    media: MediaProcesses,
    raw: Path,
    target: Path,
    label: str,
    ordered: OrderedVideo,
    own_voice: OwnVoice | None,
) -> tuple[ResultFault, ...]:
    """Write a file that came to `target`, labelled with that name, and mended where there is a
    voice; what was wrong.

    Raises: MediaUnusable, where it cannot be played at all; OSError; what `own_voice` does.
    """
    faults = await media.run(label_result, raw, target, label, ordered)
    if own_voice is not None and MENDABLE & {*faults}:
        # Its pictures, for as long as was ordered, under the voice that was ordered.
        video, voice = TaskVideo(raw, (0, ordered.milliseconds)), await own_voice()
        try:
            await media.run(join_and_label, (video,), voice, target, label)
        except MediaUnusable as failure:
            logger.warning("the result of %s is shown as it came: %r", label, failure)
    return faults
