"""The operator is told of trouble once an hour, and again when the first attempt reached nobody."""

from __future__ import annotations

from bot.pipeline.operator import Operator
from bot.telegram.errors import NotSent
from bot.texts import Texts
from tests.pipeline.shop import Shop


class FailingAtFirst:
    """In the place of the sender: out of reach once, then within it."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self._failures = 1

    async def send_text(self, chat_id: int, text: str) -> None:
        """See `Sender`."""
        del chat_id
        if self._failures:
            self._failures -= 1
            raise NotSent("out of reach")
        self.heard.append(text)


def operator_with(shop: Shop, sender: FailingAtFirst) -> Operator:
    return Operator(shop.database, sender, Texts(), frozenset({7}), shop.clock)  # type: ignore[arg-type]


async def test_what_reached_nobody_is_told_again_and_then_not_within_the_hour(shop: Shop) -> None:
    sender = FailingAtFirst()
    operator = operator_with(shop, sender)
    for _ in range(3):
        await operator.tell("budget", "operator-budget")
    assert len(sender.heard) == 1
