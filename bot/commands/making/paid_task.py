"""The note of a task that may have been paid for: kept beside the output until that is there."""

from __future__ import annotations

from pathlib import Path

from bot.commands.failure import Failure


class PaidTask:
    """The file `<output>.task`; it holds the task's id."""

    def __init__(self, output: Path) -> None:
        self._output = output
        self.path = output.with_name(f"{output.name}.task")

    def refuse_if_unfinished(self) -> None:
        """Raise Failure when an earlier task for this output was not fetched yet."""
        if self.path.exists():
            raise Failure(
                f"An earlier task for {self._output} was not fetched.{self.how_to_go_on()} "
                f"(Or delete {self.path}, and its video is lost.)"
            )

    def how_to_go_on(self) -> str:
        """The command that fetches the noted task, to follow a sentence; empty without a task."""
        if not self.path.exists():
            return ""
        task_id = self.path.read_text("utf-8").strip()
        return (
            f" Task {task_id} may be paid for; fetch it by "
            f"`talking-photo make --task {task_id} -o {self._output}`."
        )

    def write(self, task_id: str) -> None:
        """Note the id."""
        self.path.write_text(f"{task_id}\n", "utf-8")

    def forget(self) -> None:
        """The video is there, or there will be none."""
        self.path.unlink(missing_ok=True)
