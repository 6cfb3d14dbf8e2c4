"""The media process starts and serves, or it is said that it cannot start."""

from __future__ import annotations

import importlib
import os
import sys
from pathlib import Path

import pytest

from bot.media.calls import normalise_picture, normalise_sound
from bot.media.processes import MediaProcesses
from bot.media.worker.client import MediaWorkerNotStarted
from tests.media.worker.conftest import PORTRAIT, worker_of
from tests.support.media.voices import VOICE_NOTE


async def test_sound_and_picture_go_there_and_back() -> None:
    async with MediaProcesses() as media:
        sound = await media.run(normalise_sound, VOICE_NOTE.read_bytes(), None, True)
        picture = await media.run(normalise_picture, PORTRAIT.read_bytes())
    assert sound.wav.startswith(b"RIFF")
    assert len(picture.faces) == 1


async def test_a_limit_goes_there_as_well() -> None:
    async with MediaProcesses() as media:
        sound = await media.run(normalise_sound, VOICE_NOTE.read_bytes(), 1_000, True)
    assert sound.duration_milliseconds == 1_000


async def test_a_broken_installation_is_told_apart_from_a_broken_file(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "executable", "/nonexistent/python")
    with pytest.raises(MediaWorkerNotStarted):
        async with worker_of() as media:
            await media.run(os.getpid)


async def test_a_process_that_does_not_come_up_is_told_as_well(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    # What the bot loads with its first process would not be found either.
    importlib.import_module("bot.media.worker.child")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bot").mkdir()
    (tmp_path / "bot" / "__init__.py").write_text("raise SystemExit(3)")
    with pytest.raises(MediaWorkerNotStarted):
        async with worker_of() as media:
            await media.run(os.getpid)
