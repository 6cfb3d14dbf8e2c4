"""What the normalisation of a voice message takes of the processor, against `ffmpeg -af loudnorm`.

FFmpeg's libraries come with PyAV, so no executable is needed; what the start of a process would
cost is left out of its time.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import av

from bot.media.sound.normalise import normalise_sound
from tests.bench.figures import Figure, figure_of
from tests.support.media.voices import SPEECH_RATE_HZ, as_file, speech

LENGTHS_SECONDS = (3, 10, 19)
RUNS = 7
MOST = 0.5

_FILTERS = (
    ("loudnorm", None),
    ("aresample", "16000"),
    ("aformat", "sample_fmts=s16:channel_layouts=mono"),
    ("abuffersink", None),
)


async def measure(runs: int = RUNS) -> list[Figure]:
    """One figure for each length."""
    return [await asyncio.to_thread(_compare, each, runs) for each in LENGTHS_SECONDS]


def _compare(seconds: int, runs: int) -> Figure:
    note = as_file(speech(seconds), "ogg", "libopus", rate_hz=SPEECH_RATE_HZ, bit_rate=24_000)
    normalise_sound(note)
    pairs = [
        (_milliseconds(lambda: normalise_sound(note)), _milliseconds(lambda: _loudnorm(note)))
        for _ in range(runs)
    ]
    what = f"{seconds} s of speech"
    beside_is = "`ffmpeg -af loudnorm`, in one process"
    return figure_of("normalisation", what, pairs, "ms", beside_is, MOST)


def _loudnorm(note: bytes) -> bytes:
    """As `ffmpeg -i in.ogg -af loudnorm -ar 16000 out.wav`."""
    wav = BytesIO()
    with av.open(BytesIO(note), "r") as source, av.open(wav, "w", format="wav") as target:
        sound = source.streams.audio[0]
        encoder: Any = target.add_stream("pcm_s16le", rate=16_000, layout="mono")
        graph = av.filter.Graph()
        filters = [graph.add(name, options) for name, options in _FILTERS]
        graph.link_nodes(graph.add_abuffer(template=sound), *filters).configure()
        for frame in (*source.decode(sound), None):
            graph.push(frame)
            for levelled in _pulled(graph):
                target.mux(encoder.encode(levelled))
        target.mux(encoder.encode(None))
    return wav.getvalue()


def _pulled(graph: Any) -> list[Any]:
    """What has come out of it by now."""
    frames = []
    while True:
        try:
            frames.append(graph.pull())
        except (BlockingIOError, EOFError):
            return frames


def _milliseconds(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return 1000 * (time.process_time() - start)
