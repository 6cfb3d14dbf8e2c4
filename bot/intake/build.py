"""What becomes of photos and voices, built once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat.build import ChatServices
from bot.common import CommonServices
from bot.config.amounts import SECOND, whole
from bot.engines.build import EngineServices
from bot.gate import Gate
from bot.intake.check import MediaCheck
from bot.intake.clips import Clips
from bot.intake.inputs import LongVoice
from bot.intake.intake import Intake
from bot.intake.pairing import Pairing
from bot.intake.photo import PhotoCheck
from bot.intake.photo_help import PhotoHelp
from bot.intake.replies import MediaReplies
from bot.intake.voice import VoiceCheck
from bot.privacy.build import PrivacyServices


@dataclass(frozen=True, kw_only=True)
class IntakeServices:
    """What arrives, and what is made of it."""

    intake: Intake
    pairing: Pairing
    clips: Clips
    long_voice: LongVoice


def build_intake(
    common: CommonServices, engines: EngineServices, chat: ChatServices, privacy: PrivacyServices
) -> IntakeServices:
    """On top of these."""
    messenger, consent = chat.messenger, privacy.consent
    long_voice = LongVoice(common.media, whole(common.limits.longest_voice_seconds, SECOND))
    gate = Gate(common=common)
    pairing = Pairing(common=common, consent=consent, gate=gate)
    replies = MediaReplies(common=common, messenger=messenger)
    intake = Intake(
        common=common,
        gate=gate,
        check=_check(common, engines, long_voice),
        replies=replies,
        photo_help=PhotoHelp(common=common, messenger=messenger, replies=replies),
        consent=consent,
        pairing=pairing,
    )
    clips = Clips(common=common, long_voice=long_voice, messenger=messenger)
    return IntakeServices(intake=intake, pairing=pairing, clips=clips, long_voice=long_voice)


def _check(common: CommonServices, engines: EngineServices, long_voice: LongVoice) -> MediaCheck:
    choice, outages = engines.choice, engines.outages
    photo = PhotoCheck(common=common, detection=engines.detection, choice=choice, outages=outages)
    voice = VoiceCheck(common=common, long_voice=long_voice, choice=choice, outages=outages)
    return MediaCheck(common=common, checks={"photo": photo.check, "voice": voice.check})
