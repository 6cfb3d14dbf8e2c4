"""The most telling lines of the crash matrix; all of it: `make crash`."""

from __future__ import annotations

import random
import signal
import sqlite3
from collections.abc import Iterable

import pytest

from tests.crash.cancels import Cancel
from tests.crash.points import ANY, Crash, crash_of, never_passed
from tests.crash.story import Outcome, Story, broken, crash_world, random_kills, tell_all
from tests.crash.witnesses import compare, open_at_death

pytestmark = pytest.mark.asyncio(loop_scope="session")

CLEAN = (
    "inbox.store-commit:before:1",
    "inbox.store-commit:after:1",
    "media.record-commit:after:2",
    "ServiceEngine.check:after:1",
    "media.ready-commit:after:2",
    "jobs.start-commit:after:1",
    "task_moves.take_slot-commit:after:1",
    "ServiceEngine.submit:after:1",
    "task_moves.submitted-commit:before:1",
    "task_moves.rendered-commit:after:1",
    "task_moves.fetched-commit:after:1",
    "deliveries.sending-commit:after:1",
    "deliveries.sent-commit:after:1",
    "moves.delivered-commit:before:1",
    "moves.delivered-commit:after:1",
    "Sender.delete_message:after:1",
)
TWICE = ("Sender.send_video:after:1", "deliveries.sent-commit:before:1")

AGAIN = (
    Story((Crash("ServiceEngine.submit", "after"), Crash(ANY, "after", 1))),
    Story((Crash("task_moves.rendered-commit", "after"), Crash(ANY, "before", 2))),
    Story((Crash("task_moves.take_slot-commit", "after"), Crash(ANY, "after", 3))),
    Story((Crash("task_moves.fail-commit", "after"), Crash(ANY, "after", 1)), task_fails=True),
)
FIRST_FAILS = (
    *(
        Story((crash_of(point),), first_fails="InternalError")
        for point in (
            "task_moves.wait_again-commit:before:1",
            "task_moves.wait_again-commit:after:1",
            "ServiceEngine.submit:after:2",
        )
    ),
    Story((crash_of("task_moves.prepare_again-commit:after:1"),), first_fails="InvalidURL.Timeout"),
    Story(
        (crash_of("task_moves.prepare_again:before:1"), Crash(ANY, "after", 2)),
        first_fails="InvalidURL.Timeout",
    ),
)
"""Whose first task fails for a passing reason: the video is made by a second one."""

CANCELLED = (
    Story((crash_of("moves.cancel-commit:after:1"),), cancel=Cancel("queued", "button")),
    Story((crash_of("ServiceEngine.cancel:after:1"),), cancel=Cancel("queued", "command")),
    Story((crash_of("moves.cancel-commit:after:1"),), cancel=Cancel("waiting", "button")),
    Story(
        (crash_of("moves.cancel-commit:before:1"), Crash(ANY, "after", 2)),
        cancel=Cancel("waiting", "command"),
    ),
    Story((crash_of("moves.cancel:before:1"),), cancel=Cancel("never created", "command")),
    Story((crash_of("Sender.answer_callback:before:1"),), cancel=Cancel("created", "button")),
    Story((crash_of("moves.cancel-commit:after:1"),), cancel=Cancel("rendering", "button")),
    Story(
        (crash_of("moves.set_status_message-commit:after:1"),),
        cancel=Cancel("waiting", "command"),
        loses_status=True,
    ),
)
LONG = (
    *(
        Story((crash_of(point),), long_voice=True)
        for point in (
            "tasks.begin:after:1",
            "task_moves.set_voice:after:2",
            "ServiceEngine.submit:after:2",
        )
    ),
    Story((crash_of("task_moves.fetched-commit:after:3"), Crash(ANY, "after", 3)), long_voice=True),
    Story(
        (crash_of("Joining.join_results:after:1"), crash_of("moves.joined-commit:after:1")),
        long_voice=True,
    ),
    Story((crash_of("task_moves.fail-commit:before:1"),), long_voice=True, task_fails=True),
    Story((crash_of("moves.cancel:after:1"),), cancel=Cancel("between tasks", "button")),
    Story((crash_of("Sender.send_video:after:1"),), cancel=Cancel("between tasks", "command")),
)
"""Of a voice that is made in three tasks."""

