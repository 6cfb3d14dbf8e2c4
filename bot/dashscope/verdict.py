"""A verdict: what detection says about a photo."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.dashscope import fields
from bot.dashscope.box import Box


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a photo can speak, and if not why.

    `code` and `message` are the provider's, and may be missing even in a refusal.
    The boxes come from EMO's detection only, and only with a pass.
    """

    passed: bool
    code: str | None = None
    message: str | None = None
    face_bbox: Box | None = None
    ext_bbox: Box | None = None

    @classmethod
    def read(cls, output: Mapping[str, object]) -> Verdict | None:
        """The verdict in the `output` of a detection; None when it does not say pass or not."""
        passed = fields.flag(output, "check_pass")
        if passed is None:
            return None
        return cls(
            passed=passed,
            code=fields.text(output, "code"),
            message=fields.text(output, "message"),
            face_bbox=fields.box(output, "face_bbox"),
            ext_bbox=fields.box(output, "ext_bbox"),
        )
