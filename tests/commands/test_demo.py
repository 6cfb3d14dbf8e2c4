"""`talking-photo demo`: everything on this machine by one command."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.commands.demo import ROOMY
from bot.commands.machine_zone import machine_zone
from bot.config.engines import ENGINES
from bot.config.settings import Settings
from bot.limits import limits_of
from bot.sandbox.server import DEMO_BOT_TOKEN, TELEGRAM_PORT
from bot.sandbox.telegram.people import OPERATOR_ID
from tests.bench.processes import started_as
from tests.commands.conftest import names_in
from tests.support.deadlines import deadline, eventually
from tests.support.process import Running, started

QUIET = ("demo", "--no-browser", "--telegram-port", "0", "--dashscope-port", "0")
READY = r"is ready: (http://127\.0\.0\.1:\d+)/"
ME = 700


def bots(command: Running) -> list[int]:
    """The process ids of the command's own children."""
    return started_as("bot\0run", command.pid)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@pytest.fixture
def taken_port() -> Iterator[int]:
    """The usual port, taken: by us, or already by somebody else."""
    with closing(socket.socket()) as taken:
        with suppress(OSError):
            taken.bind(("127.0.0.1", TELEGRAM_PORT))
            taken.listen()
        yield TELEGRAM_PORT


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where a command puts what it forgets at the end."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("resolution", ["480P", "720P"])
def test_its_money_lasts_for_the_quotas_of_a_month(engine: str, resolution: str) -> None:
    """Twenty people who use all of theirs every day, at the list prices."""
    values: dict[str, Any] = {name.lower(): value for name, value in ROOMY.items()}
    values |= {"engine": engine, "resolution": resolution}
    values |= {"telegram_bot_token": DEMO_BOT_TOKEN, "dashscope_api_key": "sk-demo"}
    settings = Settings(**values)
    caps = limits_of(settings).caps
    a_day = (
        20
        * caps.person_day_milliseconds
        * settings.micro_yuan_per_second(settings.default_engine, settings.resolution)
        // 1000
    )
    assert caps.person_day_milliseconds >= 10 * settings.longest_voice_seconds * 1000
    assert a_day <= caps.bot_day_micro_yuan
    assert 31 * a_day <= caps.bot_month_micro_yuan


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see processes")
async def test_a_closed_terminal_stops_everything_within_five_seconds_and_leaves_nothing(
    tmp_path: Path, temporary: Path
) -> None:
    """Whatever the settings of a real bot in this folder and environment are."""
    (tmp_path / ".env").write_text("TELEGRAM_BOT_TOKEN=nonsense\nENGINE=sora\n")
    real = {"DASHSCOPE_REGION": "beijing", "DATABASE_URL": f"sqlite:///{tmp_path}/real.db"}
    async with started(*QUIET, cwd=tmp_path, settings=real) as command:
        await command.printing(READY)
        (bot,) = bots(command)
        await command.stop(signal.SIGHUP)
    assert command.code == 0, command.printed
    assert command.printed.endswith("Stopped.\n")
    assert not alive(bot)
    assert not [name for name in names_in(temporary) if name.startswith("talking-photo-")]
    assert not (tmp_path / "real.db").exists()


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to see processes")
async def test_a_bot_that_dies_is_reported_with_its_last_words(
    tmp_path: Path, temporary: Path
) -> None:
    async with started(*QUIET, cwd=tmp_path) as command:
        await command.printing(READY)
        (bot,) = bots(command)
        os.kill(bot, signal.SIGKILL)
        await command.ended()
    assert command.code == 1
    assert "The bot stopped by itself. Its last words:" in command.printed
    assert "the bot is up" in command.printed


async def test_a_photo_and_a_voice_note_become_a_video_in_the_chat(
    tmp_path: Path, taken_port: int
) -> None:
    """Also where another program has the usual port."""
    kept = ("--directory", tmp_path / "kept")
    async with started("demo", "--no-browser", *kept, cwd=tmp_path) as command:
        page = (await command.printing(READY)).group(1)
        assert not page.endswith(f":{taken_port}")
        async with httpx.AsyncClient(base_url=page, trust_env=False, timeout=deadline()) as http:
            assert "text/html" in (await http.get("/")).headers["content-type"]
            await send(http, "photo", "portrait")
            await agree(http)
            await send(http, "voice", "voice")
            await eventually(lambda: videos(http))
            await report(http)
            await eventually(lambda: messages(http, OPERATOR_ID))
        assert await command.stop(signal.SIGINT) == 0
    assert (tmp_path / "kept" / "demo.db").exists()


async def send(http: httpx.AsyncClient, kind: str, sample: str) -> None:
    await http.post("/sim/people", json={"first_name": "Ada", "user_id": ME})
    answer = await http.post(f"/sim/chats/{ME}/messages", json={"kind": kind, "sample": sample})
    assert answer.status_code == 201, answer.text


async def agree(http: httpx.AsyncClient) -> None:
    """What a newcomer presses before the first video."""

    async def asked() -> list[dict[str, Any]]:
        return await with_buttons(http, 0)

    (question,) = await eventually(asked)
    button = question["reply_markup"]["inline_keyboard"][0][0]
    path = f"/sim/chats/{ME}/messages/{question['message_id']}/press"
    answer = await http.post(path, json={"callback_data": button["callback_data"]})
    assert answer.status_code == 202, answer.text


async def report(http: httpx.AsyncClient) -> None:
    """What is wrong with the newest video: whoever runs the bot hears of it."""
    path, known = f"/sim/chats/{ME}/messages", len(await messages(http))
    await http.post(path, json={"text": "/report"})
    asked = await eventually(lambda: with_buttons(http, known))
    data = asked[0]["reply_markup"]["inline_keyboard"][0][0]["callback_data"]
    answer = await http.post(f"{path}/{asked[0]['message_id']}/press", json={"callback_data": data})
    assert answer.status_code == 202, answer.text


async def messages(http: httpx.AsyncClient, chat_id: int = ME) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = (await http.get(f"/sim/chats/{chat_id}/messages")).json()[
        "messages"
    ]
    return shown


async def with_buttons(http: httpx.AsyncClient, after: int) -> list[dict[str, Any]]:
    return [each for each in (await messages(http))[after:] if "reply_markup" in each]


async def videos(http: httpx.AsyncClient) -> list[dict[str, Any]]:
    return [message for message in await messages(http) if "video" in message]


@pytest.mark.parametrize(
    ("zone", "name"), [("Europe/Berlin", "Europe/Berlin"), (":Asia/Tokyo", "Asia/Tokyo")]
)
def test_its_days_begin_when_this_machine_s_do(
    zone: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", zone)
    assert machine_zone() == name


@pytest.mark.parametrize(("rule", "zone"), [("XYZ-9", "Etc/GMT-9"), ("ABC3", "Etc/GMT+3")])
def test_a_machine_whose_zone_has_no_name_has_one_as_late(
    rule: str, zone: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("TZ", rule)
    monkeypatch.setattr("bot.commands.machine_zone._LINK", tmp_path / "localtime")
    monkeypatch.setattr("bot.commands.machine_zone._NAME", tmp_path / "timezone")
    time.tzset()
    named = machine_zone()
    monkeypatch.undo()
    time.tzset()
    assert named == zone
