"""How a command ends when it cannot do what it was asked."""

from __future__ import annotations

from typing import IO, Any

import click


class Failure(click.ClickException):
    """What went wrong and what to do, in one sentence on stderr; the exit code is 1."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence."""
        click.echo(self.format_message(), file=file, err=file is None)
