"""What is done in the media processes: functions of `bot.media` by name, so that the bot's own
process can ask for them without loading a media library, each with the kind of process it is for.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Any, Generic, ParamSpec, TypeVar, cast, get_args

from bot.media.exchange import (
    Crop,
    Explained,
    NormalisedPicture,
    NormalisedSound,
    OrderedVideo,
    Protection,
    Resolution,
    ResultFault,
    SoundPlan,
    Span,
    TaskVideo,
    VideoFacts,
)
from bot.media.worker.kinds import (
    DECODING,
    ENDING_PREVIEWS,
    FINISHING,
    JOINING,
    LISTENING,
    RENDERING,
    ProcessKind,
)

Given = ParamSpec("Given")
Result = TypeVar("Result")


@dataclass(eq=False)
class MediaCall(Generic[Given, Result]):
    """The function of that name below `bot.media`, which says what it raises."""

    name: str
    kind: ProcessKind

    def __call__(self, *args: Given.args, **named: Given.kwargs) -> Result:
        """Import and call it."""
        return cast(Result, resolve_name(f"bot.media.{self.name}")(*args, **named))

    @property
    def result(self) -> Any:
        """The type of what it returns, as it is declared."""
        return get_args(self.__orig_class__)[1]  # type: ignore[attr-defined]


Videos = tuple[TaskVideo, ...]
LongVoice = MediaCall[[bytes, int, bool, tuple[Span, ...]], tuple[bytes, ...]]

normalise_sound = MediaCall[[bytes, int | None, bool], NormalisedSound](
    "sound.normalise:normalise_sound", DECODING
)
plan_sound = MediaCall[[bytes, int, bool], SoundPlan]("sound.long_voice:plan_sound", LISTENING)
level_sound = MediaCall[[bytes, int, bool], bytes]("sound.long_voice:level_sound", LISTENING)
cut_sound = LongVoice("sound.long_voice:cut_sound", LISTENING)
record_clips = LongVoice("sound.long_voice:record_clips", LISTENING)

normalise_picture = MediaCall[[bytes], NormalisedPicture](
    "picture.normalise:normalise_picture", DECODING
)
normalise_part = MediaCall[[bytes, Crop], NormalisedPicture](
    "picture.normalise:normalise_part", DECODING
)
learn_heic = MediaCall[[], None]("picture.decoding:learn_heic", DECODING)
explain_picture = MediaCall[[bytes], Explained | None](
    "picture.explaining:explain_picture", DECODING
)
draw_sheet = MediaCall[[tuple[bytes | None, ...]], bytes](
    "picture.contact_sheet:draw_sheet", DECODING
)

inspect_video = MediaCall[[Path], VideoFacts]("video.files:inspect_video", JOINING)
label_result = MediaCall[[Path, Path, str, OrderedVideo], tuple[ResultFault, ...]](
    "video.result:label_result", FINISHING
)
facts_and_cover = MediaCall[[Path], tuple[VideoFacts, bytes, bytes]](
    "video.cover:facts_and_cover", FINISHING
)
stamp_label = MediaCall[[Path, Path, str], None]("video.stamp:stamp_label", FINISHING)
shrink_video = MediaCall[[Path, Path, int, str], None]("video.shrink:shrink_video", FINISHING)
make_round_note = MediaCall[[Path, Path, str], None]("video.round_video:make_round_note", FINISHING)
round_preview = MediaCall[[Path, Path, str], None](make_round_note.name, ENDING_PREVIEWS)
join_and_label = MediaCall[[Videos, bytes | None, Path, str], None](
    "video.joining:join_and_label", JOINING
)
join_preview = MediaCall[[Videos, bytes | None, Path, str], None](
    join_and_label.name, ENDING_PREVIEWS
)

what_is_lacking = MediaCall[[], tuple[Protection, ...]](
    "worker.confinement:what_is_lacking", DECODING
)

render_preview = MediaCall[[bytes, bytes, Path, Resolution], VideoFacts](
    "preview.render:render_preview", RENDERING
)
