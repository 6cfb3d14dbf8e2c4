"""`talking-photo make`: the whole way without Telegram."""

from __future__ import annotations

import asyncio
import shutil
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from bot.commands.failure import Failure
from bot.commands.making import way
from bot.commands.making.way import make_video
from bot.media.video.files import inspect_video
from bot.retry import RetryPolicy
from bot.sandbox.server import Sandbox
from tests.commands.conftest import OUTPUT, names_in, paid, provider, settings_of
from tests.media.test_result import made
from tests.support.media.photos import PORTRAIT
from tests.support.media.voices import VOICE_NOTE as VOICE
from tests.support.media.voices import tone_wav
from tests.support.media.voices import voice as voice_of
from tests.support.process import ended, started


async def test_without_a_key_a_preview_is_made_on_this_machine(tmp_path: Path, out: Path) -> None:
    over = await ended("make", PORTRAIT, VOICE, *OUTPUT, cwd=tmp_path)
    assert over.code == 0, over.printed
    assert "out.mp4 is ready." in over.printed
    facts = inspect_video(out)
    assert facts.has_sound
    assert 5_000 < facts.duration_milliseconds < 8_000
    assert names_in(tmp_path) == ["out.mp4"]


async def test_with_a_key_it_says_what_it_costs_and_orders_nothing_without_a_yes(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    over = await ended("make", PORTRAIT, VOICE, *OUTPUT, cwd=tmp_path, settings=paid(sandbox))
    assert over.code == 1
    assert "seconds of wan2.2-s2v cost about 3." in over.printed
    assert "Nothing was ordered." in over.printed
    assert (await provider(sandbox, "bill"))["total_micro_yuan"] == 0
    assert (await provider(sandbox, "state"))["uploads"] == []


async def test_a_result_that_lacks_its_sound_gets_the_one_that_was_given(
    sandbox: Sandbox,
    out: Path,
    word: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    async def fetch(_: object, __: str, target: Path) -> None:
        await asyncio.to_thread(target.write_bytes, made(1.0, sound_seconds=None))

    monkeypatch.setattr("bot.engines.dashscope.ServiceEngine.fetch", fetch)
    await make_video(settings_of(sandbox), PORTRAIT, word, out, ask=False)
    assert inspect_video(out).has_sound
    printed = capsys.readouterr().err
    assert "something else than was ordered" in printed
    assert "no sound" in printed
    assert names_in(out.parent) == ["out.mp4"]


@pytest.mark.parametrize(
    ("match", "kind", "params", "words"),
    [
        (
            "detect",
            "verdict",
            {"code": "InvalidFile.NoHuman", "message": "The input image has no human body."},
            "cannot use this photo (InvalidFile.NoHuman): The input image has no human body.",
        ),
        (
            "submit",
            "code",
            {"http": 400, "code": "Arrearage", "message": "Access denied."},
            "owes money",
        ),
        (
            "submit",
            "task_fails",
            {"code": "DataInspectionFailed", "message": "Input data is suspected."},
            "charges nothing: Input data is suspected.",
        ),
    ],
)
async def test_a_refusal_is_one_sentence_and_leaves_nothing_behind(
    sandbox: Sandbox,
    tmp_path: Path,
    word: Path,
    match: str,
    kind: str,
    params: dict[str, Any],
    words: str,
) -> None:
    sandbox.faults.add("provider", match, kind, params=params)
    with pytest.raises(Failure) as refused:
        await make_video(settings_of(sandbox), PORTRAIT, word, tmp_path / "out.mp4", ask=False)
    assert words in refused.value.message
    assert names_in(tmp_path) == []


@pytest.mark.parametrize(
    ("photo", "sound", "words"),
    [
        (VOICE, VOICE, "no picture that can be read"),
        (PORTRAIT, PORTRAIT, "The sound cannot be read"),
        (PORTRAIT, Path("/dev/null"), "The sound's file is empty"),
    ],
)
async def test_bad_files_are_answered_before_the_service_is_asked(
    sandbox: Sandbox, out: Path, photo: Path, sound: Path, words: str
) -> None:
    with pytest.raises(Failure, match=words):
        await make_video(settings_of(sandbox), photo, sound, out, ask=False)
    assert (await provider(sandbox, "calls"))["calls"] == []


@pytest.fixture
def mine(out: Path) -> Path:
    """A file that is there already."""
    out.write_text("mine")
    return out


async def test_nothing_is_overwritten(tmp_path: Path, mine: Path) -> None:
    over = await ended("make", PORTRAIT, VOICE, *OUTPUT, cwd=tmp_path)
    assert over.code == 1
    assert over.printed.startswith("out.mp4 exists already")
    assert names_in(tmp_path) == [mine.name]


def nowhere(tmp_path: Path, kind: str) -> Path:
    """A place for the video where nothing can be written."""
    (tmp_path / "file").write_text("a file, no folder")
    (tmp_path / "link").symlink_to(tmp_path / "missing")
    return {
        "a missing folder": tmp_path / "missing" / "out.mp4",
        "a folder that is a file": tmp_path / "file" / "out.mp4",
        "a link to nothing": tmp_path / "link" / "out.mp4",
        "a folder that takes no files": Path("/proc/out.mp4"),
        "a name that is too long": tmp_path / f"{'x' * 252}.mp4",
    }[kind]


NOWHERE = (
    "a missing folder",
    "a folder that is a file",
    "a link to nothing",
    "a folder that takes no files",
    "a name that is too long",
)


@pytest.mark.parametrize("kind", NOWHERE)
async def test_the_place_of_the_video_is_tried_before_anything_is_paid(
    sandbox: Sandbox, tmp_path: Path, word: Path, kind: str
) -> None:
    with pytest.raises(Failure, match="choose another place or name"):
        await make_video(settings_of(sandbox), PORTRAIT, word, nowhere(tmp_path, kind), ask=False)
    assert (await provider(sandbox, "calls"))["calls"] == []
    assert names_in(tmp_path) == ["file", "link"]


async def test_a_full_disk_is_noticed_before_anything_is_paid(
    sandbox: Sandbox, out: Path, word: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=1_000_000))
        with pytest.raises(Failure, match="make room"):
            await make_video(settings_of(sandbox), PORTRAIT, word, out, ask=False)
    assert (await provider(sandbox, "calls"))["calls"] == []


async def test_an_address_that_is_refused_at_first_is_asked_for_anew(
    sandbox: Sandbox, out: Path, word: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way, "RESULT_UNUSABLE", RetryPolicy((0.01,) * 5))
    sandbox.faults.add("provider", "result", "status", times=3, params={"code": 403})
    await make_video(settings_of(sandbox), PORTRAIT, word, out, ask=False)
    assert inspect_video(out).has_sound


async def test_a_free_video_that_was_interrupted_is_no_dead_end(
    tmp_path: Path, out: Path, word: Path
) -> None:
    long = tmp_path.with_name("long.ogg")
    long.write_bytes(voice_of(19))
    async with started("make", PORTRAIT, long, *OUTPUT, cwd=tmp_path) as command:
        await command.printing("Making the video")
        await command.stop(signal.SIGINT)
    assert "Interrupted." in command.printed
    assert names_in(tmp_path) == []
    over = await ended("make", PORTRAIT, word, *OUTPUT, cwd=tmp_path)
    assert over.code == 0, over.printed
    assert inspect_video(out).has_sound


@pytest.fixture
def dangling(out: Path) -> Path:
    """A link to nothing in the place of the video."""
    out.symlink_to(out.with_name("elsewhere"))
    return out


async def test_a_link_to_nothing_is_not_overwritten(tmp_path: Path, dangling: Path) -> None:
    over = await ended("make", PORTRAIT, VOICE, *OUTPUT, cwd=tmp_path)
    assert over.code == 1
    assert over.printed.startswith("out.mp4 exists already")
    assert names_in(tmp_path) == [dangling.name]


async def test_where_nobody_seems_to_speak_it_says_so_before_it_asks(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    hum = tmp_path / "hum.wav"
    hum.write_bytes(tone_wav(1_000))
    over = await ended("make", PORTRAIT, hum, *OUTPUT, cwd=tmp_path, settings=paid(sandbox))
    assert "Nobody seems to speak in the sound." in over.printed
    assert over.printed.index("Nobody seems to speak") < over.printed.index("Order it?")
    assert "Nothing was ordered." in over.printed
    assert (await provider(sandbox, "state"))["uploads"] == []
