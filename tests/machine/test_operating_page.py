"""The operator's page explains every message that the bot sends there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operating.md").read_text("utf-8")
TEXTS = (ROOT / "bot" / "texts" / "en" / "operator.ftl").read_text("utf-8")
HEADS = re.findall(r"^operator-[a-z-]+ = <b>(.*?)</b>", TEXTS, re.MULTILINE)


@pytest.mark.parametrize("head", HEADS)
def test_the_message_is_explained(head: str) -> None:
    assert f"| {re.sub(r'{.*?}', '…', head)} |" in PAGE


def test_no_message_is_left_out_here() -> None:
    assert len(HEADS) == len(re.findall(r"^operator-", TEXTS, re.MULTILINE))
