"""What docs/operating/systemd.md tells to type, typed on a machine that systemd has started.

That machine is a namespace: see boot.sh. What cannot be made here is skipped, with the reason.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from bot.commands.child import bot_environment
from bot.sandbox.server import Sandbox, serve_sandbox
from tests.commands.test_demo import agree, send, videos
from tests.image.conftest import Ended, command
from tests.machine.test_installation import fill_in
from tests.support.deadlines import deadline, eventually
from tests.support.process import Running, running

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "operating" / "systemd.md").read_text("utf-8")
INSTALLING, USING = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
NAMESPACES = (
    *("setpriv", "--pdeathsig", "KILL"),
    *("unshare", "-m", "-p", "-f", "-u", "-i", "-C", "--kill-child"),
)
"""They end with the tests, even killed ones: two machines would share their cgroups."""
SYSTEM = "/usr/sbin:/usr/bin:/sbin:/bin"
"""Where the unit finds Python too: not in somebody's home."""
DOCTOR = """\
cd /etc/systemd/system
sed 's/ run$/ doctor/; s/^Restart=.*/Type=oneshot/' talking-photo.service >doctor.service
systemctl start doctor"""
"""As the unit has it, it sees what the bot sees."""


class Machine:
    """The namespace, and what is typed there."""

    def __init__(self, started: Running) -> None:
        self._started = started

    async def typed(self, lines: str) -> Ended:
        """As root, one after the other, up to the first that fails."""
        words = ("nsenter", "-t", *self._children(), "-m", "-p", "-u", "-i", "-C", "-r", "-w")
        return await command(*words, "env", f"PATH={SYSTEM}", "sh", "-ec", lines)

    def _children(self) -> list[str]:
        """Systemd alone, as soon as it is there."""
        pid = self._started.pid
        return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()

    async def does(self, lines: str) -> str:
        """What they print; they have to succeed."""
        over = await self.typed(lines)
        print(over)
        assert over.code == 0, over.printed
        return over.printed

    async def logs(self, unit: str, words: str) -> None:
        """Wait for them: the journal is written by a process of its own."""

        async def said() -> bool:
            return words in (await self.typed(f"journalctl --unit {unit}")).printed

        await eventually(said, f"{unit} logs {words!r}")

    async def is_up(self) -> bool:
        """Whether systemd has started everything."""
        assert self._started.is_running, self._started.printed
        if not self._children():
            return False
        return (await self.typed("systemctl is-system-running")).printed.strip() == "running"


@pytest.fixture
async def machine(tmp_path: Path) -> AsyncIterator[Machine]:
    """With a clone of this commit at /mnt."""
    tried = await command(*NAMESPACES, "true")
    if tried.code:
        pytest.skip(f"systemd cannot be started here: {tried.printed}")
    (root, clone) = (tmp_path / "machine", tmp_path / "clone")
    root.mkdir()
    await command("git", "clone", "--quiet", str(ROOT), str(clone))
    boot = ("sh", str(ROOT / "tests" / "image" / "boot.sh"), str(root), str(clone))
    async with running(*NAMESPACES, *boot, cwd=tmp_path, environment=bot_environment({})) as made:
        machine = Machine(made)
        await eventually(machine.is_up, "systemd")
        yield machine


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """A local Telegram and a local video service on free ports."""
    async with serve_sandbox(telegram_port=0, dashscope_port=0, render_seconds=0) as served:
        yield served


async def makes_a_video(sandbox: Sandbox) -> None:
    address = sandbox.telegram_base_url
    async with httpx.AsyncClient(base_url=address, trust_env=False, timeout=deadline()) as http:
        await send(http, "photo", "portrait")
        await agree(http)
        await send(http, "voice", "voice")
        await eventually(lambda: videos(http), "a video")


async def test_the_lines_lead_to_a_bot_without_rights_that_makes_videos(
    machine: Machine, sandbox: Sandbox, tmp_path: Path
) -> None:
    await machine.does(INSTALLING.replace("REPOSITORY", "/mnt"))
    filled = tmp_path / "clone" / "filled"
    filled.write_text((ROOT / ".env.example").read_text("utf-8"), "utf-8")
    fill_in(filled, sandbox.settings)
    await machine.does("cat /mnt/filled >/var/lib/talking-photo/.env")
    *before, backup, stop = USING.strip().splitlines()
    await machine.does("\n".join(before))

    await machine.logs("talking-photo", "the bot is up")
    await makes_a_video(sandbox)
    shown = "systemctl show --value --property"
    status = await machine.does(f"cat /proc/$({shown}=MainPID talking-photo)/status")
    assert re.search(r"^Uid:\t10001\t", status, re.MULTILINE)
    assert re.search(r"^CapBnd:\t0+$", status, re.MULTILINE)
    await machine.does(DOCTOR)
    await machine.logs("doctor", "media processes: shut off from files, network")
    await machine.does(f"{before[0]}\n{backup}\n{stop}\ntest -s {shlex.split(backup)[-1]}")
    assert (await machine.does(f"{shown}=Result talking-photo")).strip() == "success"