LOOKED_BACK = tuple(
    Story((crash_of(point),), looks_back="/history")
    for point in (
        *("outbox.put-commit:before:1", "outbox.put-commit:after:1", "outbox.begin-commit:after:1"),
        *(
            "outbox.sending-commit:before:1",
            "outbox.sending-commit:after:1",
            "Sender.send_photo:after:1",
        ),
        *("outbox.end-commit:before:1", "outbox.end-commit:after:1"),
    )
) + tuple(
    Story((crash_of(point),), looks_back="/last")
    for point in (
        *("deliveries.sending-commit:before:2", "deliveries.sending-commit:after:2"),
        *(
            "Sender.send_video:after:2",
            "deliveries.sent-commit:before:2",
            "deliveries.sent-commit:after:2",
        ),
    )
)
"""Of the outbox."""

_outcomes: dict[Story, Outcome] = {}


async def outcomes_of(stories: Iterable[Story]) -> list[Outcome]:
    """A story is told once, whoever asks."""
    wanted = list(stories)
    new = await tell_all([story for story in wanted if story not in _outcomes])
    _outcomes.update({outcome.story: outcome for outcome in new})
    return [_outcomes[story] for story in wanted]


def at_points(points: Iterable[str]) -> list[Story]:
    """Of a death at each."""
    return [Story((crash_of(point),)) for point in points]


async def test_killed_at_a_point_the_bot_goes_on_and_nothing_is_lost_or_repeated() -> None:
    outcomes = await outcomes_of(at_points(CLEAN))
    assert broken(outcomes) == {}
    assert [o.killed for o in outcomes] == [1] * len(CLEAN)
    assert [o.story for o in outcomes if o.findings.repeats] == []


async def test_killed_between_telegrams_acceptance_and_our_note_the_video_is_shown_twice() -> None:
    outcomes = await outcomes_of(at_points(TWICE))
    assert broken(outcomes) == {}
    assert [o.findings.repeats for o in outcomes] == [["video twice"]] * len(TWICE)


async def test_killed_again_in_the_recovery_it_still_goes_on() -> None:
    outcomes = await outcomes_of(AGAIN)
    assert broken(outcomes) == {}
    assert [o.killed for o in outcomes] == [2] * len(AGAIN)


async def test_killed_around_a_task_that_fails_for_a_passing_reason_another_brings_the_video() -> (
    None
):
    outcomes = await outcomes_of(FIRST_FAILS)
    assert broken(outcomes) == {}
    assert all(outcome.killed for outcome in outcomes)
    assert [o.findings.facts["jobs done"] for o in outcomes] == [1] * len(FIRST_FAILS)


async def test_killed_while_somebody_cancels_it_ends_once_and_costs_what_was_made() -> None:
    outcomes = await outcomes_of(CANCELLED)
    assert broken(outcomes) == {}
    assert all(outcome.killed for outcome in outcomes)


async def test_killed_while_a_long_voice_is_made_each_task_is_paid_once_and_comes() -> None:
    outcomes = await outcomes_of(LONG)
    assert broken(outcomes) == {}
    assert all(outcome.killed for outcome in outcomes)


async def test_killed_while_an_earlier_video_or_a_page_is_sent_it_comes_once_or_is_given_up() -> (
    None
):
    outcomes = await outcomes_of(LOOKED_BACK)
    assert broken(outcomes) == {}
    assert all(outcome.killed for outcome in outcomes)


async def test_every_named_point_is_passed_by_some_story() -> None:
    stories = [*at_points((*CLEAN, *TWICE)), *AGAIN, *FIRST_FAILS, *CANCELLED, *LONG, *LOOKED_BACK]
    assert never_passed(outcome.passed for outcome in await outcomes_of(stories)) == set()


async def test_killed_at_random_moments_the_books_balance() -> None:
    generator = random.Random(7)
    stories = [Story(random_kills(generator, 150), both_at_once=i % 2 == 0) for i in range(6)]
    assert broken(await outcomes_of(stories)) == {}


async def test_with_media_processes_of_its_own_it_dies_where_it_is_told() -> None:
    async with crash_world() as world:
        await world.start_bot(Crash("inbox.store-commit", "after"), CRASH_PLAIN="")
        ada = await world.person("Ada")
        await ada.writes("hello")
        assert await world.bot.ended() == -signal.SIGKILL
        (row,) = world.rows("SELECT state FROM inbox")
        assert row["state"] == "new"


