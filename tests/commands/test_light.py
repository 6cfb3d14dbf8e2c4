"""What the bot's process does without: each library is loaded by what needs it."""

from __future__ import annotations

import subprocess
import sys

_LOADED = "import sys; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
MEDIA = {"av", "cv2", "numpy", "PIL", "pydub", "soxr"}
SERVERS = {"starlette", "uvicorn", "websockets", "multipart"}


def loaded_by(code: str) -> set[str]:
    """The packages that a Python has loaded after that."""
    words = [sys.executable, "-c", f"{code}; {_LOADED}"]
    answer = subprocess.run(words, capture_output=True, text=True, check=True)
    return set(answer.stdout.splitlines()[-1].split())


def test_the_bots_process_loads_no_media_library_and_no_server() -> None:
    loaded = loaded_by("import bot.app, bot.commands.run")
    assert {"telegram", "httpx"} <= loaded
    assert not loaded & (MEDIA | SERVERS)


def test_the_list_of_commands_loads_none_of_them() -> None:
    help_page = "from bot.__main__ import main; main(['--help'], standalone_mode=False)"
    assert not loaded_by(help_page) & {"pydantic", "httpx", "telegram"}
