"""Files on the bot's disk that were made of what people sent, and how they are removed: those of
finished videos, and of the preview engine. They are worked on in threads.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from bot.limits import Limits

logger = logging.getLogger(__name__)


def remove_videos(limits: Limits, job_ids: Iterable[int]) -> None:
    """Every file of these jobs' videos; raises OSError where one cannot be removed."""
    for job_id in job_ids:
        made = limits.results_directory.glob(f"{job_id}.*")
        for path in chain(made, limits.previews_directory.glob(f"preview-{job_id}.*")):
            path.unlink(missing_ok=True)


def remove_uploads(limits: Limits, addresses: Iterable[str]) -> None:
    """The preview engine's copies of photos and voices; the provider's go by themselves."""
    for address in addresses:
        if "/" not in address and address not in ("", ".", ".."):
            (limits.previews_directory / address).unlink(missing_ok=True)


def sweep_uploads(limits: Limits, before_milliseconds: int) -> int:
    """Remove what the preview engine wrote before that moment; how many files that was."""
    written = ((written_at(path), path) for path in limits.previews_directory.glob("*"))
    return sweep(path for at, path in written if at is not None and at < before_milliseconds)


def written_at(path: Path) -> int | None:
    """When the file was written (epoch, milliseconds); None for what is none, or is gone by now."""
    try:
        return int(path.stat().st_mtime * 1000) if path.is_file() else None
    except OSError:
        return None


def sweep(paths: Iterable[Path]) -> int:
    """Remove these; one that cannot be removed stays; how many are gone."""
    removed = 0
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            logger.warning("%s cannot be removed: %s", path.name, error.strerror)
        else:
            removed += 1
    return removed