async def test_the_witnesses_notice_what_is_wrong() -> None:
    job = {"id": 1, "state": "done", "held_milliseconds": 900, "announced": 0, "failure": None}
    task = {"id": 1, "job_id": 1, "task_id": "a", "length_milliseconds": 900}
    hold = {"id": 1, "job_id": 1, "user_id": 5, "kind": "hold", "video_milliseconds": 900}
    hold |= {"held_quota_milliseconds": 900, "spent_quota_milliseconds": 0}
    hold |= {"held_micro_yuan": 450_000, "spent_micro_yuan": 0, "flagged": 0, "at_milliseconds": 50}
    hold |= {"day": "2026-11-22"}
    tables: dict[str, list[dict[str, object]]] = {"jobs": [job], "tasks": [task], "ledger": [hold]}
    tables |= {"inbox": [], "media": [], "detections": [], "notices": [], "earlier_task_ids": []}
    times = {"submitted_milliseconds": 20, "ended_milliseconds": 30}
    tasks = [{"task_id": "a", **times}, {"task_id": "b", **times}]
    bill = {"detections": 2, "videos": [{"task_id": "a", "milliseconds": 900, "micro_yuan": 1}]}
    stray = {"text": "Checking your photo…"}
    said = " ".join(compare(tables, tasks, bill, [stray], 2, [[]]).violations)
    for invariant in ("I4", "I5", "I6", "I7", "I8", "I10"):
        assert invariant in said
    assert "left behind" in said


def of_two_tasks(seconds: int) -> list[str]:
    """What is wrong with a video of so many seconds that was made in two tasks of one each."""
    job = {"id": 1, "state": "done", "held_milliseconds": 2_000, "announced": 1, "failure": None}
    job |= {"quota_weight_permille": 1_000}
    task = {"job_id": 1, "state": "fetched", "length_milliseconds": 1_000}
    first = {**task, "id": 2, "task_id": "a"}
    second = {**task, "id": 3, "task_id": "b"}
    hold = {"job_id": 1, "user_id": 5, "kind": "hold", "flagged": 0, "day": "2026-11-22"}
    hold |= {"held_quota_milliseconds": 2_000, "spent_quota_milliseconds": 0}
    hold |= {"video_milliseconds": 2_000}
    hold |= {"held_micro_yuan": 2, "spent_micro_yuan": 0, "at_milliseconds": 1}
    settle = {**hold, "kind": "settle", "at_milliseconds": 90}
    settle |= {"held_quota_milliseconds": -2_000, "spent_quota_milliseconds": 2_000}
    settle |= {"held_micro_yuan": -2, "spent_micro_yuan": 2}
    tables: dict[str, list[dict[str, object]]] = {"jobs": [job], "tasks": [first, second]}
    tables |= {"ledger": [hold, settle], "inbox": [{"state": "done"}] * 3}
    tables |= {"media": [{}, {}], "detections": [], "notices": [], "earlier_task_ids": []}
    tasks = [
        {"task_id": "a", "submitted_milliseconds": 20, "ended_milliseconds": 30},
        {"task_id": "b", "submitted_milliseconds": 40, "ended_milliseconds": 50},
    ]
    bills = [{"task_id": name, "milliseconds": 1_000, "micro_yuan": 1} for name in "ab"]
    bill = {"detections": 0, "videos": bills}
    video = {"caption": "AI-generated video.", "video": {"duration": seconds}}
    return compare(tables, tasks, bill, [video], 3, [[]]).violations


async def test_the_witnesses_see_that_all_that_was_paid_came() -> None:
    assert of_two_tasks(2) == []
    assert of_two_tasks(0) == ["I6 2.0 s were paid for, the video has 0"]


async def test_a_repeat_is_excused_only_by_a_death_in_its_window() -> None:
    window = ("Sender.send_video:before", "moves.delivered-commit:after")
    died_inside = ["Sender.send_video:before:1", "Sender.send_video:after:1", "killed"]
    died_later = ["Sender.send_video:before:1", "moves.delivered-commit:after:1", "killed"]
    lived = ["Sender.send_video:before:1"]
    assert open_at_death([died_inside], *window) == 1
    assert open_at_death([died_later, lived], *window) == 0


async def test_the_note_of_an_edit_is_not_that_of_a_text_sent_meanwhile() -> None:
    window = ("Sender.send_text:before", "media.set_reply-commit:after")
    edit, sent, note = (
        "Sender.edit_text:before:1",
        "Sender.send_text:before:1",
        "media.set_reply-commit:after:1",
    )
    assert open_at_death([[edit, sent, note, "killed"]], *window) == 1
    assert (
        open_at_death([[edit, note, "media.announced:before:1", sent, note, "killed"]], *window)
        == 0
    )
    assert open_at_death([[edit, sent, note, note, "killed"]], *window) == 0


async def test_the_ledger_can_be_neither_changed_nor_erased() -> None:
    async with crash_world() as world:
        await world.start_bot(Crash("jobs.start-commit", "after"))
        await (await world.person()).sends_both()
        await world.bot.ended()
        connection = sqlite3.connect(world.database)
        try:
            for attack in ("UPDATE ledger SET held_micro_yuan = 0", "DELETE FROM ledger"):
                with pytest.raises(sqlite3.IntegrityError):
                    connection.execute(attack)
        finally:
            connection.close()
