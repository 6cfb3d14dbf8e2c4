"""The terms on which jobs are accepted: caps, prices, limits, as the operator set them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from bot.config import Settings
from bot.config.prices import Resolution
from storage.ledger import Caps, Price


@dataclass(frozen=True, slots=True)
class Terms:
    """What a job costs and what limits it."""

    caps: Caps
    prices: Mapping[str, Price]
    resolution: str
    detection_micro_yuan: int
    detections_per_person_per_day: int
    jobs_waiting_per_person: int
    poll_seconds: float | None
    admin_ids: frozenset[int]
    results: Path
    keep_results_milliseconds: int
    max_update_age_milliseconds: int
    max_draft_age_milliseconds: int

    def price_of(self, resolution: str) -> Price:
        """What a second of video costs in that resolution."""
        return self.prices[resolution]


def terms_of(settings: Settings) -> Terms:
    """The terms the settings mean."""
    return Terms(
        caps=Caps(
            zone=settings.zone,
            person_day_milliseconds=settings.quota_milliseconds_per_day,
            person_month_milliseconds=settings.quota_milliseconds_per_month,
            bot_day_micro_yuan=settings.budget_micro_yuan_per_day,
            bot_month_micro_yuan=settings.budget_micro_yuan_per_month,
        ),
        prices={resolution: _price(settings, resolution) for resolution in _RESOLUTIONS},
        resolution=settings.resolution,
        detection_micro_yuan=settings.price_micro_yuan_per_detection,
        detections_per_person_per_day=settings.detections_per_person_per_day,
        jobs_waiting_per_person=settings.jobs_waiting_per_person,
        poll_seconds=settings.poll_seconds,
        admin_ids=settings.admin_ids,
        results=settings.data_directory / "results",
        keep_results_milliseconds=settings.keep_results_milliseconds,
        max_update_age_milliseconds=settings.max_update_age_milliseconds,
        max_draft_age_milliseconds=settings.max_draft_age_milliseconds,
    )


_RESOLUTIONS: tuple[Resolution, ...] = ("480P", "720P")


def _price(settings: Settings, resolution: Resolution) -> Price:
    """A second of the cheapest resolution takes a second of quota, others take more."""
    prices = settings.unit_prices
    price = prices.micro_yuan_per_second(settings.engine, resolution)
    cheapest = prices.micro_yuan_per_second(settings.engine, "480P")
    weight = price * 1000 // cheapest if cheapest else 1000
    return Price(price, max(1, weight))
