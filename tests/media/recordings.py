"""Sounds for the tests: real speech from the samples, synthetic ones, and files made of them."""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
from av.audio.stream import AudioStream

import bot.sandbox
from bot.media.sound_decoding import decode_sound

Samples = npt.NDArray[np.float32]

SPEECH_RATE_HZ = 48_000
VOICE_NOTE = Path(bot.sandbox.__file__).parent / "samples" / "voice.ogg"


@cache
def _sample() -> Samples:
    return decode_sound(VOICE_NOTE.read_bytes()).samples


def speech(seconds: float, *, gain: float = 1.0) -> Samples:
    """Return real speech at 48 kHz, repeated as often as needed."""
    repeated = np.resize(_sample(), round(seconds * SPEECH_RATE_HZ))
    return np.asarray(repeated * np.float32(gain), np.float32)


def silence(seconds: float) -> Samples:
    """Return nothing, at 48 kHz."""
    return np.zeros(round(seconds * SPEECH_RATE_HZ), np.float32)


def noise(seconds: float, rms: float) -> Samples:
    """Return white noise, at 48 kHz, the same each time."""
    count = round(seconds * SPEECH_RATE_HZ)
    return (np.random.default_rng(1).standard_normal(count) * rms).astype(np.float32)


def tone(seconds: float, hertz: float, amplitude: float = 0.5) -> Samples:
    """Return a sine at 48 kHz."""
    times = np.arange(round(seconds * SPEECH_RATE_HZ)) / SPEECH_RATE_HZ
    return (amplitude * np.sin(2 * np.pi * hertz * times)).astype(np.float32)


def voiced(seconds: float, pitch_hertz: float) -> Samples:
    """Return a buzz in syllables, four a second: as spiky as a voice without being one."""
    times = np.arange(round(seconds * SPEECH_RATE_HZ)) / SPEECH_RATE_HZ
    pulses = np.mod(times * pitch_hertz, 1) ** 12 - 1 / 13
    syllables = np.clip(np.sin(2 * np.pi * 4 * times), 0, None)
    return np.asarray(0.4 * pulses * syllables, np.float32)


def as_file(
    samples: Samples,
    container: str,
    codec: str,
    *,
    rate_hz: int = SPEECH_RATE_HZ,
    layout: str = "mono",
    bit_rate: int | None = None,
    tags: dict[str, str] | None = None,
) -> bytes:
    """Encode samples at 48 kHz, (n,) or (channels, n), into a file of the given kind."""
    target = BytesIO()
    with av.open(target, "w", format=container) as output:
        stream = cast(AudioStream, output.add_stream(codec, rate=rate_hz, layout=layout))
        if bit_rate:
            stream.bit_rate = bit_rate
        output.metadata.update(tags or {})
        resampler = av.AudioResampler(stream.format, stream.layout, rate_hz, stream.frame_size or 0)
        for frame in [*resampler.resample(_frame(samples, layout)), *resampler.resample(None)]:
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return target.getvalue()


def _frame(samples: Samples, layout: str) -> av.AudioFrame:
    planes: npt.NDArray[Any] = np.ascontiguousarray(np.atleast_2d(samples))
    frame = av.AudioFrame.from_ndarray(planes, "fltp", layout)
    frame.sample_rate = SPEECH_RATE_HZ
    return frame


def voice_note(samples: Samples) -> bytes:
    """Return an OGG as Telegram's clients record them: Opus, mono."""
    return as_file(samples, "ogg", "libopus", bit_rate=32_000)
