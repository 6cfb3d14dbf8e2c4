"""A press that begins a video: what keeps it from being made is the answer."""

from __future__ import annotations

from collections.abc import Awaitable

from bot.pipeline.pairing import TooLongHere
from handlers.pressing import Answer, Press, TooLate
from storage.consents import NotAgreed
from storage.jobs import TooManyWaiting
from storage.ledger import BudgetExhausted, QuotaExceeded


async def started(pressed: Press, making: Awaitable[object]) -> str | Answer:
    """The answer; raises TooLate where nothing was made, since it was made before."""
    try:
        made = await making
    except NotAgreed:
        pressed.desk.nudge()
        return "answer-consent-first"
    except TooLongHere as refusal:
        return Answer("answer-too-long-here", {"limit": refusal.limit_milliseconds / 1000}, True)
    except TooManyWaiting:
        return "answer-kept-waiting"
    except QuotaExceeded:
        return "answer-no-quota"
    except BudgetExhausted:
        return "answer-no-budget"
    if not made:
        raise TooLate
    return "answer-started"
