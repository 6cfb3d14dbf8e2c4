"""The books of a soak: the bot's database, the provider's bill and the chats must agree."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from bot.pipeline.reasons import photo_text
from bot.texts import Catalogue
from tests.soak.town import Town

Row = dict[str, Any]


@dataclass
class Books:
    """What was found: `wrong` must be empty, `facts` are for the table."""

    wrong: list[str] = field(default_factory=list)
    facts: Counter[str] = field(default_factory=Counter)

    def check(self, right: bool, text: str) -> None:
        """Note what is not as it must be."""
        if not right:
            self.wrong.append(text)


def audit(town: Town) -> Books:
    """Everything that must be so when a town is at rest."""
    books = Books()
    jobs = town.rows("SELECT * FROM jobs ORDER BY id")
    books.facts.update(f"jobs {job['state']}" for job in jobs)
    _holds(town, books)
    _bill(town, books, jobs)
    _caps(town, books)
    _effects(town, books)
    _final_words(town, books, jobs)
    return books


def _holds(town: Town, books: Books) -> None:
    """I2, I7, I9: every job has one hold and every hold is resolved."""
    for row in town.rows(
        """
        SELECT jobs.id, jobs.state, SUM(kind = 'hold') AS holds, SUM(kind = 'settle') AS settles,
            SUM(held_quota_milliseconds) AS quota, SUM(held_micro_yuan) AS money
        FROM jobs LEFT JOIN ledger ON job_id = jobs.id GROUP BY jobs.id
        """
    ):
        text = f"job {row['id']} ({row['state']}): {row}"
        books.facts["holds placed"] += row["holds"] or 0
        books.facts["holds open"] += bool(row["quota"] or row["money"])
        books.check(row["holds"] == 1 and row["settles"] <= 1, f"I2 {text}")
        books.check(row["quota"] == 0 and row["money"] == 0, f"I2 open: {text}")


def _bill(town: Town, books: Books, jobs: list[Row]) -> None:
    """I3, I5, I8: one task a job, and the provider's bill is what was settled."""
    settled = {
        row["job_id"]: row
        for row in town.rows("SELECT * FROM ledger WHERE kind = 'settle' ORDER BY id")
    }
    told = {row["subject"] for row in town.rows("SELECT subject FROM notices")}
    held = {job["id"]: job["held_milliseconds"] for job in jobs}
    tasks_of: Counter[int] = Counter(task.job_id for task in town.provider.tasks.values())
    for job_id, count in tasks_of.items():
        books.check(count == 1, f"I5 job {job_id} has {count} tasks")
    for task in town.provider.tasks.values():
        entry, billed = settled.pop(task.job_id, None), task.billed_milliseconds()
        booked = entry["video_milliseconds"] if entry else 0
        books.facts["provider's bill, ms"] += billed
        books.facts["settled, ms"] += booked
        if task.quirk == "usage-missing" and entry is not None:
            books.check(booked == held[task.job_id], f"I8 job {task.job_id} settled at {booked}")
            # Said once: where the operator's chat failed just then, only the log has it.
            books.facts["bill unknown, told in the log only"] += f"bill:{task.job_id}" not in told
            books.facts["bill unknown, settled by the hold"] += 1
        elif entry is None and billed and f"lost:{task.job_id}" in told:
            books.facts["billed, unsettled, told to the operator"] += 1
        else:
            books.check(booked == billed, f"I8 job {task.job_id}: billed {billed}, booked {booked}")
        if entry is not None:
            flagged = booked > held[task.job_id]
            books.check(entry["flagged"] == flagged, f"I3 job {task.job_id} is not flagged")
            books.facts["bills above the hold, flagged"] += flagged
    books.check(not settled, f"I8 settled without a task: {list(settled)}")
    checks = town.rows("SELECT COUNT(*) AS n FROM detections")[0]["n"]
    books.check(town.provider.checks_answered <= checks, "I8 more checks answered than booked")


def _caps(town: Town, books: Books) -> None:
    """I1 at every moment: the ledger is append-only, so it can be lived through again."""
    settings, sums, peaks = town.settings, Counter[tuple[str, Any]](), Counter[str]()
    limits = {
        "person a day": settings.quota_milliseconds_per_day,
        "person a month": settings.quota_milliseconds_per_month or 10**15,
        "bot a day": settings.budget_micro_yuan_per_day,
        "bot a month": settings.budget_micro_yuan_per_month,
    }
    for changes in _moments(town):
        for window, key, change in changes:
            sums[window, key] += change
        for window, key, _ in changes:
            peaks[window] = max(peaks[window], sums[window, key])
    for window, limit in limits.items():
        books.check(peaks[window] <= limit, f"I1 {window}: {peaks[window]} of {limit}")
        books.facts[f"peak of the cap a {window}, ‰"] = peaks[window] * 1000 // limit


