"""How videos are brought and had again, built once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat.build import ChatServices
from bot.common import CommonServices
from bot.delivery.deliver import Delivery
from bot.delivery.finish import Finisher
from bot.delivery.history import History
from bot.delivery.last_video import LastVideo
from bot.delivery.package import Packager
from bot.delivery.private_fallback import PrivateFallbacks
from bot.delivery.resend import Resends
from bot.delivery.round_video import RoundNotes


@dataclass(frozen=True, kw_only=True)
class DeliveryServices:
    """The ways by which a video, or the word that there is none, reaches a person."""

    delivery: Delivery
    finisher: Finisher
    last_video: LastVideo
    resends: Resends


def build_delivery(common: CommonServices, chat: ChatServices) -> DeliveryServices:
    """On top of these."""
    database, clock, limits = common.database, common.clock, common.limits
    sender, files, messenger = common.telegram.sender, common.telegram.files, chat.messenger
    packager = Packager(
        database=database,
        worker=common.media.renderer,
        messenger=messenger,
        limits=limits,
        receipts=chat.receipts,
    )
    finisher = Finisher(
        database=database,
        messenger=messenger,
        limits=limits,
        receipts=chat.receipts,
        clock=clock,
    )
    last_video = LastVideo(database=database, sender=sender, packager=packager)
    return DeliveryServices(
        delivery=Delivery(
            database=database,
            sender=sender,
            packager=packager,
            messenger=messenger,
            private_fallbacks=PrivateFallbacks(
                database=database,
                sender=sender,
                packager=packager,
                messenger=messenger,
                introductions=chat.introductions,
            ),
            finisher=finisher,
            operator=common.operator,
            clock=clock,
        ),
        finisher=finisher,
        last_video=last_video,
        resends=Resends(
            database=database,
            sender=sender,
            messenger=messenger,
            videos=last_video,
            notes=RoundNotes(database=database, sender=sender, packager=packager, files=files),
            history=History(
                database=database,
                packager=packager,
                files=files,
                worker=common.media.decoder,
                texts=common.texts,
                limits=limits,
            ),
            clock=clock,
        ),
    )
