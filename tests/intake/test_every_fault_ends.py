"""Nothing is looked at for ever: whatever a stage meets, the person hears what became of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from bot.dashscope import errors as service
from bot.media.errors import MediaNotNow, PictureFault, PictureRefused
from bot.media.worker.client import MediaWorkerDied, MediaWorkerNotStarted
from bot.telegram import errors as chat
from storage import due, media
from storage.due import Due
from storage.media import Media, MediaState
from storage.verdicts import NoVerdict
from tests.intake.test_ten_minutes_away import Services
from tests.support.fake_services import Fakes

HOURS = 6
STEP_SECONDS = 600


def below(kind: type[Exception]) -> Iterator[type[Exception]]:
    yield kind
    for each in kind.__subclasses__():
        yield from below(each)


def failure_of(kind: type[Exception]) -> Exception:
    if kind is service.ServiceStopped:
        return service.ServiceStopped("x", cause=service.StopCause.KEY)
    return kind("x")


OF_FETCHING = [failure_of(kind) for top in (chat.TryAgain, chat.Refused) for kind in below(top)]
OF_CHECKING = [
    *(failure_of(kind) for kind in below(service.DashScopeError)),
    *(failure_of(kind) for kind in below(MediaNotNow)),
    *(MediaWorkerDied("x"), MediaWorkerNotStarted("x"), NoVerdict("x")),
    PictureRefused(PictureFault.TOO_SMALL),
]


async def ends(services: Services, media_id: int) -> bool:
    """Whether it does, within hours."""
    for _ in range(HOURS * 3600 // STEP_SECONDS):
        for item in await due.rows(services.fakes.database, Media, Due.MEDIA, 9):
            await services.intake.receive(item.id)
        now = await media.get(services.fakes.database, media_id)
        if now is not None and now.state != MediaState.RECEIVED:
            return True
        services.fakes.clock.advance(STEP_SECONDS)
    return False


@pytest.mark.parametrize("failure", OF_CHECKING, ids=lambda one: type(one).__name__)
async def test_a_check_that_fails_for_ever_ends(fakes: Fakes, failure: Exception) -> None:
    services = Services(fakes)
    services.failure = failure
    media_id = await services.photo()
    assert await ends(services, media_id)
    said = next(iter(fakes.sender.messages.values())).text
    assert said != "Checking your photo…"


@pytest.mark.parametrize("failure", OF_FETCHING, ids=lambda one: type(one).__name__)
async def test_a_file_that_cannot_be_fetched_ends(
    fakes: Fakes, failure: Exception, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def download(*_: Any) -> bytes:
        raise failure

    services = Services(fakes)
    monkeypatch.setattr(fakes.common.telegram.files, "download", download)
    media_id = await services.photo()
    assert await ends(services, media_id)
    said = next(iter(fakes.sender.messages.values())).text
    assert said != "Checking your photo…"
