"""How much faster a voice note is normalised than by `ffmpeg -af loudnorm`, in one run.

By hand: `python -m tests.bench.normalisation`. Ratios mean something, milliseconds
depend on the machine. ffmpeg starts a process each time, as a bot would have to.
"""

from __future__ import annotations

import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bot.media.sound import normalise_sound
from tests.media.recordings import SPEECH_RATE_HZ, as_file, speech

LENGTHS_SECONDS = (3, 10, 19)
RUNS = 7


def main() -> None:
    """Print one line for each length."""
    ffmpeg = shutil.which("ffmpeg")
    if ffmpeg is None:
        print("no ffmpeg on this machine: its half of the comparison is skipped", file=sys.stderr)
    for seconds in LENGTHS_SECONDS:
        print(_compare(seconds, ffmpeg))


def _compare(seconds: int, ffmpeg: str | None) -> str:
    note = as_file(speech(seconds), "ogg", "libopus", rate_hz=SPEECH_RATE_HZ, bit_rate=24_000)
    ours, theirs = [], []
    normalise_sound(note)
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "in.ogg")
        source.write_bytes(note)
        for _ in range(RUNS):  # turn and turn about: a busy moment hits both
            ours.append(_milliseconds(lambda: normalise_sound(note)))
            if ffmpeg:
                theirs.append(_milliseconds(lambda: _loudnorm(ffmpeg, source)))
    return _line(seconds, statistics.median(ours), statistics.median(theirs) if theirs else None)


def _loudnorm(ffmpeg: str, source: Path) -> None:
    target = source.with_name("out.wav")
    options = ["-v", "error", "-y", "-i", str(source), "-af", "loudnorm", "-ar", "16000"]
    subprocess.run([ffmpeg, *options, str(target)], check=True, stdin=subprocess.DEVNULL)


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return 1000 * (time.perf_counter() - start)


def _line(seconds: int, ours: float, theirs: float | None) -> str:
    if theirs is None:
        return f"{seconds:3d} s: {ours:6.1f} ms"
    return (
        f"{seconds:3d} s: {ours:6.1f} ms, ffmpeg {theirs:6.1f} ms: {theirs / ours:.1f} times faster"
    )


if __name__ == "__main__":
    main()
