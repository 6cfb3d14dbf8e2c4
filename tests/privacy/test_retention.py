"""Videos stay for their time after the job's end, and go then; what is needed never goes."""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from bot.privacy.retention import Retention
from tests.delivery.conftest import Setup

HOURS_48 = 48 * 3_600


def retention(there: Setup) -> Retention:
    limits = there.common.limits.model_copy(update={"keep_results_hours": Decimal(48)})
    common = replace(there.common, limits=limits)
    return Retention(common=common)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


async def test_a_delivered_video_stays_for_its_time_and_goes_then(there: Setup) -> None:
    job = await there.deliver(await there.rendered())
    (there.results / f"{job.id}.smaller.mp4").write_bytes(b"x")
    there.clock.advance(HOURS_48 - 60)
    assert await retention(there).sweep_videos() == 0
    there.clock.advance(120)
    assert await retention(there).sweep_videos() == 2
    assert names(there.results) == set()


async def test_an_undeliverable_one_goes_as_well(there: Setup) -> None:
    there.telegram.fault("sendVideo", "forbidden")
    await there.deliver(await there.rendered())
    there.clock.advance(HOURS_48 + 60)
    assert await retention(there).sweep_videos() == 1


async def test_one_that_waits_for_delivery_stays_however_long(there: Setup) -> None:
    job = await there.rendered()
    there.clock.advance(100 * HOURS_48)
    assert await retention(there).sweep_videos() == 0
    assert (await there.deliver(job)).state == "done"


async def test_the_file_of_a_job_nobody_knows_counts_from_when_it_was_written(there: Setup) -> None:
    old, new = there.results / "900.mp4", there.results / "901.part.mp4"
    for path in (old, new):
        path.write_bytes(b"x")
    os.utime(old, (1_000_000, 1_000_000))
    assert await retention(there).sweep_videos() == 1
    assert names(there.results) == {"901.part.mp4"}


async def test_other_files_are_left_alone(there: Setup) -> None:
    stranger = there.results / "notes.txt"
    stranger.write_bytes(b"x")
    os.utime(stranger, (1_000_000, 1_000_000))
    assert await retention(there).sweep_videos() == 0


async def test_it_is_due_at_once_and_then_now_and_again(there: Setup) -> None:
    await there.deliver(await there.rendered())
    there.clock.advance(HOURS_48 + 60)
    sweeps = retention(there)
    (work,) = (await sweeps.due()).values()
    await work()
    assert names(there.results) == set()
    assert await sweeps.due() == {}
    there.clock.advance(600)
    assert await sweeps.due() != {}


async def test_a_folder_that_cannot_be_read_keeps_no_other_from_being_swept(
    there: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    await there.deliver(await there.rendered())
    there.clock.advance(HOURS_48 + 60)
    sweeps = retention(there)

    def refuse(*_: object) -> int:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("bot.privacy.retention.sweep_uploads", refuse)
    (work,) = (await sweeps.due()).values()
    await work()
    assert names(there.results) == set()