def _moments(town: Town) -> Iterator[list[tuple[str, Any, int]]]:
    """What changed in which window, all of one millisecond together.

    What a bill has above its hold is flagged and the operator's: no cap can foresee it.
    """
    now, changes = None, list[tuple[str, Any, int]]()
    for row in town.rows(
        """
        SELECT user_id, day, at_milliseconds AS at,
            held_quota_milliseconds + spent_quota_milliseconds AS quota,
            held_micro_yuan + CASE WHEN flagged THEN -held_micro_yuan ELSE spent_micro_yuan END
                AS money
        FROM ledger
        UNION ALL SELECT 0, day, at_milliseconds, 0, micro_yuan FROM detections ORDER BY at
        """
    ):
        if row["at"] != now:
            yield changes
            now, changes = row["at"], []
        day, month = row["day"], row["day"][:7]
        changes.append(("person a day", (row["user_id"], day), row["quota"]))
        changes.append(("person a month", (row["user_id"], month), row["quota"]))
        changes.append(("bot a day", day, row["money"]))
        changes.append(("bot a month", month, row["money"]))
    yield changes


def _effects(town: Town, books: Books) -> None:
    """I10: each photo and voice handed over is there once, and no update is left."""
    halves = town.rows("SELECT COUNT(*) AS n FROM media")[0]["n"]
    books.check(halves == town.mailbox.halves, f"I10 {halves} halves of {town.mailbox.halves}")
    books.facts["updates"] = town.mailbox.handed_in
    books.facts["halves"] = halves
    for row in town.rows("SELECT state, COUNT(*) AS n FROM inbox GROUP BY state"):
        books.facts[f"updates {row['state']}"] = row["n"]
        books.check(row["state"] != "new", f"I10 {row['n']} updates are not handled")


def _final_words(town: Town, books: Books, jobs: list[Row]) -> None:
    """I6: one final message a job, to be seen; a second only where an answer was lost."""
    chats = sqlite3.connect(town.chats.path)
    try:
        for job in jobs:
            _videos(chats, books, job)
            if job["state"] in ("failed", "cancelled"):
                _end_said(chats, books, job, town)
    finally:
        chats.close()


def _videos(chats: sqlite3.Connection, books: Books, job: Row) -> None:
    rows = chats.execute(
        "SELECT answer_lost FROM messages WHERE chat_id = ? AND video_job = ? AND deleted = 0",
        (job["chat_id"], job["id"]),
    ).fetchall()
    known = sum(not lost for (lost,) in rows)
    done = job["state"] == "done"
    books.check(not done or bool(rows), f"I6 job {job['id']} is done and no video is there")
    books.check(known <= done, f"I6 job {job['id']} ({job['state']}) shows {known} videos")
    books.facts["videos seen"] += len(rows)
    books.facts["videos twice, an answer having been lost"] += max(0, len(rows) - 1)


def _end_said(chats: sqlite3.Connection, books: Books, job: Row, town: Town) -> None:
    if job["chat_id"] in town.chats.once_closed:
        books.facts["ends in chats that were closed"] += 1
        return
    ends = chats.execute(
        "SELECT answer_lost FROM ends JOIN messages USING (chat_id, message_id) WHERE job_id = ?",
        (job["id"],),
    ).fetchall()
    known = sum(not lost for (lost,) in ends)
    books.check(known <= 1, f"I6 the end of job {job['id']} was said {known} times")
    books.facts["ends said twice, an answer having been lost"] += max(0, len(ends) - 1)
    if ends:
        return
    row = chats.execute(
        "SELECT text FROM messages WHERE chat_id = ? AND message_id = ?",
        (job["chat_id"], job["status_message_id"]),
    ).fetchone()
    language = town.rows(
        "SELECT language_code FROM people WHERE user_id = :user_id", user_id=job["user_id"]
    )[0]["language_code"]
    texts = town.texts.of(language)
    key = "job-cancelled" if job["state"] == "cancelled" else job["failure"]
    wanted = texts.html(
        key,
        job=job["id"],
        reason=texts.plain(photo_text(job["failure_detail"])),
        charged=_charge(town, job, texts),
    )
    said = row[0] if row else None
    books.check(said == wanted, f"I6 job {job['id']} ended with {said!r}, not {wanted!r}")


def _charge(town: Town, job: Row, texts: Catalogue) -> str:
    """What is to be said of it, by the ledger."""
    spent = town.rows(
        "SELECT SUM(spent_quota_milliseconds) AS spent FROM ledger WHERE job_id = :id", id=job["id"]
    )[0]["spent"]
    if spent == 0:
        return texts.plain("charged-nothing")
    return texts.plain("charged-all-the-same", seconds=spent / 1000)
