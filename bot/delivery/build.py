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
    messenger, receipts = chat.messenger, chat.receipts
    packager = Packager(common=common, messenger=messenger, receipts=receipts)
    finisher = Finisher(common=common, messenger=messenger, receipts=receipts)
    last_video = LastVideo(common=common, packager=packager)
    private_fallbacks = PrivateFallbacks(
        common=common, packager=packager, messenger=messenger, introductions=chat.introductions
    )
    delivery = Delivery(
        common=common,
        packager=packager,
        messenger=messenger,
        private_fallbacks=private_fallbacks,
        finisher=finisher,
    )
    resends = Resends(
        common=common,
        messenger=messenger,
        videos=last_video,
        notes=RoundNotes(common=common, packager=packager),
        history=History(common=common, packager=packager),
    )
    return DeliveryServices(
        delivery=delivery, finisher=finisher, last_video=last_video, resends=resends
    )
