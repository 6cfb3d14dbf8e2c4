"""The note of an order that may be paid for: kept beside the output until that is there."""

from __future__ import annotations

import os
import shlex
import shutil
from pathlib import Path

from bot.commands.failure import Failure
from bot.config.folders import LEAST_FREE_BYTES

_PROBE = " " * 64 * 1024
_ORDERED_AT = "ordered at "


class PaidTask:
    """The file `<output>.task`: since when there is an order, then its task's id.

    `task_id` is one that is known already. The id is remembered here as well: it is named even
    where the file cannot be written.
    """

    def __init__(self, output: Path, task_id: str | None = None) -> None:
        self._output = output
        self._task_id = task_id
        self._is_ordered = False
        self._costs = ""
        self.path = output.with_name(f"{output.name}.task")

    def read(self) -> int | None:
        """When something was ordered of which no task is known yet; None where nothing was.

        Raises: Failure: an earlier task for this output was not fetched yet. OSError.
        """
        noted = self._noted() or ""
        at = noted.removeprefix(_ORDERED_AT)
        if noted != at and at.isdecimal():
            self._is_ordered = True
            return int(at)
        if self.path.exists():
            self._task_id = noted or None
            raise Failure(
                f"An earlier task for {self._output} was not fetched (delete {self.path}, and its "
                "video is lost)."
            )
        return None

    def try_place(self) -> None:
        """Whether the note and the video will have room where they are to go.

        Raises: OSError: nothing can be written there. Failure: the disk is full.
        """
        probe = self._beside()
        try:
            _write_to_disk(probe, _PROBE)
        finally:
            probe.unlink(missing_ok=True)
        if shutil.disk_usage(self.path.parent).free < LEAST_FREE_BYTES:
            raise Failure(
                f"Less than {LEAST_FREE_BYTES // 10**6} MB are free where {self._output} is to "
                "go: make room, or choose another place with -o."
            )

    def how_to_go_on(self) -> str:
        """What the service goes on with and how to have it, to follow a sentence; else empty."""
        if self._task_id is not None:
            words = ["talking-photo", "make", "--task", self._task_id, "-o", str(self._output)]
            return (
                f" Task {self._task_id} goes on at the service and may be paid for{self._costs}; "
                f"fetch it within 24 hours by `{shlex.join(words)}`."
            )
        if self._is_ordered:
            return (
                f" The order may be paid for{self._costs}: the same command looks it up before it "
                f"orders anything (delete {self.path}, and its video is lost)."
            )
        return ""

    def intend(self, at_milliseconds: int, yuan: float) -> None:
        """Note that something is ordered now, and what it costs; raises OSError."""
        self._costs = f" (about {yuan:.2f} yuan)"
        self._is_ordered = True
        self._put(f"{_ORDERED_AT}{at_milliseconds}\n")

    def write(self, task_id: str) -> None:
        """Note the id; raises OSError when that fails, and then still knows it."""
        self._task_id, self._is_ordered = task_id, False
        self._put(f"{task_id}\n")

    def forget(self) -> None:
        """The video is there, or there will be none; the note of another task is left alone."""
        if self._noted() == self._task_id or self._is_ordered:
            self.path.unlink(missing_ok=True)
        self._task_id, self._is_ordered = None, False

    def _noted(self) -> str | None:
        return self.path.read_text("utf-8").strip() or None if self.path.exists() else None

    def _put(self, text: str) -> None:
        """At once or not at all: what was noted before is not lost on a full disk."""
        _write_to_disk(self._beside(), text)
        self._beside().replace(self.path)

    def _beside(self) -> Path:
        return self.path.with_name(f"{self.path.name}.{os.getpid()}")


def _write_to_disk(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
