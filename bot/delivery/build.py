"""How videos are brought and had again, built once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat.build import ChatServices
from bot.common import CommonServices
from bot.delivery.deliver import Deliverer
from bot.delivery.earlier_videos import EarlierVideos
from bot.delivery.finish import Finisher
from bot.delivery.history import History
from bot.delivery.package import Packager
from bot.delivery.resend import Resends
from bot.delivery.send_video import VideoSender


@dataclass(frozen=True, kw_only=True)
class DeliveryServices:
    """The ways by which a video, or the word that there is none, reaches a person."""

    deliverer: Deliverer
    finisher: Finisher
    earlier_videos: EarlierVideos
    resends: Resends


def build_delivery(common: CommonServices, chat: ChatServices) -> DeliveryServices:
    """On top of these."""
    messenger, receipts = chat.messenger, chat.receipts
    packager = Packager(common=common, messenger=messenger, receipts=receipts)
    finisher = Finisher(common=common, messenger=messenger, receipts=receipts)
    videos = VideoSender(
        common=common, packager=packager, messenger=messenger, introductions=chat.introductions
    )
    earlier_videos = EarlierVideos(common=common, videos=videos)
    deliverer = Deliverer(
        common=common, packager=packager, messenger=messenger, videos=videos, finisher=finisher
    )
    resends = Resends(
        common=common,
        messenger=messenger,
        videos=earlier_videos,
        history=History(common=common, packager=packager),
    )
    return DeliveryServices(
        deliverer=deliverer, finisher=finisher, earlier_videos=earlier_videos, resends=resends
    )
