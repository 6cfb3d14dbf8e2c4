"""AMR frame by frame: FFmpeg's decoders stop at those by which phones say that nobody speaks."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.packet import Packet

# 3GPP TS 26.101 and 26.201: bytes after the first of a frame, by its type; a type that is not
# named has none
_SPEECH_BYTES = {
    "amrnb": (12, 13, 15, 17, 19, 20, 26, 31),
    "amrwb": (17, 23, 32, 36, 40, 46, 50, 58, 60),
}
_NOISE_BYTES = 5  # of a description of the noise, the type after the last with speech
_FRAMES_PER_SECOND = 50
_RATES_HZ = {"amrnb": 8_000, "amrwb": 16_000}


def is_amr(decoder: AudioCodecContext) -> bool:
    """Whether `decoded` is for it."""
    return decoder.codec.name in _SPEECH_BYTES


def decoded(decoder: AudioCodecContext, packet: Packet[AudioStream]) -> Iterator[AudioFrame]:
    """The speech of a packet's frames, and silence for the others; raises what PyAV does."""
    speech = _SPEECH_BYTES[decoder.codec.name]
    data, at = bytes(packet), 0
    while at < len(data):
        kind = data[at] >> 3 & 15
        end = at + 1 + (*speech, _NOISE_BYTES, *[0] * 8)[kind]
        if kind < len(speech):
            frames = decoder.decode(Packet(data[at:end]))
        else:
            frames = [_silence(_RATES_HZ[decoder.codec.name])]
        if not at:
            _place(frames, packet)
        yield from frames
        at = end


def _place(frames: list[AudioFrame], packet: Packet[AudioStream]) -> None:
    """Give the first of them the packet's time."""
    for frame in frames[:1]:
        frame.pts, frame.time_base = packet.pts, packet.time_base


def _silence(rate_hz: int) -> AudioFrame:
    samples = np.zeros((1, rate_hz // _FRAMES_PER_SECOND), np.float32)
    frame = AudioFrame.from_ndarray(samples, "fltp", "mono")
    frame.sample_rate = rate_hz
    return frame
