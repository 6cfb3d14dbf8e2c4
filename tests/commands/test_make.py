"""`talking-photo make`: the whole way without Telegram."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.commands.failure import Failure
from bot.commands.making.way import fetch_video, make_video
from bot.config import ServiceSettings
from bot.media.sound import normalise_sound
from bot.media.video import inspect_video
from bot.sandbox.server import Sandbox
from tests.commands.process import PORTRAIT, VOICE, ended, names_in, started

OUTPUT = ("-o", "out.mp4")


@pytest.fixture(scope="session")
def word(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The first second of the sample voice: quicker to make a video of."""
    path = tmp_path_factory.mktemp("sound") / "word.wav"
    path.write_bytes(normalise_sound(VOICE.read_bytes(), limit_milliseconds=1_000).wav)
    return path


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """Where the video goes."""
    return tmp_path / "out.mp4"


async def provider(sandbox: Sandbox, path: str) -> Any:
    async with httpx.AsyncClient(base_url=sandbox.telegram_base_url, trust_env=False) as http:
        return (await http.get(f"/sim/provider/{path}")).json()


async def never_ready(sandbox: Sandbox) -> None:
    async with httpx.AsyncClient(base_url=sandbox.telegram_base_url, trust_env=False) as http:
        answer = await http.patch("/sim/provider/settings", json={"render_seconds": 600})
        assert answer.is_success


def paid(sandbox: Sandbox) -> dict[str, str]:
    """With a key set, a service is taken for the paid one, wherever it is."""
    names = ("DASHSCOPE_API_KEY", "DASHSCOPE_BASE_URL")
    return {"POLL_SECONDS": "0.05", **{name: sandbox.settings[name] for name in names}}


def settings_of(sandbox: Sandbox) -> ServiceSettings:
    """The same, for a call in this process."""
    return ServiceSettings(
        dashscope_api_key=SecretStr(sandbox.settings["DASHSCOPE_API_KEY"]),
        dashscope_base_url=sandbox.dashscope_base_url,
        poll_seconds=0.05,
    )


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


async def test_a_paid_video_survives_ctrl_c(
    sandbox: Sandbox, tmp_path: Path, out: Path, word: Path
) -> None:
    await never_ready(sandbox)
    words = ("make", PORTRAIT, word, *OUTPUT, "--yes")
    async with started(*words, cwd=tmp_path, settings=paid(sandbox)) as command:
        task_id = (await command.printing(r"Task (\S+) ")).group(1)
        await command.printing("Making the video")
        over = await command.stop(signal.SIGINT)
    assert "Traceback" not in over.printed
    assert sandbox.settings["DASHSCOPE_API_KEY"] not in over.printed
    assert (tmp_path / "out.mp4.task").read_text().strip() == task_id
    with pytest.raises(Failure, match=f"talking-photo make --task {task_id} -o ") as refused:
        await make_video(settings_of(sandbox), PORTRAIT, word, out, ask=False)
    assert "was not fetched" in refused.value.message
    assert len((await provider(sandbox, "state"))["tasks"]) == 1


async def test_a_task_is_fetched_by_its_id_and_paid_for_once(
    sandbox: Sandbox, tmp_path: Path, out: Path, word: Path
) -> None:
    sandbox.faults.add("provider", "result", "status", times=None, params={"code": 404})
    with pytest.raises(Failure, match="The video is gone") as gone:
        await make_video(settings_of(sandbox), PORTRAIT, word, out, ask=False)
    task_id = (tmp_path / "out.mp4.task").read_text().strip()
    assert f"make --task {task_id} -o {out}" in gone.value.message
    sandbox.faults.clear()
    await fetch_video(settings_of(sandbox), task_id, out)
    assert inspect_video(out).has_sound
    assert names_in(tmp_path) == ["out.mp4"]
    bill = await provider(sandbox, "bill")
    assert [video["task_id"] for video in bill["videos"]] == [task_id]
    assert bill["detections"] == 1


@pytest.mark.parametrize("kind", ["drop_after", "error_after"])
async def test_an_order_whose_answer_was_lost_is_found_not_repeated(
    sandbox: Sandbox, out: Path, word: Path, kind: str
) -> None:
    params = {"code": 500} if kind == "error_after" else {}
    sandbox.faults.add("provider", "submit", kind, params=params)
    await make_video(settings_of(sandbox), PORTRAIT, word, out, ask=False)
    assert names_in(out.parent) == ["out.mp4"]
    assert len((await provider(sandbox, "state"))["tasks"]) == 1


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


async def test_a_task_needs_a_key(tmp_path: Path) -> None:
    over = await ended("make", "--task", "x", *OUTPUT, cwd=tmp_path)
    assert over.code == 1
    assert "--task needs DASHSCOPE_API_KEY" in over.printed
