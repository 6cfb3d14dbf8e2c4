"""Of a result that is not what was ordered the person gets the best that can be made of it."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from bot.chat.provider_texts import RESULT_TEXTS
from bot.media import calls
from bot.media.exchange import NormalisedSound, ResultFault
from bot.media.video.joining import sound_of
from bot.texts import Texts
from storage.jobs.tasks import TaskState
from tests.media.test_result import FAULTS, made
from tests.storage import orders
from tests.support.fake_services import Fakes
from tests.support.media.videos import ordered_video, video_with_sound
from tests.support.media.voices import SAMPLE_RATE_HZ, Samples, tone, wav
from tests.support.scripted_engine import success

URL = "https://x/video.mp4"


@pytest.fixture
def own(fakes: Fakes) -> Samples:
    """The voice that was ordered: 5 s that no other sound is like."""
    dice = np.random.default_rng(5)
    loud = np.repeat(dice.uniform(0.1, 1.0, 50), SAMPLE_RATE_HZ // 10)
    samples: Samples = (tone(5.0, 300, 0.4, rate_hz=SAMPLE_RATE_HZ) * loud).astype(np.float32)
    heard = NormalisedSound(wav(samples), 5_000, 40.0)
    voice: dict[Any, Any] = {calls.normalise_sound: lambda *_: heard}
    fakes.media_worker.instead = {**fakes.media_worker.instead, **voice}
    return samples


async def kept(fakes: Fakes, result: bytes) -> Path:
    fakes.engine.files = {URL: result}
    task = await fakes.rendered_task(URL)
    async with fakes.database.transaction() as tx:
        await tx.execute("UPDATE media SET width_pixels = 640, height_pixels = 480")
    await fakes.result.fetch(task)
    assert (await fakes.task(task.id)).state == TaskState.FETCHED
    await fakes.post()
    return fakes.common.limits.video_of(task.job_id)


def likeness(path: Path, own: Samples) -> float:
    """How much alike the loudness of both is, in time."""
    heard = sound_of(path)
    levels = [
        np.log(np.square(one[: 49 * 1_600].reshape(49, -1)).mean(axis=1) + 1e-6)
        for one in (heard, own)
    ]
    return float(np.corrcoef(*levels)[0, 1])


@pytest.mark.parametrize("name", ["no sound", "silent", "nearly silent", "sound of 3 s"])
async def test_where_the_sound_is_missing_the_persons_own_is_put_back(
    fakes: Fakes, own: Samples, name: str
) -> None:
    path = await kept(fakes, FAULTS[name][0])
    assert likeness(path, own) > 0.95
    assert len(sound_of(path)) / SAMPLE_RATE_HZ == pytest.approx(5.0, abs=0.1)
    assert fakes.common.texts.of("en").plain(RESULT_TEXTS[FAULTS[name][1][0]]) in fakes.told()[0]


@pytest.mark.parametrize("name", ["MPEG-4", "H.265", "VP9", "pictures of 3 s"])
async def test_what_phones_do_not_play_or_ends_early_is_made_anew(
    fakes: Fakes, own: Samples, name: str
) -> None:
    with av.open(str(await kept(fakes, FAULTS[name][0]))) as video:
        stream = video.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert stream.duration is not None
        assert stream.time_base is not None
        assert float(stream.duration * stream.time_base) == pytest.approx(5.0, abs=0.3)
        assert "AIGC" in video.metadata
    assert len(fakes.told()) == 1


@pytest.mark.parametrize("name", ["as ordered", "twice as long", "720P", "upright"])
async def test_what_cannot_be_mended_stays_as_it_is(fakes: Fakes, own: Samples, name: str) -> None:
    data, faults = FAULTS[name]
    path = await kept(fakes, data)
    assert pictures(path) == pictures_of(data, path.with_name("came.mp4"))
    assert len(fakes.told()) == len(faults)


def pictures_of(data: bytes, path: Path) -> list[bytes]:
    path.write_bytes(data)
    return pictures(path)


def pictures(path: Path) -> list[bytes]:
    with av.open(str(path)) as video:
        return [bytes(packet) for packet in video.demux(video=0) if packet.size]


async def test_where_the_voice_cannot_be_had_any_more_the_video_is_kept_as_it_came(
    fakes: Fakes,
) -> None:
    fakes.media_worker.dies = {calls.normalise_sound, calls.join_and_label}
    silent = FAULTS["no sound"][0]
    path = await kept(fakes, silent)
    assert pictures(path) == pictures_of(silent, path.with_name("came.mp4"))


async def test_a_part_of_a_long_voice_is_mended_where_it_is_joined(fakes: Fakes) -> None:
    fakes.engine.files = {URL: made(2.0, None)}
    job = await orders.start(fakes.database, cuts=(2_000,))
    await orders.make_ready(fakes.database, job)
    task = await orders.run_next(fakes.database)
    await orders.bill(fakes.database, task, url=URL)
    fakes.media_worker.dies = {calls.join_and_label}
    await fakes.result.fetch(await fakes.task(task.id))
    assert (await fakes.task(task.id)).state == TaskState.FETCHED
    await fakes.post()
    assert "no sound" in fakes.told()[0]


async def test_what_nobody_can_play_is_fetched_again_and_then_reported_for_nothing(
    fakes: Fakes,
) -> None:
    garbage = video_with_sound(tone(5.0), side_pixels=64, break_picture=True)
    fakes.engine.files = {URL: garbage}
    fakes.engine.will_answer(itertools.repeat(success(URL)))
    task = await fakes.rendered_task(URL)
    while task.state == TaskState.FETCHING:
        fakes.clock.advance(40_000)
        await fakes.result.fetch(task)
        task = await fakes.task(task.id)
    assert task.failure == "failed-lost"
    assert len(fakes.engine.fetched) == 6
    assert (await fakes.ledger())["quota"] == 0


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_every_fault_has_words_of_its_own_in_every_language(language: str) -> None:
    texts = Texts().of(language)
    words = {texts.plain(RESULT_TEXTS[fault]) for fault in ResultFault}
    assert len(words) == len(ResultFault)
    assert language == "en" or not any(each.isascii() for each in words)


async def test_a_good_result_is_told_to_nobody(fakes: Fakes) -> None:
    await kept(fakes, ordered_video())
    assert fakes.told() == []
