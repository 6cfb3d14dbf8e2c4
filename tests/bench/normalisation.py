"""How long the normalisation of a voice note takes, against `ffmpeg -af loudnorm`.

ffmpeg starts a process each time, as a bot would have to. Without ffmpeg there is no figure.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot.media.sound.normalise import normalise_sound
from tests.bench.figures import Figure, figure_of
from tests.bench.worlds import SPEECH_RATE_HZ, as_file, speech

LENGTHS_SECONDS = (3, 10, 19)
RUNS = 7


async def measure(runs: int = RUNS) -> list[Figure]:
    """One figure for each length."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        print("no ffmpeg on this machine: nothing to compare with", file=sys.stderr)
        return []
    return [await asyncio.to_thread(_compare, each, ffmpeg, runs) for each in LENGTHS_SECONDS]


def _compare(seconds: int, ffmpeg: str, runs: int) -> Figure:
    note = as_file(speech(seconds), "ogg", "libopus", rate_hz=SPEECH_RATE_HZ, bit_rate=24_000)
    normalise_sound(note)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "in.ogg")
        source.write_bytes(note)
        pairs = [
            (
                _milliseconds(lambda: normalise_sound(note)),
                _milliseconds(lambda: _loudnorm(ffmpeg, source)),
            )
            for _ in range(runs)
        ]
    what = f"{seconds} s of speech"
    return figure_of("normalisation", what, pairs, "ms", "`ffmpeg -af loudnorm`")


def _loudnorm(ffmpeg: str, source: Path) -> None:
    target = source.with_name("out.wav")
    options = ["-v", "error", "-y", "-i", str(source), "-af", "loudnorm", "-ar", "16000"]
    subprocess.run([ffmpeg, *options, str(target)], check=True, stdin=subprocess.DEVNULL)


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)
