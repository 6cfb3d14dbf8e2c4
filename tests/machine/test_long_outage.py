"""Ten thousand people wait, and the provider refuses to serve: each is told once, and none pays."""

from __future__ import annotations

from collections import Counter
from unittest.mock import patch

from bot.dashscope.errors import ServiceStopped, StopCause
from bot.retry import PROBE
from bot.telegram.status_edits import Status
from tests.storage.orders import more_jobs
from tests.support.fake_services import Fakes
from tests.support.texts import said

UNPAID = ServiceStopped("submit: 400 Arrearage", cause=StopCause.UNPAID, code="Arrearage")
PEOPLE = 10_000
AT_ONCE = 5


async def test_everybody_is_told_once_nobody_pays_and_it_goes_on_in_turn(fakes: Fakes) -> None:
    first = await fakes.waiting_job()
    await fakes.waiting_job(2)
    more_jobs(fakes.database.path, PEOPLE - 2, status_message_id="1000 + n")
    shown = Counter[int]()
    show = fakes.sender.progress

    def count(status: Status) -> None:
        shown[status.message_id] += said("job-held-back") in status.text
        show(status)

    fakes.engine.refusal = UNPAID
    with patch.object(fakes.sender, "progress", count):
        async with fakes.open():
            await fakes.until(lambda: sum(map(bool, shown.values())) == PEOPLE)
            await fakes.rounds()
            assert len(fakes.told()) == len(fakes.engine.submitted) == 1
            assert max(shown.values()) == 1
            assert (await fakes.ledger())["money"] == 0

            fakes.engine.refusal, fakes.engine.slots = None, AT_ONCE
            fakes.clock.advance(PROBE.delays_seconds[0])
            await fakes.until(lambda: len(fakes.engine.submitted) == 1 + AT_ONCE)
    assert fakes.engine.submitted == [
        f"{first.id}.1",
        *(f"{job_id}.1" for job_id in range(first.id, first.id + AT_ONCE)),
    ]
