"""What holds for every test, whatever machine it runs on."""

from __future__ import annotations

import gc
import os
import sys
from collections import Counter
from collections.abc import AsyncIterator, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.support.fake_services import Fakes

_PROXIES = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ws_proxy", "wss_proxy")
_WORLD = "tests.support.world"
_LONG = ("bench", "commands", "crash", "machine", "network", "page", "soak", "system")
"""The folders whose tests start processes: they are the proof, but for what is named below."""
_SHORT = frozenset(
    {
        *("commands/test_checks", "commands/test_light", "commands/test_run"),
        *("commands/test_engines", "commands/test_signals"),
        *("machine/test_clock_jumps", "machine/test_database", "machine/test_migrations"),
        "machine/test_operating_page",
        *("network/test_flipped_bits", "network/test_http_client"),
        "soak/test_virtual",
        *("system/chat/test_cancel", "system/chat/test_commands", "system/privacy/test_consent"),
        *(
            "system/groups/test_group_talk",
            "system/chat/test_happy_way",
            "system/chat/test_photo_refused",
        ),
        *("system/money/test_quota", "system/trouble/test_restart", "system/privacy/test_secrets"),
        *("system/chat/test_voice_refused", "system/trouble/test_telegram_trouble"),
        "system/trouble/test_provider_trouble::test_a_task_whose_acceptance_was_not_heard_is_found_and_"
        "never_ordered_twice",
    }
)
"""What the README's test command shows of the real bot."""


def pytest_configure() -> None:
    """Tests talk to this machine only: a proxy of the person who runs them is none of theirs."""
    for name in _PROXIES:
        os.environ.pop(name, None)
        os.environ.pop(name.upper(), None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long is run by `make proof`: where a test lies says whether it does."""
    here = Path(__file__).parent
    cases: Counter[str] = Counter()
    for item in items:
        file = item.path.relative_to(here).with_suffix("")
        name = f"{file.as_posix()}::{item.name.partition('[')[0]}"
        if file.parts[0] in _LONG and not {file.as_posix(), name} & _SHORT:
            item.add_marker(pytest.mark.proof)
        for sampled in item.iter_markers("sampled"):
            if cases[name] % sampled.kwargs["every"]:
                item.add_marker(pytest.mark.proof)
            cases[name] += 1


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A failure shows the chats, jobs, bill and the end of the log of every world in use."""
    report = yield
    if report.failed and _WORLD in sys.modules:
        for where, text in sys.modules[_WORLD].reports():
            report.sections.append((f"the world in {where}", text))
    return report


@pytest.fixture(scope="module", autouse=True)
def nothing_is_left_open() -> Iterator[None]:
    """What a file's tests left open fails them, not those that run when it is collected."""
    yield
    gc.collect()


@pytest.fixture
async def fakes(tmp_path: Path) -> AsyncIterator[Fakes]:
    """What lies between the database and the outside, for one test, nothing begun."""
    from storage.db.database import Database
    from tests.support.clock import FakeClock
    from tests.support.fake_services import Fakes

    clock = FakeClock(jumps=False)
    database = await Database.open(tmp_path / "bot.db", clock)
    yield Fakes(database, clock, tmp_path / "results")
    await database.close()
