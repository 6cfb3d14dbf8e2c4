"""One track of a file, read through whatever is damaged in it."""

from __future__ import annotations

import time
from collections.abc import Iterator

import av
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet
from av.stream import Discard

from bot.media.errors import SoundFault, SoundRefused
from bot.media.sound.amr import decoded, is_amr
from bot.media.sound.containers import Source, may_decode, open_sound
from bot.media.sound.frames import gathered
from bot.media.sound.samples import Samples
from bot.media.sound.timeline import Timeline

_MOST_TRACKS = 8
_WORK_SECONDS = 6.0  # of processor time, and more for what is long
_WORK_PER_SECOND = 0.05
_LEAST_GOOD_SHARE = 0.2  # of packets: below it there is no sound, whatever came out
_BREAKS_FORGIVEN = 100
_TIMED = ("flv", "matroska", "mov", "mpeg", "ogg")  # others count bytes, or round to their liking


def tracks_of(source: Source) -> tuple[int, ...]:
    """The indexes of the tracks that may be decoded, at least one.

    Raises SoundRefused (UNREADABLE; NO_SOUND: there are pictures only).
    """
    with open_sound(source) as container:
        sounds = container.streams.audio
        found = tuple(stream.index for stream in sounds if may_decode(stream))
        if not sounds and container.streams.video:
            raise SoundRefused(SoundFault.NO_SOUND)
    if not found:
        raise SoundRefused(SoundFault.UNREADABLE)
    return found[:_MOST_TRACKS]


def read_track(source: Source, index: int, longest_seconds: int) -> Samples:
    """What can be decoded of it, up to that length; raises SoundRefused (UNREADABLE)."""
    timeline = Timeline()
    samples = _read(source, index, longest_seconds, timeline)
    return _read(source, index, longest_seconds, None) if timeline.is_nonsense else samples


def _read(source: Source, index: int, longest_seconds: int, timeline: Timeline | None) -> Samples:
    with open_sound(source) as container:
        for stream in container.streams:
            if stream.index != index:
                stream.discard = Discard.all
        stream = container.streams[index]
        assert isinstance(stream, AudioStream)  # noqa: S101
        frames = _frames(container, stream, _WORK_SECONDS + _WORK_PER_SECOND * longest_seconds)
        timed = container.format.name.startswith(_TIMED)
        return gathered(frames, longest_seconds, timeline if timed else None)


def _frames(
    container: InputContainer, stream: AudioStream, work_seconds: float
) -> Iterator[AudioFrame]:
    """Decode packet by packet; broken ones are skipped, as players do."""
    decoder, deadline = stream.codec_context, time.process_time() + work_seconds
    good = broken = 0
    for packet in _packets(container, stream):
        if time.process_time() > deadline:
            raise SoundRefused(SoundFault.UNREADABLE)
        try:
            yield from decoded(decoder, packet) if is_amr(decoder) else decoder.decode(packet)
            good += 1
        except av.FFmpegError:
            broken += 1
    if good < _LEAST_GOOD_SHARE * (good + broken):
        raise SoundRefused(SoundFault.UNREADABLE)


def _packets(container: InputContainer, stream: AudioStream) -> Iterator[Packet[AudioStream]]:
    """All that can be found, past whatever is damaged between them."""
    for _ in range(_BREAKS_FORGIVEN):
        try:
            yield from container.demux(stream)
        except av.FFmpegError:
            continue
        return
