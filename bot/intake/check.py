"""The check of one photo or voice: fetched, looked at, and what came of it as an outcome."""

from __future__ import annotations

import logging

from bot.common import Component, Part
from bot.dashscope import errors as service
from bot.gate import Rule, RuleRefused
from bot.intake.outcome import MediaOutcome
from bot.intake.photo import PhotoCheck
from bot.intake.voice import VoiceCheck
from bot.media.errors import MediaNotNow, PictureRefused, SoundRefused
from bot.media.worker.client import MediaWorkerDied
from bot.telegram import errors as chat
from storage.media import Media
from storage.verdicts import NoVerdict

logger = logging.getLogger(__name__)


class MediaCheck(Component):
    """Has each kind of media looked at."""

    photo = Part(PhotoCheck)
    voice = Part(VoiceCheck)

    async def outcome(self, item: Media) -> MediaOutcome:
        """The refusals are outcomes; what may pass by itself is raised."""
        try:
            data = await self.files.download(item.file_id, item.file_size_bytes)
            return await self._checked(item, data)
        except chat.FileTooBig:
            return MediaOutcome.refused("too_big")
        except chat.FileNotHere as failure:
            await self.operator.tell("files", "operator-files", detail=str(failure))
            return MediaOutcome.asked("out-of-order")
        except chat.Refused as failure:
            logger.warning("media item %s cannot be fetched: %r", item.id, failure)
            return MediaOutcome.refused("gone")
        except PictureRefused as refusal:
            size = {"width": refusal.width or 0, "height": refusal.height or 0}
            return MediaOutcome.refused(refusal.fault.value, **size)
        except SoundRefused as refusal:
            return _sound_refused(refusal)
        except MediaWorkerDied:
            return MediaOutcome.refused("not_a_picture" if item.is_photo else "unreadable")
        except RuleRefused as refusal:
            return await self.refused(refusal)
        except NoVerdict as failure:
            await self.operator.tell_of_no_verdict(failure)
            return MediaOutcome.refused("no-verdict")
        except service.DashScopeError as failure:
            return await self._of_service(failure)

    async def refused(self, refusal: RuleRefused) -> MediaOutcome:
        """What is somebody else's is not tried again; the rest may be, when the rule lets it."""
        if refusal.rule is Rule.BUDGET:
            await self.operator.tell("budget", "operator-budget")
        outcome = MediaOutcome.refused if "media_id" in refusal.values else MediaOutcome.asked
        return outcome(refusal.rule, **refusal.values)

    async def _checked(self, item: Media, data: bytes) -> MediaOutcome:
        """Raises as the checks."""
        try:
            return await (self.photo if item.is_photo else self.voice).check(item, data)
        except MediaNotNow as failure:
            await self.operator.tell_of_machine(failure)
            raise

    async def _of_service(self, failure: service.DashScopeError) -> MediaOutcome:
        match failure:
            case service.Transient():
                raise failure
            case service.ContentRefused():
                return MediaOutcome.refused("moderated")
            case service.ServiceStopped():
                return MediaOutcome.asked("service-stopped")
            case _:
                await self.operator.tell_of(failure)
                return MediaOutcome.asked("service-stopped")


def _sound_refused(refusal: SoundRefused) -> MediaOutcome:
    seconds = (refusal.duration_milliseconds or 0) / 1000
    if refusal.fault.value == "too_long":
        return MediaOutcome.asked("too_long", seconds=seconds, over=float(refusal.at_least))
    return MediaOutcome.refused(refusal.fault.value)
