"""Sounds: real speech from the samples, synthetic ones, files made of them; an independent meter.

It measures loudness with pyloudnorm, and the true peak with scipy's oversampling.
"""

from __future__ import annotations

import math
import wave
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import numpy.typing as npt
import pyloudnorm
import soxr
from av.audio.stream import AudioStream
from scipy.signal import resample_poly

import bot.sandbox
from bot.media.sound.decoding import decode_sound
from bot.media.sound.samples import SAMPLE_RATE_HZ as SAMPLE_RATE_HZ

Samples = npt.NDArray[np.float32]

SPEECH_RATE_HZ = 48_000
VOICE_NOTE = Path(bot.sandbox.__file__).parent / "samples" / "voice.ogg"


@cache
def sample_voice(rate_hz: int = SPEECH_RATE_HZ) -> Samples:
    """Return the sample voice, -1 to 1."""
    samples = decode_sound(VOICE_NOTE.read_bytes()).samples
    return np.asarray(soxr.resample(samples, SAMPLE_RATE_HZ, rate_hz), np.float32)


def speech(seconds: float, *, gain: float = 1.0) -> Samples:
    """Return real speech at 48 kHz, repeated as often as needed."""
    repeated = np.resize(sample_voice(), round(seconds * SPEECH_RATE_HZ))
    return np.asarray(repeated * np.float32(gain), np.float32)


def silence(seconds: float) -> Samples:
    """Return nothing, at 48 kHz."""
    return np.zeros(round(seconds * SPEECH_RATE_HZ), np.float32)


def noise(seconds: float, rms: float) -> Samples:
    """Return white noise, at 48 kHz, the same each time."""
    count = round(seconds * SPEECH_RATE_HZ)
    return (np.random.default_rng(1).standard_normal(count) * rms).astype(np.float32)


def tone(
    seconds: float, hertz: float = 220.0, amplitude: float = 0.5, *, rate_hz: int = SPEECH_RATE_HZ
) -> Samples:
    """Return a sine."""
    times = np.arange(round(seconds * rate_hz)) / rate_hz
    return (amplitude * np.sin(2 * np.pi * hertz * times)).astype(np.float32)


def voiced(seconds: float, pitch_hertz: float) -> Samples:
    """Return a buzz in syllables, four a second: as spiky as a voice without being one."""
    times = np.arange(round(seconds * SPEECH_RATE_HZ)) / SPEECH_RATE_HZ
    pulses = np.mod(times * pitch_hertz, 1) ** 12 - 1 / 13
    syllables = np.clip(np.sin(2 * np.pi * 4 * times), 0, None)
    return np.asarray(0.4 * pulses * syllables, np.float32)


def long_voice(seconds: float) -> Samples:
    """Return a voice at 48 kHz which pauses for breath every few seconds."""
    breath = noise(0.4, 0.0005)
    return np.resize(np.concatenate([speech(3.0), breath]), round(seconds * SPEECH_RATE_HZ))


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
        source = audio_frame(samples, SPEECH_RATE_HZ, layout)
        for frame in [*resampler.resample(source), *resampler.resample(None)]:
            output.mux(stream.encode(frame))
        output.mux(stream.encode(None))
    return target.getvalue()


def audio_frame(samples: Samples, rate_hz: int, layout: str = "mono") -> av.AudioFrame:
    """Return what an encoder takes."""
    planes: npt.NDArray[Any] = np.ascontiguousarray(np.atleast_2d(samples))
    frame = av.AudioFrame.from_ndarray(planes, "fltp", layout)
    frame.sample_rate, frame.pts = rate_hz, 0
    return frame


def voice_note(samples: Samples) -> bytes:
    """Return an OGG as Telegram's clients record them: Opus, mono."""
    return as_file(samples, "ogg", "libopus", bit_rate=32_000)


@cache
def voice(seconds: float = 1.0) -> bytes:
    """Return a voice message of that many seconds of speech, about."""
    return voice_note(speech(seconds))


@cache
def recording(container: str, codec: str, seconds: float = 1.0) -> bytes:
    """Return a tone in any kind of file."""
    return as_file(tone(seconds), container, codec)


def wav(samples: npt.NDArray[Any], rate_hz: int = SAMPLE_RATE_HZ, *, channels: int = 1) -> bytes:
    """Return a WAV of 16 bits; several channels take turns in `samples`."""
    target = BytesIO()
    with wave.open(target, "wb") as output:
        output.setparams((channels, 2, rate_hz, 0, "NONE", ""))
        output.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return target.getvalue()


@cache
def tone_wav(milliseconds: int = 1_000, rate_hz: int = SAMPLE_RATE_HZ) -> bytes:
    """Return a tone as the provider takes voices."""
    return wav(tone(milliseconds / 1000, rate_hz=rate_hz), rate_hz)


def wav_samples(wav: bytes) -> npt.NDArray[np.float64]:
    """Return the samples of a WAV that must be mono, 16 kHz and 16 bits."""
    with wave.open(BytesIO(wav)) as source:
        kind = source.getnchannels(), source.getframerate(), source.getsampwidth()
        assert kind == (1, 16_000, 2)
        return np.frombuffer(source.readframes(source.getnframes()), np.int16) / 32_768


def measured_lufs(wav: bytes) -> float:
    """Return the gated loudness."""
    return float(pyloudnorm.Meter(16_000).integrated_loudness(wav_samples(wav)))


def measured_dbtp(wav: bytes) -> float:
    """Return the highest peak of the eight times oversampled wave, in dB of full scale."""
    return 20 * math.log10(np.abs(resample_poly(wav_samples(wav), 8, 1)).max())
