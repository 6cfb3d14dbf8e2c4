"""What becomes of photos and voices, built once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat.build import ChatServices
from bot.common import CommonServices
from bot.engines.build import EngineServices
from bot.intake.check import MediaCheck
from bot.intake.clips import Clips
from bot.intake.inputs import LongVoice
from bot.intake.intake import Intake
from bot.intake.pairing import Pairing
from bot.intake.photo import PhotoCheck
from bot.intake.photo_help import PhotoHelp
from bot.intake.replies import LongVoiceChoices, MediaReplies
from bot.intake.voice import VoiceCheck
from bot.privacy.build import PrivacyServices


@dataclass(frozen=True, kw_only=True)
class IntakeServices:
    """`long_voice` is one for all: its work is done one piece at a time."""

    intake: Intake
    pairing: Pairing
    clips: Clips
    long_voice: LongVoice


def build_intake(
    common: CommonServices,
    engines: EngineServices,
    chat: ChatServices,
    privacy: PrivacyServices,
) -> IntakeServices:
    """On top of these."""
    database, clock, limits = common.database, common.clock, common.limits
    sender, files, messenger = common.telegram.sender, common.telegram.files, chat.messenger
    long_voice = LongVoice(limits.longest_voice_milliseconds)
    pairing = Pairing(
        database=database,
        operator=common.operator,
        consent=privacy.consent,
        limits=limits,
        clock=clock,
        on_job=common.wakeup,
    )
    replies = MediaReplies(
        database=database,
        messenger=messenger,
        limits=limits,
        long_voice_choices=LongVoiceChoices(database=database, limits=limits, clock=clock),
        clock=clock,
    )
    photo_help = PhotoHelp(
        database=database,
        files=files,
        worker=common.media.decoder,
        messenger=messenger,
        sender=sender,
    )
    return IntakeServices(
        intake=Intake(
            database=database,
            check=_check(common, engines, long_voice),
            replies=replies,
            photo_help=photo_help,
            consent=privacy.consent,
            pairing=pairing,
            clock=clock,
        ),
        pairing=pairing,
        clips=Clips(
            database=database,
            sender=sender,
            files=files,
            long_voice=long_voice,
            messenger=messenger,
            clock=clock,
        ),
        long_voice=long_voice,
    )


def _check(common: CommonServices, engines: EngineServices, long_voice: LongVoice) -> MediaCheck:
    photo = PhotoCheck(
        worker=common.media.decoder,
        detection=engines.detection,
        choice=engines.choice,
        outages=engines.outages,
    )
    voice = VoiceCheck(
        worker=common.media.decoder,
        long_voice=long_voice,
        choice=engines.choice,
        outages=engines.outages,
    )
    return MediaCheck(
        files=common.telegram.files,
        checks={"photo": photo.check, "sound": voice.check},
        operator=common.operator,
    )
