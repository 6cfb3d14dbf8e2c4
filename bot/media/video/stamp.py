"""Writes the AI label into a file, and reads it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.stream import Stream
from av.video.stream import VideoStream

from bot.media.errors import MediaNotMade, VideoUnreadable
from bot.media.video import ai_label
from bot.media.video.files import BY_INDEX, check_whole, facts_of, open_video, video_stream
from bot.media.video.mp4 import new_mp4, whole_or_nothing

Packets = Iterable[Any]
Look = Callable[[InputContainer, Packets], Packets]
"""Passes packets on, and raises VideoUnreadable where they are no video."""


def stamp_label(source: Path, target: Path, produce_id: str) -> None:
    """Copy a video to `target` with the AI label, without touching picture or sound.

    What the source carries is kept; a label of its own stays as it is. The copy plays while it
    loads. `target` appears whole or not at all and may be `source`. Raises VideoUnreadable for a
    source that is cut short or does not begin with a picture, and MediaNotMade.
    """
    stamp_and_look(source, target, produce_id, _first_picture)


def stamp_and_look(source: Path, target: Path, produce_id: str, look: Look) -> None:
    """The same, looked at on the way."""
    options = check_whole(source)
    with whole_or_nothing(target) as part:
        with open_video(source, **options) as container:
            label = _label_of(container.metadata) or ai_label.metadata(produce_id)
            packets = _copy(container, part, label, look)
            facts_of(container, source)
        _verify(part, label, packets)


def _first_picture(_: InputContainer, packets: Packets) -> Packets:
    is_seen = False
    for packet in packets:
        if not is_seen and isinstance(packet.stream, VideoStream):
            is_seen = bool(packet.decode())
        yield packet
    if not is_seen:
        raise VideoUnreadable


def _label_of(metadata: dict[str, str]) -> str | None:
    return next(
        (value for key, value in metadata.items() if key.upper() == ai_label.METADATA_KEY), None
    )


def _copy(container: InputContainer, part: Path, label: str, look: Look) -> Counter[str]:
    """Write picture and sound into a new file; return how many packets of each."""
    key = ai_label.METADATA_KEY
    others = {name: said for name, said in container.metadata.items() if name.upper() != key}
    with new_mp4(part, {**others, key: label}) as copy:
        return _copy_packets(container, copy, look)


def _copy_packets(container: InputContainer, copy: OutputContainer, look: Look) -> Counter[str]:
    streams = [video_stream(container), *_kept_sounds(container, copy)]
    twins = {stream.index: _twin(stream, copy) for stream in streams}
    packets: Counter[str] = Counter()
    for packet in look(container, container.demux(streams)):
        if packet.dts is None:  # the empty packet that ends a stream
            continue
        packets[packet.stream.type] += 1
        packet.stream = twins[packet.stream_index]
        copy.mux(packet)
    return packets


def _kept_sounds(container: InputContainer, copy: OutputContainer) -> list[AudioStream]:
    """One that can be in such a file, if any."""
    sounds = [each for each in container.streams.audio[:1] if each.codec_context is not None]
    return [each for each in sounds if each.codec_context.name in copy.supported_codecs]


def _twin(stream: Stream, copy: OutputContainer) -> Stream:
    twin: Stream = copy.add_stream_from_template(stream)
    twin.metadata.update(stream.metadata)
    return twin


def _verify(part: Path, label: str, packets: Counter[str]) -> None:
    with open_video(part, **BY_INDEX) as container:
        found = Counter(packet.stream.type for packet in container.demux() if packet.size)
        if container.metadata.get(ai_label.METADATA_KEY) != label or found != packets:
            raise MediaNotMade("the copy lacks the label, or a part of the video: do not send it")
