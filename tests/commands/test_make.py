"""`talking-photo make`: the whole way without Telegram."""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.clock import SystemClock
from bot.commands.failure import Failure
from bot.commands.making import order, way
from bot.commands.making.paid_task import PaidTask
from bot.commands.making.way import fetch_video, make_video
from bot.config.service import ServiceSettings
from bot.engines.base import Ticket
from bot.engines.dashscope import ServiceEngine
from bot.media.sound.normalise import normalise_sound
from bot.media.video.files import inspect_video
from bot.retry import RetryPolicy
from bot.sandbox.server import Sandbox, serve_sandbox
from tests.media.test_result import made
from tests.support.clock import FakeClock
from tests.support.deadlines import deadline, eventually
from tests.support.media.photos import PORTRAIT
from tests.support.media.voices import VOICE_NOTE as VOICE
from tests.support.media.voices import tone_wav
from tests.support.media.voices import voice as voice_of
from tests.support.process import ended, started
from tests.support.world import HELD_SECONDS

OUTPUT = ("-o", "out.mp4")


def names_in(folder: Path) -> list[str]:
    """What is in a folder."""
    return sorted(path.name for path in folder.iterdir())


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
    async with httpx.AsyncClient(
        base_url=sandbox.telegram_base_url, trust_env=False, timeout=deadline()
    ) as http:
        return (await http.get(f"/sim/provider/{path}")).json()


async def never_ready(sandbox: Sandbox) -> None:
    async with httpx.AsyncClient(
        base_url=sandbox.telegram_base_url, trust_env=False, timeout=deadline()
    ) as http:
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
        await command.stop(signal.SIGINT)
    assert "Traceback" not in command.printed
    assert sandbox.settings["DASHSCOPE_API_KEY"] not in command.printed
    assert (tmp_path / "out.mp4.task").read_text().strip() == task_id
    with pytest.raises(Failure, match=f"talking-photo make --task {task_id} -o ") as refused:
        await make_video(settings_of(sandbox), PORTRAIT, word, out, ask=False)
    assert "was not fetched" in refused.value.message
    assert len((await provider(sandbox, "state"))["tasks"]) == 1


