"""A press that begins a video: what keeps it from being made is the answer."""

from __future__ import annotations

from collections.abc import Awaitable

from handlers.pressing import Press, TooLate
from storage.consents import NotAgreed
from storage.jobs import TooManyWaiting
from storage.ledger import BudgetExhausted, QuotaExceeded


async def started(pressed: Press, making: Awaitable[object]) -> str:
    """The answer's key; raises TooLate where nothing was made, since it was made before."""
    try:
        made = await making
    except NotAgreed:
        pressed.desk.nudge()
        return "answer-consent-first"
    except TooManyWaiting:
        return "answer-kept-waiting"
    except QuotaExceeded:
        return "answer-no-quota"
    except BudgetExhausted:
        return "answer-no-budget"
    if not made:
        raise TooLate
    return "answer-started"
