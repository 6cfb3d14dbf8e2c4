"""A world for each test that asks for one, or one for all the tests of a file."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.support.world import World, world


@pytest.fixture(
    scope="module", autouse=True, params=["run", pytest.param("web", marks=pytest.mark.proof)]
)
def command(request: pytest.FixtureRequest) -> Iterator[None]:
    """What starts the bots: every story holds whether messages are fetched or sent to a webhook."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BOT_COMMAND", request.param)
        yield


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[World]:
    """Local Telegram, local provider and the real bot, nothing said yet."""
    async with world(tmp_path) as made:
        yield made


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest, command: None
) -> AsyncIterator[World]:
    """One world for a whole file, with the file's `SETTINGS`; its people are strangers.

    Whatever the file did, no secret may have been written anywhere.
    """
    settings = getattr(request.module, "SETTINGS", {})
    async with world(tmp_path_factory.mktemp("shared"), settings) as made:
        yield made
        found = await made.leaks()
    assert not found


@pytest.fixture(autouse=True)
def _nothing_stays_broken(request: pytest.FixtureRequest) -> Iterator[None]:
    """What one test switched on does not trouble the next."""
    yield
    if "shared" in request.fixturenames:
        made: World = request.getfixturevalue("shared")
        made.faults.clear()
