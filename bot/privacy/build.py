"""What people may have done with their data, built once."""

from __future__ import annotations

from dataclasses import dataclass

from bot.chat.build import ChatServices
from bot.common import CommonServices
from bot.delivery.build import DeliveryServices
from bot.outbox import Kind
from bot.privacy.consent import Consent
from bot.privacy.data_export import DataCopies
from bot.privacy.deletion import ForgetPeople
from bot.privacy.files import StoredFiles
from bot.privacy.moderation import Moderation
from bot.privacy.retention import Retention


@dataclass(frozen=True, kw_only=True)
class PrivacyServices:
    """`consent` is what others ask of it, `retention` a background task."""

    consent: Consent
    retention: Retention
    kinds: tuple[Kind, ...]


def build_privacy(
    common: CommonServices, chat: ChatServices, delivery: DeliveryServices
) -> PrivacyServices:
    """On top of these."""
    files = StoredFiles(common.limits.results_directory)
    consent = Consent(common=common, messenger=chat.messenger)
    deletion = ForgetPeople(common=common, stored_files=files)
    copies = DataCopies(common=common, messenger=chat.messenger)
    moderation = Moderation(
        common=common, messenger=chat.messenger, videos=delivery.earlier_videos, stored_files=files
    )
    return PrivacyServices(
        consent=consent,
        retention=Retention(common=common, stored_files=files),
        kinds=(copies.kind, consent.kind, *deletion.kinds, *moderation.kinds),
    )