async def test_a_task_is_fetched_by_its_id_and_paid_for_once(
    sandbox: Sandbox, tmp_path: Path, out: Path, word: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(way, "RESULT_UNUSABLE", RetryPolicy((0.01,)))
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


async def test_the_intention_is_on_disk_before_the_order_and_the_id_right_after(
    sandbox: Sandbox, out: Path, word: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    note, seen = out.with_name("out.mp4.task"), []
    submit, finished = ServiceEngine.submit, order.finished

    async def submitting(self: ServiceEngine, ticket: Ticket) -> str:
        seen.append(note.read_text().split()[:2])
        return await submit(self, ticket)

    async def waiting(service: Any, task_id: str, paid_task: PaidTask) -> Any:
        seen.append([note.read_text().strip(), task_id])
        return await finished(service, task_id, paid_task)

    monkeypatch.setattr(ServiceEngine, "submit", submitting)
    monkeypatch.setattr(way, "finished", waiting)
    await make_video(settings_of(sandbox), PORTRAIT, word, out, ask=False)
    (task,) = (await provider(sandbox, "state"))["tasks"]
    assert seen == [["ordered", "at"], [task["task_id"]] * 2]
    assert names_in(out.parent) == ["out.mp4"]


async def test_an_order_that_was_killed_is_on_disk(
    sandbox: Sandbox, tmp_path: Path, word: Path
) -> None:
    sandbox.faults.add("provider", "submit", "delay", params={"seconds": HELD_SECONDS})
    words = ("make", PORTRAIT, word, *OUTPUT, "--yes")
    async with started(*words, cwd=tmp_path, settings=paid(sandbox)) as command:
        await eventually(lambda: sandbox.faults.active("provider") == [])
        await command.kill()
    assert (tmp_path / "out.mp4.task").read_text().startswith("ordered at ")


async def test_an_order_without_an_id_is_looked_up_and_never_repeated(
    sandbox: Sandbox, tmp_path: Path, out: Path, word: Path
) -> None:
    await make_video(settings_of(sandbox), PORTRAIT, word, tmp_path / "one.mp4", ask=False)
    (task,) = (await provider(sandbox, "state"))["tasks"]
    note = tmp_path / "out.mp4.task"
    note.write_text(f"ordered at {SystemClock().now_milliseconds()}\n")
    with pytest.raises(Failure, match=f"make --task {task['task_id']} -o "):
        await make_video(settings_of(sandbox), PORTRAIT, word, out, ask=False)
    assert note.read_text().strip() == task["task_id"]
    assert len((await provider(sandbox, "state"))["tasks"]) == 1


async def test_an_earlier_order_that_came_to_nothing_is_no_dead_end(
    sandbox: Sandbox, out: Path, word: Path
) -> None:
    out.with_name("out.mp4.task").write_text("ordered at 1780000000000\n")
    await make_video(settings_of(sandbox), PORTRAIT, word, out, ask=False)
    assert names_in(out.parent) == ["out.mp4"]


async def test_an_order_without_an_answer_is_looked_for_as_long_as_a_task_may_come(
    sandbox: Sandbox, out: Path, word: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(order, "SETTLED_AFTER_MILLISECONDS", 0)
    monkeypatch.setattr(order, "TASK_LIST", RetryPolicy((0.01,)))
    sandbox.faults.add("provider", "submit", "drop_before")
    with pytest.raises(Failure, match="nothing is paid, try again"):
        await make_video(settings_of(sandbox), PORTRAIT, word, out, ask=False)
    assert names_in(out.parent) == []
    assert len((await provider(sandbox, "calls"))["calls"]) > 0


def no_note(self: PaidTask, task_id: str) -> None:
    """In the place of the writing: the folder was taken away meanwhile."""
    shutil.rmtree(self.path.parent)
    PAID_TASK_WRITE(self, task_id)


PAID_TASK_WRITE = PaidTask.write


async def test_a_place_that_is_gone_after_the_order_costs_no_task_id(
    sandbox: Sandbox, tmp_path: Path, word: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "videos of mine"
    folder.mkdir()
    monkeypatch.setattr(PaidTask, "write", no_note)
    with pytest.raises(Failure, match="No such file or directory") as failure:
        await make_video(settings_of(sandbox), PORTRAIT, word, folder / "out.mp4", ask=False)
    (task,) = (await provider(sandbox, "state"))["tasks"]
    command = f"talking-photo make --task {task['task_id']} -o '{folder / 'out.mp4'}'"
    assert command in failure.value.message
    await fetch_video(settings_of(sandbox), task["task_id"], tmp_path / "elsewhere.mp4")
    assert inspect_video(tmp_path / "elsewhere.mp4").has_sound


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
async def test_whoever_interrupts_a_paid_video_is_told_how_to_fetch_it(
    sandbox: Sandbox, tmp_path: Path, word: Path, number: signal.Signals
) -> None:
    await never_ready(sandbox)
    words = ("make", PORTRAIT, word, *OUTPUT, "--yes")
    async with started(*words, cwd=tmp_path, settings=paid(sandbox)) as command:
        task_id = (await command.printing(r"Task (\S+) ")).group(1)
        await command.printing("Making the video")
        await command.stop(number)
    assert command.code == 1
    assert f"Interrupted. Task {task_id} goes on at the service" in command.printed
    assert "may be paid for (about 0." in command.printed
    assert f"`talking-photo make --task {task_id} -o out.mp4`" in command.printed
    assert names_in(tmp_path) == ["out.mp4.task"]


async def test_an_order_under_way_when_interrupted_is_waited_for_and_named(
    tmp_path: Path, word: Path
) -> None:
    clock = FakeClock(SystemClock().now_milliseconds(), rate=1.0, jumps=False)
    async with serve_sandbox(telegram_port=0, dashscope_port=0, clock=clock) as sandbox:
        await never_ready(sandbox)
        held = {"seconds": HELD_SECONDS}
        sandbox.faults.add("provider", "submit", "delay", params=held)
        words = ("make", PORTRAIT, word, *OUTPUT, "--yes")
        async with started(*words, cwd=tmp_path, settings=paid(sandbox)) as command:
            await eventually(lambda: not sandbox.faults.active("provider"), "it orders")
            os.kill(command.pid, signal.SIGINT)
            await command.printing("Waiting for the answer to the order")
            clock.advance(HELD_SECONDS)
            await command.ended()
        (task,) = (await provider(sandbox, "state"))["tasks"]
    assert f"Interrupted. Task {task['task_id']} goes on at the service" in command.printed
    assert (tmp_path / "out.mp4.task").read_text().strip() == task["task_id"]


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


async def test_fetching_one_task_leaves_the_note_of_another(
    sandbox: Sandbox, tmp_path: Path, out: Path, word: Path
) -> None:
    await make_video(settings_of(sandbox), PORTRAIT, word, tmp_path / "one.mp4", ask=False)
    (task,) = (await provider(sandbox, "state"))["tasks"]
    note = tmp_path / "out.mp4.task"
    note.write_text("another-task\n")
    await fetch_video(settings_of(sandbox), task["task_id"], out)
    assert note.read_text() == "another-task\n"


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
