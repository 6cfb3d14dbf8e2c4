"""`talking-photo health`: asks the running bot how it is, for machines without curl."""

from __future__ import annotations

import click
import httpx

from bot.commands.failure import Failure, sentences_said
from bot.config.settings import PortSettings

_HERE = "http://127.0.0.1:{port}/healthz"
_ANSWER_SECONDS = 10.0


@click.command()
def health() -> None:
    """Ask the bot that runs on this machine whether it is well: exit code 0, or 1 and why not."""
    with sentences_said():
        port = PortSettings.load(online=False).listening_port
    if port is None:
        raise Failure("HTTP_PORT is not set: set it to a port such as 8080, for the bot as well.")
    status, causes = _asked(port)
    sentence = "; ".join([status, *causes])
    if status == "dead":
        raise Failure(sentence)
    click.echo(sentence)


def _asked(port: int) -> tuple[str, list[str]]:
    try:
        asked = httpx.get(_HERE.format(port=port), timeout=_ANSWER_SECONDS, trust_env=False)
        answer = asked.json()
        return str(answer["status"]), [str(cause) for cause in answer["causes"].values()]
    except httpx.HTTPError as error:
        reason = str(error) or type(error).__name__
        sentence = f"The bot does not answer on port {port} ({reason}): is it running?"
        raise Failure(sentence) from None
    except (ValueError, LookupError, TypeError, AttributeError):
        raise Failure(f"Another program than the bot answers on port {port}.") from None
