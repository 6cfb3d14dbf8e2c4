"""The note of a task that may have been paid for: kept beside the output until that is there."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

from bot.commands.failure import Failure

_ROOM_BYTES = 64 * 1024 * 1024
"""The video as it comes and as it is labelled, several times over."""


class PaidTask:
    """The file `<output>.task`, which holds the task's id; `task_id` is one that is known already.

    The id is remembered here as well: it is named even where the file cannot be written.
    """

    def __init__(self, output: Path, task_id: str | None = None) -> None:
        self._output = output
        self._task_id = task_id
        self.path = output.with_name(f"{output.name}.task")

    def refuse_if_unfinished(self) -> None:
        """Raise Failure when an earlier task for this output was not fetched yet."""
        if self.path.exists():
            self._task_id = self._noted()
            raise Failure(
                f"An earlier task for {self._output} was not fetched (delete {self.path}, and its "
                "video is lost)."
            )

    def try_place(self) -> None:
        """Whether the note and the video will have room where they are to go.

        Raises: OSError: nothing can be written there. Failure: the disk is full.
        """
        probe = self.path.with_name(f"{self.path.name}.{os.getpid()}")
        try:
            _write_to_disk(probe, "")
        finally:
            probe.unlink(missing_ok=True)
        if shutil.disk_usage(self.path.parent).free < _ROOM_BYTES:
            raise Failure(
                f"Less than {_ROOM_BYTES >> 20} MB are free where {self._output} is to go: make "
                "room, or choose another place with -o."
            )

    def how_to_go_on(self) -> str:
        """The command that fetches the known task, to follow a sentence; empty without a task."""
        if self._task_id is None:
            return ""
        words = ["talking-photo", "make", "--task", self._task_id, "-o", str(self._output)]
        return (
            f" Task {self._task_id} may be paid for; fetch it within 24 hours by "
            f"`{shlex.join(words)}`."
        )

    def write(self, task_id: str) -> None:
        """Note the id; raises OSError when that fails, and then still knows it."""
        self._task_id = task_id
        _write_to_disk(self.path, f"{task_id}\n")

    def forget(self) -> None:
        """The video is there, or there will be none; the note of another task is left alone."""
        if self.path.exists() and self._noted() == self._task_id:
            self.path.unlink()
        self._task_id = None

    def _noted(self) -> str | None:
        return self.path.read_text("utf-8").strip() or None


def _write_to_disk(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
