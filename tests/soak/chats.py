"""Telegram's memory: what is to be seen in each chat; on disk, so that memory stays flat."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections import Counter, deque
from dataclasses import dataclass
from pathlib import Path

from bot.telegram.keyboards import Keyboard

_SCHEMA = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE messages (
    chat_id INTEGER NOT NULL,
    message_id INTEGER NOT NULL,
    text TEXT NOT NULL,
    buttons TEXT NOT NULL,
    video_job INTEGER,
    deleted INTEGER NOT NULL DEFAULT 0,
    -- the bot may not know that it is there: the answer was lost, or the bot died waiting for it
    answer_lost INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (chat_id, message_id)
) WITHOUT ROWID;
-- In which messages a job's end was said: saying it again in the same one is no second time.
CREATE TABLE ends (job_id INTEGER, chat_id INTEGER, message_id INTEGER,
    PRIMARY KEY (job_id, chat_id, message_id)) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Written:
    """One message of the bot as it reads now."""

    text: str
    buttons: tuple[str, ...]


class Chats:
    """Messages by chat and number; people's own take numbers and are not kept."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._connection = sqlite3.connect(path, isolation_level=None)
        self._connection.executescript(_SCHEMA)
        self._newest: Counter[int] = Counter()
        self._just_now: deque[tuple[float, int, int]] = deque(maxlen=100)
        self.blocked: set[int] = set()
        self.once_closed: set[int] = set()
        """Chats that ever refused the bot for good, blocked or not."""

    def close(self) -> None:
        """Forget nothing: the file stays."""
        self._connection.close()

    def next_number(self, chat_id: int) -> int:
        """A message's place in its chat."""
        self._newest[chat_id] += 1
        return self._newest[chat_id]

    def add(
        self, chat_id: int, text: str, keyboard: Keyboard | None, video_job: int | None = None
    ) -> int:
        """A new message of the bot."""
        message_id = self.next_number(chat_id)
        self._connection.execute(
            "INSERT INTO messages (chat_id, message_id, text, buttons, video_job)"
            " VALUES (?, ?, ?, ?, ?)",
            (chat_id, message_id, text, _packed(keyboard), video_job),
        )
        self._note_end(chat_id, message_id, keyboard)
        self._just_now.append((asyncio.get_running_loop().time(), chat_id, message_id))
        return message_id

    def change(
        self,
        chat_id: int,
        message_id: int,
        text: str,
        keyboard: Keyboard | None,
        video_job: int | None = None,
    ) -> bool:
        """Edit one; False when it is gone, or is a video, which no text replaces."""
        changed = self._connection.execute(
            "UPDATE messages SET text = ?, buttons = ?, video_job = COALESCE(?, video_job)"
            " WHERE chat_id = ? AND message_id = ? AND deleted = 0"
            " AND (video_job IS NULL OR video_job IS ?)",
            (text, _packed(keyboard), video_job, chat_id, message_id, video_job),
        ).rowcount
        if changed:
            self._note_end(chat_id, message_id, keyboard)
        return changed > 0

    def delete(self, chat_id: int, message_id: int) -> None:
        """Delete one, if it is there."""
        self._connection.execute(
            "UPDATE messages SET deleted = 1 WHERE chat_id = ? AND message_id = ?",
            (chat_id, message_id),
        )

    def answer_lost(self, chat_id: int, message_id: int) -> None:
        """The bot was not told that this message exists."""
        self._connection.execute(
            "UPDATE messages SET answer_lost = 1 WHERE chat_id = ? AND message_id = ?",
            (chat_id, message_id),
        )

    def last_word_lost(self, chat_id: int, message_id: int) -> None:
        """The same of an edit, where it made the message say a job's end, or become its video."""
        self._connection.execute(
            "UPDATE messages SET answer_lost = 1 WHERE chat_id = ? AND message_id = ?"
            " AND (video_job IS NOT NULL OR buttons LIKE '%retry:%')",
            (chat_id, message_id),
        )

    def answers_lost_since(self, seconds: float) -> None:
        """The bot died: what it was told since that moment it may not have written down."""
        for at, chat_id, message_id in self._just_now:
            if at >= seconds:
                self.answer_lost(chat_id, message_id)

    def buttons(self, chat_id: int, newest: int = 6) -> list[tuple[int, str]]:
        """What could be pressed under the newest messages: (message, data)."""
        rows = self._connection.execute(
            "SELECT message_id, buttons FROM messages WHERE chat_id = ? AND deleted = 0"
            " AND message_id > ? AND buttons <> '[]' ORDER BY message_id",
            (chat_id, self._newest[chat_id] - newest),
        )
        return [(number, data) for number, packed in rows for data in json.loads(packed)]

    def text(self, chat_id: int, message_id: int | None) -> str | None:
        """What this message says, deleted or not."""
        found = self._connection.execute(
            "SELECT text FROM messages WHERE chat_id = ? AND message_id = ?", (chat_id, message_id)
        ).fetchone()
        return found[0] if found else None

    def unsure_videos(self, chat_id: int, job_id: int) -> list[bool]:
        """For each video of a job that is to be seen, whether the bot may not know of it."""
        rows = self._connection.execute(
            "SELECT answer_lost FROM messages WHERE chat_id = ? AND video_job = ? AND deleted = 0",
            (chat_id, job_id),
        )
        return [bool(lost) for (lost,) in rows]

    def unsure_ends(self, job_id: int) -> list[bool]:
        """The same of the messages in which a job's end was said."""
        rows = self._connection.execute(
            "SELECT answer_lost FROM ends JOIN messages USING (chat_id, message_id)"
            " WHERE job_id = ?",
            (job_id,),
        )
        return [bool(lost) for (lost,) in rows]

    def texts(self, chat_id: int) -> list[str]:
        """All that is to be read in a chat, oldest first."""
        rows = self._connection.execute(
            "SELECT text FROM messages WHERE chat_id = ? AND deleted = 0 ORDER BY message_id",
            (chat_id,),
        )
        return [text for (text,) in rows]

    def _note_end(self, chat_id: int, message_id: int, keyboard: Keyboard | None) -> None:
        for data in _data(keyboard):
            if data.startswith("retry:"):
                self._connection.execute(
                    "INSERT OR IGNORE INTO ends VALUES (?, ?, ?)",
                    (int(data.partition(":")[2]), chat_id, message_id),
                )


def _data(keyboard: Keyboard | None) -> list[str]:
    return [button.callback_data for row in (keyboard.rows if keyboard else ()) for button in row]


def _packed(keyboard: Keyboard | None) -> str:
    return json.dumps(_data(keyboard))
