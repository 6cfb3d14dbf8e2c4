"""The engines: the one place where they are told apart. Elsewhere it is asked what one can do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

SQUARE, PORTRAIT = "1:1", "3:4"
"""The shapes that EMO makes, in place of resolutions."""


def framing_of(width: float, height: float) -> str:
    """The shape that is nearer to a picture's own, or to that of a box."""
    return SQUARE if height * 6 < width * 7 else PORTRAIT


@dataclass(frozen=True, slots=True)
class EngineKind:
    """What is known of an engine before it runs."""

    name: str
    """In the setting ENGINE, and in the database."""
    word: str
    """In the data of the button that chooses it."""
    title: str
    """The key of what people read."""
    resolutions: Mapping[str, str | None]
    """What it makes, each with the setting that says what a second costs; None: nothing."""
    detection: str
    """Names its verdicts in the cache: the provider's model that looks at the photo."""
    longest_milliseconds: int = 19_900
    """The longest sound that it makes in one."""
    free: str | None = None
    """The setting that says how many seconds the provider gives for nothing."""
    model: str | None = None
    """The provider's model that makes the video; None: it is a preview, made on this machine."""
    needs_boxes: bool = False
    """Whether the video's request carries the boxes of its own detection, which frame it: what it
    makes then depends on the photo, see `framing_of`.
    """
    look_seconds: float | None = None
    """How often its tasks are looked at, where a look costs nothing; None: as learned, or set."""

    @property
    def is_local(self) -> bool:
        """Whether this machine makes it: without a key, for nothing, as a preview."""
        return self.model is None

    def as_made(self, resolution: str) -> str:
        """That resolution, or the one it makes instead."""
        return resolution if resolution in self.resolutions else next(iter(self.resolutions))


_KINDS = (
    EngineKind(
        name="wan2.2-s2v",
        word="wan",
        title="engine-wan",
        resolutions={"480P": "price_wan_480p", "720P": "price_wan_720p"},
        detection="wan2.2-s2v-detect",
        free="free_wan_seconds",
        model="wan2.2-s2v",
    ),
    EngineKind(
        name="emo",
        word="emo",
        title="engine-emo",
        resolutions={SQUARE: "price_emo_1_1", PORTRAIT: "price_emo_3_4"},
        detection="emo-detect-v1",
        longest_milliseconds=59_900,
        free="free_emo_seconds",
        model="emo-v1",
        needs_boxes=True,
    ),
    EngineKind(
        name="preview",
        word="preview",
        title="engine-preview",
        resolutions={"480P": None, "720P": None},
        detection="preview",
        look_seconds=0.2,
    ),
)

ENGINES = {kind.name: kind for kind in _KINDS}
