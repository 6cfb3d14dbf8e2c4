"""What the witnesses say after a crash, and what a death in between excuses."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from storage.jobs.ledger import Caps
from tests.support import invariants
from tests.support.chats import text_of
from tests.support.invariants import Findings, Shown, Witnesses
from tests.support.texts import key_of
from tests.support.world import World

Json = dict[str, Any]

CAPS = Caps(ZoneInfo("Asia/Shanghai"), 60_000, None, 50_000_000, 500_000_000)
"""Of an operator who set none."""

_LAST_WORDS = ("job-done", "job-cancelled")
_PASSING = ("photo-looking", "photo-ready", "voice-listening", "voice-long")

_VIDEO = ("Sender.send_video:before", "deliveries.sent-commit:after")
_TEXT = ("Sender.send_text:before", "media.set_reply-commit:after")
_LOOKED_BACK = {
    "/history": ("photo", "outbox.sending-commit:after", "outbox.end-commit:after"),
    "/last": ("video", "deliveries.sending-commit:after", "deliveries.sent-commit:after"),
}
"""What is brought, and between which points it is not known whether it was."""
_EDIT, _SAID = "Sender.edit_text:before", ("media.announced:before", "moves.announced:before")
"""Saying something by an edit is noted as well: its note is not that of a text sent meanwhile."""


async def check(
    world: World,
    user_id: int,
    updates: int,
    *,
    aside: int | None = None,
    foreign: frozenset[str] = frozenset(),
    looks_back: str = "",
) -> Findings:
    """Ask the three witnesses of one person with one job, who caused so many updates.

    Looked past is what answers the command `aside`, which is no job's, and the `foreign` tasks of
    another client. Who `looks_back` asked by that command, which is named, for earlier videos.
    """
    messages = (await world.ask("GET", f"chats/{user_id}/messages"))["messages"]
    tasks = (await world.provider("tasks"))["tasks"]
    found = compare(
        invariants.tables(world.rows),
        [task for task in tasks if task["task_id"] not in foreign],
        await world.provider("bill"),
        [m for m in messages if _is_about_a_job(m, aside)],
        *(updates, world.runs()),
    )
    if looks_back:
        brought, opening, closing = _LOOKED_BACK[looks_back]
        answers = sum(brought in m and _answered(m) == aside for m in messages)
        unsure = open_at_death(world.runs(), opening, closing)
        found.check(1 - unsure <= answers <= 1, f"I6 {looks_back} was answered {answers} times")
    return found


def compare(
    tables: dict[str, list[Json]],
    tasks: list[Json],
    bill: Json,
    heard: list[Json],
    updates: int,
    runs: list[list[str]],
) -> Findings:
    """Every invariant that does not hold, and what was shown twice.

    `runs`: the points that each process passed; the last line of one that died is "killed".
    """
    videos = sum("video" in message for message in heard)
    unsure = min(max(0, videos - 1), open_at_death(runs, *_VIDEO))
    keys = [key_of(text_of(message)) or "" for message in heard]
    endings = sum(key == "job-cancelled" or key.startswith("failed-") for key in keys)
    unsure_endings = sum(_said_unnoted(run) for run in runs if run[-1:] == ["killed"])
    shown = {job["id"]: Shown(videos, endings, unsure, unsure_endings) for job in tables["jobs"]}
    times = {t["task_id"]: (t["submitted_milliseconds"], t["ended_milliseconds"]) for t in tasks}
    made, checks = invariants.provider_tasks(times, bill), bill["detections"]
    witnesses = Witnesses(tables, made, checks, shown, CAPS, min(2, updates))
    found = invariants.check(witnesses)
    states = [row["state"] for row in tables["inbox"]]
    found.check(states == ["done"] * updates, f"I10 {updates} updates were sent: {states}")
    found.check(len(tables["jobs"]) == 1, f"I10 {len(tables['jobs'])} jobs")
    _one_at_a_time(witnesses, found)
    _all_of_it(witnesses, heard, found)
    _left_behind([key for key in keys if _goes_on(key)], runs, found)
    return found


def _answered(message: Json) -> int:
    return int(message.get("reply_to_message", {}).get("message_id", 0))


def _is_about_a_job(message: Json, aside: int | None) -> bool:
    return message["from"]["is_bot"] and not message["deleted"] and _answered(message) != aside


def _one_at_a_time(there: Witnesses, found: Findings) -> None:
    """I4, as the provider saw it: never two of our tasks at a time."""
    last_end = 0
    for task in there.tasks:
        alone = task.submitted_at_milliseconds >= last_end
        found.check(alone, f"I4 task {task.task_id} was submitted while another one ran")
        last_end = max(last_end, task.ended_at_milliseconds or 0)


def _all_of_it(there: Witnesses, heard: list[Json], found: Findings) -> None:
    """I6: a video of several tasks is as long as what was paid for them."""
    if len(there.tables["tasks"]) < 2:
        return
    paid_seconds = sum(task.billed_milliseconds for task in there.tasks) / 1000
    for seconds in [message["video"]["duration"] for message in heard if "video" in message]:
        close = abs(seconds - paid_seconds) <= 1
        found.check(close, f"I6 {paid_seconds} s were paid for, the video has {seconds}")


def _goes_on(key: str) -> bool:
    """Whether this text must not be the last word on anything."""
    return key in _PASSING or (key.startswith("job-") and key not in _LAST_WORDS)


def _left_behind(strays: list[str], runs: list[list[str]], found: Findings) -> None:
    """A text that was accepted while its answer died with us cannot be found again."""
    if len(strays) > open_at_death(runs, *_TEXT):
        found.violations.append(f"I6 left behind: {strays}")
    elif strays:
        found.repeats.append(f"left behind: {strays}")


def open_at_death(runs: list[list[str]], opening: str, closing: str) -> int:
    """In how many runs the bot died after one point and before another."""
    return sum(_is_open(run, opening, closing) for run in runs if run[-1:] == ["killed"])


def _said_unnoted(run: list[str]) -> bool:
    """Whether it died between a text that took the place of a lost status and the note of it."""
    points = [line.rpartition(":")[0] for line in run]
    sent = _last(points, "Sender.send_text:before")
    is_instead = _last(points[:sent], "Sender.edit_text:before") > _last(
        points[:sent], "Sender.edit_text:after"
    )
    return (
        sent >= 0 and is_instead and _last(points, "moves.set_status_message-commit:after") < sent
    )


def _last(points: list[str], point: str) -> int:
    return max((number for number, other in enumerate(points) if other == point), default=-1)


def _is_open(run: list[str], opening: str, closing: str) -> bool:
    is_open = is_edited = False
    for line in run:
        point = line.rpartition(":")[0]
        if point == _EDIT and not is_open:
            is_edited = opening == _TEXT[0]
        elif point in _SAID or (point == closing and is_edited):
            is_edited = False
        else:
            is_open = point == opening or (is_open and point != closing)
    return is_open
