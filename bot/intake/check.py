"""The check of one photo or voice: fetched, looked at, and what came of it as an outcome."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from bot.common import Component
from bot.dashscope import errors as service
from bot.gate import Rule, RuleRefused
from bot.media.errors import PictureRefused, SoundRefused
from bot.media.worker.client import MediaWorkerDied, MediaWorkerNotStarted
from bot.telegram import errors as chat
from storage.media import Media, MediaState
from storage.verdicts import NoVerdict

NO_SPEECH = "ask-no-speech"
"""The fault of a voice in which nobody seems to speak: its sender is asked before it is used."""


@dataclass(frozen=True, slots=True)
class MediaOutcome:
    """The state it goes to, the reason's code, the facts to store and the numbers to say."""

    state: MediaState
    reason: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    numbers: dict[str, float] = field(default_factory=dict)

    def told(self) -> dict[str, str]:
        """What the wording needs, as the database keeps it."""
        return {"fault": self.reason, "fault_detail": json.dumps(self.numbers)}

    @classmethod
    def ready(cls, facts: dict[str, Any], **numbers: float) -> Self:
        """It is checked and at the provider."""
        return cls(MediaState.READY, facts=facts, numbers=numbers)

    @classmethod
    def refused(cls, reason: str, **numbers: float) -> Self:
        """It cannot be used."""
        return cls(MediaState.REFUSED, reason, numbers=numbers)

    @classmethod
    def asked(cls, reason: str, **numbers: float) -> Self:
        """It can be used if the person says so."""
        return cls(MediaState.ASKED, reason, numbers=numbers)


class MediaCheck(Component):
    """`checks`: what looks at each kind of media."""

    checks: Mapping[str, Callable[[Media, bytes], Awaitable[MediaOutcome]]]

    async def outcome(self, item: Media) -> MediaOutcome:
        """The refusals are outcomes; what may pass by itself is raised."""
        try:
            data = await self.files.download(item.file_id, item.file_size_bytes)
            return await self._checked(item, data)
        except chat.FileTooBig:
            return MediaOutcome.refused("too_big")
        except chat.FileGone:
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
            return await self.checks[item.kind](item, data)
        except MediaWorkerNotStarted as failure:
            await self.operator.tell("media", "operator-media", detail=str(failure))
            return MediaOutcome.asked("out-of-order")

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
