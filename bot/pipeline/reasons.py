"""What the provider's words mean to the person: its codes and the texts they are told with."""

from __future__ import annotations

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

_LONGER = "longer than"  # "The input audio is longer than 20s" comes without a code of its own


def photo_text(code: str | None) -> str:
    """The text for a verdict on a photo, by the longest dotted prefix of its code."""
    return _by_prefix(_PHOTO, code) or "photo-unsuitable"


def knows_photo_code(code: str | None) -> bool:
    """Whether the code speaks about the photo."""
    return _by_prefix(_PHOTO, code) is not None


_TASK = {
    "DataInspectionFailed": "failed-moderated",
    "IPInfringementSuspect": "failed-moderated",
    "FaqRuleBlocked": "failed-moderated",
    "CustomRoleBlocked": "failed-moderated",
    "InternalError.Timeout": "failed-timeout",
}


def task_text(code: str | None, message: str | None) -> str:
    """The text for a task that failed."""
    if _LONGER in (message or ""):
        return "failed-sound-too-long"
    if knows_photo_code(code):
        return _by_prefix(_TASK, code) or "failed-refused"
    return _by_prefix(_TASK, code) or "failed-service"


def _by_prefix(texts: dict[str, str], code: str | None) -> str | None:
    parts = (code or "").split(".")
    for length in range(len(parts), 0, -1):
        text = texts.get(".".join(parts[:length]))
        if text is not None:
            return text
    return None
