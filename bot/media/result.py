"""A paid result is compared with what was ordered, and mended if it can be."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

from bot.media.calls import join_and_label, label_result
from bot.media.errors import MediaUnusable
from bot.media.exchange import MENDABLE, OrderedVideo, ResultFault, TaskVideo
from bot.media.processes import MediaProcesses

logger = logging.getLogger(__name__)

OwnVoice = Callable[[], Awaitable[bytes | None]]
"""The voice that was ordered, as a WAV; None where it cannot be had any more."""


@dataclass(frozen=True, slots=True)
class PaidResult:
    """A file as it came, what it should be, and the name in its label."""

    raw: Path
    ordered: OrderedVideo
    label: str

    async def keep(
        self, media: MediaProcesses, target: Path, own_voice: OwnVoice | None
    ) -> tuple[ResultFault, ...]:
        """Write it to `target`, labelled, and mended where there is a voice; what was wrong.

        Raises: MediaUnusable, where it cannot be played at all; OSError; what `own_voice` does.
        """
        faults = await media.run(label_result, self.raw, target, self.label, self.ordered)
        if own_voice is not None and MENDABLE & {*faults}:
            await self._mend(media, target, await own_voice())
        return faults

    async def _mend(self, media: MediaProcesses, target: Path, voice: bytes | None) -> None:
        """Its pictures, for as long as was ordered, under the voice that was ordered.

        Where that cannot be made of it, it stays as it came.
        """
        video = TaskVideo(self.raw, (0, self.ordered.milliseconds))
        try:
            await media.run(join_and_label, (video,), voice, target, self.label)
        except MediaUnusable as failure:
            logger.warning("the result of %s is shown as it came: %r", self.label, failure)
