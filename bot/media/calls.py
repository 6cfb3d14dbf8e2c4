"""What is done in the media process: a function a call, which imports its libraries by itself.

The bot's own process only names these functions, so no media library is loaded there.
"""

from __future__ import annotations

from pathlib import Path

from bot.media.exchange import (
    Crop,
    Explained,
    NormalisedPicture,
    NormalisedSound,
    Resolution,
    SoundPlan,
    Span,
    VideoFacts,
    VideoPart,
)


def normalise_sound(data: bytes, limit_milliseconds: int | None, levelled: bool) -> NormalisedSound:
    """See `bot.media.sound.normalise`; raises SoundRefused."""
    from bot.media.sound import normalise

    return normalise.normalise_sound(data, limit_milliseconds=limit_milliseconds, levelled=levelled)


def normalise_picture(data: bytes) -> NormalisedPicture:
    """See `bot.media.picture.normalise`; raises PictureRefused."""
    from bot.media.picture import normalise

    return normalise.normalise_picture(data)


def normalise_part(data: bytes, crop: Crop) -> NormalisedPicture:
    """See `bot.media.picture.normalise`; raises PictureRefused."""
    from bot.media.picture import normalise

    return normalise.normalise_part(data, crop)


def explain_picture(data: bytes) -> Explained | None:
    """See `bot.media.picture.explaining`; raises PictureRefused."""
    from bot.media.picture import explaining

    return explaining.explain_picture(data)


def draw_sheet(pictures: tuple[bytes | None, ...]) -> bytes:
    """See `bot.media.picture.contact_sheet`."""
    from bot.media.picture import contact_sheet

    return contact_sheet.draw_sheet(pictures)


def plan_sound(data: bytes, longest_milliseconds: int, levelled: bool) -> SoundPlan:
    """See `bot.media.sound.long_voice`; raises SoundRefused."""
    from bot.media.sound import long_voice

    return long_voice.plan_sound(data, longest_milliseconds, levelled)


def level_sound(data: bytes, longest_milliseconds: int, levelled: bool) -> bytes:
    """See `bot.media.sound.long_voice`; raises SoundRefused."""
    from bot.media.sound import long_voice

    return long_voice.level_sound(data, longest_milliseconds, levelled)


def cut_sound(
    data: bytes, longest_milliseconds: int, levelled: bool, spans: tuple[Span, ...]
) -> tuple[bytes, ...]:
    """See `bot.media.sound.long_voice`; raises SoundRefused, ValueError."""
    from bot.media.sound import long_voice

    return long_voice.cut_sound(data, longest_milliseconds, levelled, spans)


def record_clips(
    data: bytes, longest_milliseconds: int, levelled: bool, spans: tuple[Span, ...]
) -> tuple[bytes, ...]:
    """See `bot.media.sound.long_voice`; raises SoundRefused, ValueError."""
    from bot.media.sound import long_voice

    return long_voice.record_clips(data, longest_milliseconds, levelled, spans)


def inspect_video(path: Path) -> VideoFacts:
    """See `bot.media.video.video`; raises VideoUnreadable."""
    from bot.media.video import video

    return video.inspect_video(path)


def make_cover(path: Path) -> bytes:
    """See `bot.media.video.cover`; raises VideoUnreadable."""
    from bot.media.video import cover

    return cover.make_cover(path)


def facts_and_cover(path: Path) -> tuple[VideoFacts, bytes]:
    """What sending takes; raises VideoUnreadable."""
    return inspect_video(path), make_cover(path)


def check_and_label(source: Path, target: Path, produce_id: str) -> None:
    """A video that came from a provider becomes one that may be sent.

    Raises VideoUnreadable, LabelNotWritten.
    """
    from bot.media.video import video

    video.inspect_video(source)
    video.stamp_label(source, target, produce_id=produce_id)


def shrink_video(source: Path, target: Path, limit_bytes: int, produce_id: str) -> None:
    """See `bot.media.video.shrink`; raises CannotShrink, VideoUnreadable."""
    from bot.media.video import shrink

    shrink.shrink_video(source, target, limit_bytes=limit_bytes, produce_id=produce_id)


def make_round_note(source: Path, target: Path, produce_id: str) -> None:
    """See `bot.media.video.round_video`; raises TooLongForNote, VideoUnreadable."""
    from bot.media.video import round_video

    round_video.make_round_note(source, target, produce_id=produce_id)


def join_and_label(
    parts: tuple[VideoPart, ...], sound_wav: bytes | None, target: Path, produce_id: str
) -> None:
    """One labelled video of these; raises VideoUnreadable, LabelNotWritten."""
    from bot.media.video import joining, video

    raw = target.with_name(f"{target.stem}.joining.mp4")
    try:
        joining.join_videos(parts, sound_wav, raw)
        video.stamp_label(raw, target, produce_id=produce_id)
    finally:
        raw.unlink(missing_ok=True)


def render_preview(photo: bytes, sound_wav: bytes, target: Path, resolution: Resolution) -> None:
    """See `bot.media.preview.render`; raises PreviewRefused."""
    from bot.media.preview import render

    render.render_preview(photo, sound_wav, target, resolution=resolution)
