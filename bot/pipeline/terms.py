"""The terms on which jobs are accepted: caps, prices, limits, as the operator set them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from bot.config import Settings
from bot.config.prices import Engine, Resolution
from bot.pipeline.agreement import agreement_of
from storage.consents import Agreement
from storage.ledger import Caps, Price


@dataclass(frozen=True, slots=True)
class Terms:
    """What a job costs and what limits it.

    `engines` are those that are on, the usual one first; `prices` and `detection_micro_yuan` are
    the usual one's.
    """

    caps: Caps
    prices: Mapping[str, Price]
    resolution: str
    detection_micro_yuan: int
    detections_per_person_per_day: int
    jobs_waiting_per_person: int
    longest_voice_milliseconds: int
    poll_seconds: float | None
    admin_ids: frozenset[int]
    results: Path
    keep_results_milliseconds: int
    max_update_age_milliseconds: int
    max_draft_age_milliseconds: int
    agreement: Agreement
    contact: str | None
    allowed_groups: frozenset[int] = frozenset()
    engines: tuple[str, ...] = ("wan2.2-s2v",)
    prices_of_others: Mapping[str, Mapping[str, Price]] = field(default_factory=dict)
    detections_of_others: Mapping[str, int] = field(default_factory=dict)

    def price_of(self, resolution: str, engine: str | None = None) -> Price:
        """What a second of video costs in that resolution, with the usual engine or another."""
        return self.prices_of_others.get(engine or "", self.prices)[resolution]

    def price_of_detection(self, engine: str) -> int:
        """What one detection call of that engine costs, in micro-yuan."""
        return self.detections_of_others.get(engine, self.detection_micro_yuan)

    def engine_of(self, name: str | None) -> str:
        """That engine, where it is on; the usual one, where it is not or none is wished for."""
        return name if name is not None and name in self.engines else self.engines[0]


def terms_of(settings: Settings) -> Terms:
    """The terms the settings mean."""
    return Terms(
        caps=Caps(
            zone=settings.zone,
            person_day_milliseconds=settings.quota_milliseconds_per_day,
            person_month_milliseconds=settings.quota_milliseconds_per_month,
            bot_day_micro_yuan=settings.budget_micro_yuan_per_day,
            bot_month_micro_yuan=settings.budget_micro_yuan_per_month,
            pseudonym_key=_pseudonym_key(settings),
        ),
        engines=settings.engines,
        prices=_prices(settings, settings.default_engine),
        prices_of_others={name: _prices(settings, name) for name in settings.engines[1:]},
        resolution=settings.resolution,
        detection_micro_yuan=settings.price_micro_yuan_per_detection,
        detections_of_others={
            name: settings.unit_prices.micro_yuan_per_detection(name)
            for name in settings.engines[1:]
        },
        detections_per_person_per_day=settings.detections_per_person_per_day,
        jobs_waiting_per_person=settings.jobs_waiting_per_person,
        longest_voice_milliseconds=settings.longest_voice_milliseconds,
        poll_seconds=settings.poll_seconds,
        admin_ids=settings.admin_ids,
        allowed_groups=settings.allowed_groups,
        results=settings.results_directory,
        keep_results_milliseconds=settings.keep_results_milliseconds,
        max_update_age_milliseconds=settings.max_update_age_milliseconds,
        max_draft_age_milliseconds=settings.max_draft_age_milliseconds,
        agreement=agreement_of(settings),
        contact=settings.contact,
    )


def _pseudonym_key(settings: Settings) -> bytes:
    """Of the token, which the database does not know and a restart does not change."""
    token = settings.telegram_bot_token.get_secret_value()
    return sha256(b"numbers instead of people|" + token.encode()).digest()


_RESOLUTIONS: tuple[Resolution, ...] = ("480P", "720P")


def _prices(settings: Settings, engine: Engine) -> dict[str, Price]:
    return {resolution: _price(settings, engine, resolution) for resolution in _RESOLUTIONS}


def _price(settings: Settings, engine: Engine, resolution: Resolution) -> Price:
    """A second of the usual engine at 480P takes a second of quota, others by their prices.

    weight = price / (price of the usual engine at 480P), never nothing; where the usual one is
    free there is no ratio, and a second is a second.
    """
    prices = settings.unit_prices
    price = prices.micro_yuan_per_second(engine, resolution)
    usual = prices.micro_yuan_per_second(settings.default_engine, "480P")
    weight = price * 1000 // usual if usual else 1000
    return Price(price, max(1, weight))
