"""Detection: what is asked about a photo, and what the service says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.dashscope import fields
from bot.dashscope.error_codes import raising_for_code, spelled, verdict_code
from bot.dashscope.errors import DashScopeError, InputRefused
from bot.dashscope.fields import Box, Json
from bot.dashscope.http import ProviderAnswer


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


def body(model: str, image_url: str, ratio: str | None) -> Json:
    """The JSON to send; only EMO's detection takes a `ratio`."""
    asked: Json = {"model": model, "input": {"image_url": image_url}}
    return asked if ratio is None else {**asked, "parameters": {"ratio": ratio}}


def verdict_of(answer: ProviderAnswer, *, boxes_wanted: bool) -> Verdict:
    """The verdict in an answer; raises the exception that any other answer stands for.

    A refusal comes as 200 with `check_pass: false`, or as an error whose code judges the photo.
    A refusal whose code is known to mean something else (the photo could not be fetched, the
    content is forbidden) is no verdict either way: verdicts are remembered, and that one would be
    wrong.
    """
    verdict = Verdict.read(answer.output) if answer.ok else None
    if verdict is None:
        return _refusal(answer.error())
    if verdict.passed:
        if boxes_wanted and not (verdict.face_bbox and verdict.ext_bbox):
            raise answer.garbage()
        return verdict
    raising = raising_for_code(verdict.code, verdict.message)
    if raising is None:
        return verdict
    text = f"detect: refused with {verdict.code}: {verdict.message}"
    return _refusal(raising(text[:400], code=verdict.code, message=verdict.message))


def _refusal(error: DashScopeError) -> Verdict:
    """The verdict, under its documented code; a judgement on where the photo is, is none."""
    code = verdict_code(error.code, error.message)
    if not isinstance(error, InputRefused) or "invalidurl" in spelled(code):
        raise error
    return Verdict(passed=False, code=code, message=error.message)
