"""What holds for everybody in the tests that set nothing up."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.limits import Limits
from storage.jobs.ledger import Caps, Price
from storage.people.consents import Agreement

_TERMS = Limits(
    caps=Caps(ZoneInfo("Asia/Shanghai"), 60_000, None, 50_000_000, 500_000_000),
    prices={"480P": Price(500_000, 1000)},
    resolution="480P",
    detection_micro_yuan=4_000,
    detections_per_person_per_day=30,
    jobs_waiting_per_person=3,
    longest_voice_milliseconds=19_900,
    poll_seconds=None,
    admin_ids=frozenset(),
    results=Path("results"),
    keep_results_milliseconds=48 * 3_600_000,
    max_update_age_milliseconds=3_600_000,
    max_draft_age_milliseconds=24 * 3_600_000,
    agreement=Agreement(1, "beijing", 0),
    contact=None,
)


def terms_with(**changed: Any) -> Limits:
    """Terms that differ in these."""
    return replace(_TERMS, **changed)
