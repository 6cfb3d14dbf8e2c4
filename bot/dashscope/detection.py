"""Detection: asking whether a photo can speak, and reading the answer in both its shapes."""

from __future__ import annotations

from bot.dashscope.answer import Answer
from bot.dashscope.errors import DashScopeError, InputRefused
from bot.dashscope.request import Json, Ratio
from bot.dashscope.rules import raising_for_code, spelled
from bot.dashscope.verdict import Verdict

_ON_THE_ADDRESS = "invalidurl"
"""How the codes begin that judge where the photo is, not the photo (DashScope docs: errors)."""


def body(model: str, image_url: str, ratio: Ratio | None) -> Json:
    """The JSON to send; only EMO's detection takes a `ratio`."""
    asked: Json = {"model": model, "input": {"image_url": image_url}}
    return asked if ratio is None else {**asked, "parameters": {"ratio": ratio}}


def verdict_of(answer: Answer, *, boxes_wanted: bool) -> Verdict:
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
        return _complete(answer, verdict, boxes_wanted=boxes_wanted)
    raising = raising_for_code(verdict.code, verdict.message)
    if raising is None:
        return verdict
    text = f"detect: refused with {verdict.code}: {verdict.message}"
    return _refusal(raising(text[:400], code=verdict.code, message=verdict.message))


def _refusal(error: DashScopeError) -> Verdict:
    if _judges_photo(error):
        return Verdict(passed=False, code=error.code, message=error.message)
    raise error


def _judges_photo(error: DashScopeError) -> bool:
    on_the_address = "".join(spelled(error.code)).startswith(_ON_THE_ADDRESS)
    return isinstance(error, InputRefused) and not on_the_address


def _complete(answer: Answer, verdict: Verdict, *, boxes_wanted: bool) -> Verdict:
    if boxes_wanted and not (verdict.face_bbox and verdict.ext_bbox):
        raise answer.garbage()
    return verdict
