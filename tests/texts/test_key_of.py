"""What is read in a chat is traced back to its text, whatever its values are."""

from __future__ import annotations

import re

import pytest

from bot.texts.catalogue import sources
from tests.support.texts import key_of, said

VALUES: dict[str, str | float] = {
    "seconds": 5,
    "place": 2,
    "part": 1,
    "parts": 3,
    "bar": "▓▒",
    "estimate": "Soon.",
}
JOBS = re.findall(r"^(job-[a-z-]+) =", "\n".join(sources("en")), re.MULTILINE)


@pytest.mark.parametrize("key", JOBS)
def test_every_state_of_a_job_is_told_from_every_other(key: str) -> None:
    assert key_of(said(key, **VALUES)) == key


def test_what_no_message_says_has_no_key() -> None:
    assert key_of("good morning") is None
    assert key_of("") is None
