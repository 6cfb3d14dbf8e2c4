"""An order of `make` that may be paid for: it is noted, looked up and never repeated."""

from __future__ import annotations

import os
import shutil
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.clock import SystemClock
from bot.commands.failure import Failure
from bot.commands.making import order, way
from bot.commands.making.paid_task import PaidTask
from bot.commands.making.way import fetch_video, make_video
from bot.engines.base import Ticket
from bot.engines.dashscope import ServiceEngine
from bot.media.video.files import inspect_video
from bot.retry import RetryPolicy
from bot.sandbox.server import Sandbox, serve_sandbox
from tests.commands.conftest import OUTPUT, names_in, paid, provider, settings_of
from tests.support.clock import FakeClock
from tests.support.deadlines import deadline, eventually
from tests.support.media.photos import PORTRAIT
from tests.support.process import Running, ended, started
from tests.support.world import HELD_SECONDS


async def never_ready(sandbox: Sandbox) -> None:
    async with httpx.AsyncClient(
        base_url=sandbox.telegram_base_url, trust_env=False, timeout=deadline()
    ) as http:
        answer = await http.patch("/sim/provider/settings", json={"render_seconds": 600})
        assert answer.is_success


async def interrupted(
    sandbox: Sandbox, folder: Path, word: Path, number: signal.Signals
) -> tuple[str, Running]:
    """A command that ended by this signal while its video was being made; the task's id."""
    await never_ready(sandbox)
    words = ("make", PORTRAIT, word, *OUTPUT, "--yes")
    async with started(*words, cwd=folder, settings=paid(sandbox)) as command:
        task_id = (await command.printing(r"Task (\S+) ")).group(1)
        await command.printing("Making the video")
        await command.stop(number)
    return task_id, command


async def test_a_paid_video_survives_ctrl_c(
    sandbox: Sandbox, tmp_path: Path, out: Path, word: Path
) -> None:
    task_id, command = await interrupted(sandbox, tmp_path, word, signal.SIGINT)
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


@pytest.mark.parametrize("kind", ["drop_after", "error_after"])
async def test_an_order_whose_answer_was_lost_is_found_not_repeated(
    sandbox: Sandbox, out: Path, word: Path, kind: str
) -> None:
    params = {"code": 500} if kind == "error_after" else {}
    sandbox.faults.add("provider", "submit", kind, params=params)
    await make_video(settings_of(sandbox), PORTRAIT, word, out, ask=False)
    assert names_in(out.parent) == ["out.mp4"]
    assert len((await provider(sandbox, "state"))["tasks"]) == 1


async def test_a_task_needs_a_key(tmp_path: Path) -> None:
    over = await ended("make", "--task", "x", *OUTPUT, cwd=tmp_path)
    assert over.code == 1
    assert "--task needs DASHSCOPE_API_KEY" in over.printed


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


async def made_before(sandbox: Sandbox, folder: Path, word: Path) -> str:
    """The task of another video, which is there already."""
    await make_video(settings_of(sandbox), PORTRAIT, word, folder / "one.mp4", ask=False)
    (task,) = (await provider(sandbox, "state"))["tasks"]
    task_id: str = task["task_id"]
    return task_id


async def test_an_order_without_an_id_is_looked_up_and_never_repeated(
    sandbox: Sandbox, tmp_path: Path, out: Path, word: Path
) -> None:
    task_id, note = await made_before(sandbox, tmp_path, word), tmp_path / "out.mp4.task"
    note.write_text(f"ordered at {SystemClock().now_milliseconds()}\n")
    with pytest.raises(Failure, match=f"make --task {task_id} -o "):
        await make_video(settings_of(sandbox), PORTRAIT, word, out, ask=False)
    assert note.read_text().strip() == task_id
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
    task_id, command = await interrupted(sandbox, tmp_path, word, number)
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


async def test_fetching_one_task_leaves_the_note_of_another(
    sandbox: Sandbox, tmp_path: Path, out: Path, word: Path
) -> None:
    task_id, note = await made_before(sandbox, tmp_path, word), tmp_path / "out.mp4.task"
    note.write_text("another-task\n")
    await fetch_video(settings_of(sandbox), task_id, out)
    assert note.read_text() == "another-task\n"
