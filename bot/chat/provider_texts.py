"""What the provider's words mean to the person: its codes and the texts they are told with."""

from __future__ import annotations

import re

from bot.dashscope import errors as service
from bot.dashscope.error_codes import OVERTIME, TOO_LONG, spelled, verdict_code

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
    "InvalidParameter.ImageFormat": "photo-format",
    "DataInspectionFailed": "photo-moderated",
    "IPInfringementSuspect": "photo-moderated",
}
"""DashScope docs: error codes of wan2.2-s2v-detect and emo-detect-v1."""

_UNKNOWN = "photo-unsuitable"

PHOTO_TEXTS = sorted({*_PHOTO.values(), _UNKNOWN})
"""All that `photo_text` may answer."""


def photo_text(code: str | None) -> str:
    """The text for a verdict on a photo, however its code is spelled."""
    return _PHOTO.get(verdict_code(code, None) or "", _UNKNOWN)


def failure_text(failure: service.DashScopeError) -> str:
    """The text for a video that the provider refused or gave up."""
    match failure:
        case service.Moderated():
            return "failed-moderated"
        case service.InputRefused() if re.search(TOO_LONG, (failure.message or "").casefold()):
            return "failed-voice-too-long"
        case service.InputRefused():
            return "failed-refused"
        case service.ServiceStopped():
            return "failed-stopped"
        case service.RequestRejected():
            return "failed-invalid"
        case _ if spelled(failure.code) == spelled(OVERTIME):
            return "failed-timeout"
        case _:
            return "failed-service"


def failure_detail(failure: service.DashScopeError) -> str | None:
    """What is kept of the reason, for `photo_text`."""
    return verdict_code(failure.code, failure.message)
