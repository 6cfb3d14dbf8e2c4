"""What the provider's words mean to the person: its codes and the texts they are told with."""

from __future__ import annotations

from bot.dashscope.error_codes import OVERTIME
from bot.dashscope.errors import (
    DashScopeError,
    InputRefused,
    Moderated,
    RequestRejected,
    ServiceStopped,
)

_PHOTO = {
    "InvalidFile.NoHuman": "photo-no-human",
    "InvalidFile.MultiHuman": "photo-several-people",
    "InvalidPerson": "photo-not-one-person",
    "InvalidFile.Content": "photo-not-one-person",
    "InvalidFile.BodyProportion": "photo-proportion",
    "InvalidFile.FacePose": "photo-face-pose",
    "InvalidFile.FullFace": "photo-full-face",
    "InvalidFile.FrontBody": "photo-front",
    "InvalidFile.FullBody": "photo-whole-body",
    "InvalidFile.BodyPose": "photo-whole-body",
    "InvalidFile.Value": "photo-unclear",
    "InvalidFile.Resolution": "photo-resolution",
    "InvalidFile.Size": "photo-size",
    "InvalidFile.Format": "photo-format",
    "InvalidImage.NoHumanFace": "photo-no-face",
    "InvalidImage": "photo-unsuitable",
    "DataInspectionFailed": "photo-moderated",
    "IPInfringementSuspect": "photo-moderated",
}
"""DashScope docs: error codes of wan2.2-s2v-detect and emo-detect-v1."""

PHOTO_TEXTS = sorted(set(_PHOTO.values()))
"""All that `photo_text` may answer."""

_LONGER = "longer than"  # "The input audio is longer than 20s" comes without a code of its own


def photo_text(code: str | None) -> str:
    """The text for a verdict on a photo, by the longest dotted prefix of its code."""
    return _by_prefix(_PHOTO, code) or "photo-unsuitable"


def failure_text(failure: DashScopeError) -> str:
    """The text for a video that the provider refused or gave up."""
    match failure:
        case Moderated():
            return "failed-moderated"
        case InputRefused() if _LONGER in (failure.message or ""):
            return "failed-voice-too-long"
        case InputRefused():
            return "failed-refused"
        case ServiceStopped():
            return "failed-stopped"
        case RequestRejected():
            return "failed-invalid"
        case _ if failure.code == OVERTIME:
            return "failed-timeout"
        case _:
            return "failed-service"


def _by_prefix(texts: dict[str, str], code: str | None) -> str | None:
    parts = (code or "").split(".")
    for length in range(len(parts), 0, -1):
        text = texts.get(".".join(parts[:length]))
        if text is not None:
            return text
    return None
