"""What each of the provider's errors means to us: the one table of codes and of messages.

Sources: DashScope docs, "Error messages" and the references of the models; what other clients saw.
However a code is spelled (dotted, in snake case, with blanks, in any case, with words before or
after it), it is the same code, and the longest that is found in it decides. Some codes have several
meanings: theirs is in the message.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import partial
from typing import TypeVar

from bot.dashscope import errors

Meaning = TypeVar("Meaning")

Raising = Callable[..., errors.DashScopeError]
"""Makes the exception: takes a text and the keywords of `DashScopeError`."""

_KEY = partial(errors.ServiceStopped, cause=errors.StopCause.KEY)
_UNPAID = partial(errors.ServiceStopped, cause=errors.StopCause.UNPAID)
_NOT_ENABLED = partial(errors.ServiceStopped, cause=errors.StopCause.NOT_ENABLED)
_RETIRED = partial(errors.ServiceStopped, cause=errors.StopCause.MODEL_RETIRED)
_ADDRESS = partial(errors.ServiceStopped, cause=errors.StopCause.ADDRESS)
_QUOTA = partial(errors.ServiceStopped, cause=errors.StopCause.QUOTA)
_STOPPING = (_KEY, _UNPAID, _NOT_ENABLED, _RETIRED, _ADDRESS, _QUOTA)

OVERTIME = "InternalError.Timeout"
"""Of a task: it was rendered for three hours, and given up."""

VERDICTS: dict[str, str] = {
    "InvalidFile.NoHuman": r"image has no human body\.",
    "InvalidFile.MultiHuman": "image has multi human bodies",
    "InvalidPerson": "no human body or multi human bodies",
    "InvalidFile.Content": "",
    "InvalidFile.BodyProportion": "proportion of the detected person",
    "InvalidFile.FacePose": "whole face and expected orientation",
    "InvalidFile.FullFace": "detected face is invalid",
    "InvalidFile.FrontBody": "with the front view",
    "InvalidFile.FullBody": "detected person is invalid",
    "InvalidFile.BodyPose": "",
    "InvalidFile.Value": "value of the image is invalid",
    "InvalidFile.Resolution": "image resolution is invalid",
    "InvalidFile.Size": "",
    "InvalidFile.Format": "",
    "InvalidImage.NoHumanFace": "no human face detected",
    "InvalidParameter.ImageFormat": "",
    "InvalidParameter.ImageContent": "",
}
"""The codes that judge a photo, with the words of their messages where these are their own."""

TOO_LONG = "audio.{0,40}(longer than|too long|exceed)"
"""What a message says of a sound, which has no code of its own (a pattern)."""
_FREE_QUOTA = "free allocated quota exceeded"

_CODES: tuple[tuple[Raising, tuple[str, ...]], ...] = (
    (errors.InputRefused, tuple(VERDICTS)),
    (errors.Moderated, ("DataInspectionFailed", "IPInfringementSuspect")),
    (errors.Moderated, ("FaqRuleBlocked", "CustomRoleBlocked")),
    (_KEY, ("InvalidApiKey",)),
    (_UNPAID, ("Arrearage", "CommodityNotPurchased", "PrepaidBillOverdue", "PostpaidBillOverdue")),
    (_NOT_ENABLED, ("AccessDenied", "WorkSpaceNotFound", "OUT_OF_SERVICE")),
    (_RETIRED, ("Endpoint.AccessDenied", "ModelNotFound", "Model not exist")),
    (_QUOTA, ("AllocationQuota.FreeTierOnly",)),
    # Also a quota, where it is one of a minute.
    (errors.Throttled, ("Throttling", "AllocationQuota", "insufficient_quota", "LimitRequests")),
    (errors.Throttled, ("limit_burst_rate", "ResourceExhausted", "Too many requests")),
    (errors.Unavailable, ("ModelServingError", "ModelUnavailable")),
    (errors.NotCancellable, ("UnsupportedOperation",)),
)
"""Codes with one meaning each."""

_MESSAGES: tuple[tuple[Raising, str], ...] = (
    (_QUOTA, _FREE_QUOTA),
    (errors.Moderated, "green network verification|inappropriate content"),
    (errors.InputRefused, "|".join(filter(None, VERDICTS.values()))),
    (errors.InputRefused, f"{TOO_LONG}|file size is larger|file type is not supported"),
    # Said of an address, not of what is behind it: no one can change that in a photo or a sound.
    (errors.InputNotFetched, "(unable|failed) to download|required url is missing or invalid"),
    (_ADDRESS, "url error, please check url"),
    (_RETIRED, r"\bmodel\b.{0,80}\bnot (exist|found|supported)"),
)
"""What messages say, whatever stands in the code (patterns)."""

_VAGUE: tuple[tuple[Raising, str, str], ...] = (
    # Its temporary space asks for a header, and links expire.
    (errors.InputNotFetched, "invalidurl.|downloadfailed|invalidparametererror", ""),
    (errors.InputNotFetched, "invalidparameter(datainspection|filedownload)", ""),
    (errors.InputRefused, "invalidfile|invalidimage", ""),
    (errors.Unanswered, "internalerror|systemerror|modelservicefailed|requesttimeout", ""),
    (errors.InputNotFetched, "", "timed out"),
    (errors.InputRefused, "invalidurl", ""),
    (errors.RequestRejected, "invalidparameter|badrequest", ""),
)
"""Codes whose messages may say more, and what is left of the messages; the first one that fits."""

_STATUSES: dict[int, Raising] = {
    401: _KEY,
    403: _NOT_ENABLED,
    404: _RETIRED,
    405: _ADDRESS,
    429: errors.Throttled,
    503: errors.Unavailable,
}

_SAID_BY_ANYBODY = (413, 429)

WAITED_NO_LONGER = (408, 499)
"""The word of a gateway, which does not say that nothing was done."""


def spelled(code: str | None) -> str:
    """A code without what its spellings differ in."""
    return "".join(filter(str.isalnum, (code or "").casefold()))


_TABLE = {spelled(code): raising for raising, codes in _CODES for code in codes}
_VERDICT_CODES = {spelled(code): code for code in VERDICTS}


def raising_for_code(code: str | None, message: str | None) -> Raising | None:
    """What the tables say of a code and its message; None when they know neither."""
    written, said = spelled(code), " ".join((message or "").casefold().split())
    known = _longest_in(written, _TABLE)
    if known is errors.Throttled and re.search(_FREE_QUOTA, said):
        return _QUOTA
    return known or _said(said) or _vaguely(written, said)


def raising_for(status: int, code: str | None, message: str | None, *, spoken: bool) -> Raising:
    """What an answer stands for that is no success; `spoken`: the service itself gave it.

    A 429 stops the service only with a code that is known to: any other passes by itself.
    """
    speaks_of_us = status < 500 and status not in WAITED_NO_LONGER
    raising = raising_for_code(code, message if speaks_of_us else None)
    if status == 429 and raising not in _STOPPING:
        return errors.Throttled
    return raising or _raising_for_status(status, spoken=spoken)


def verdict_code(code: str | None, message: str | None) -> str | None:
    """The code of a verdict as it is documented, however it was said; any other as it is."""
    said = (message or "").casefold()
    by_words = (known for known, words in VERDICTS.items() if words and re.search(words, said))
    return _longest_in(spelled(code), _VERDICT_CODES) or next(by_words, code)


def _longest_in(written: str, table: Mapping[str, Meaning]) -> Meaning | None:
    found = max((known for known in table if known in written), key=len, default=None)
    return None if found is None else table[found]


def _said(said: str) -> Raising | None:
    return next((raising for raising, words in _MESSAGES if re.search(words, said)), None)


def _vaguely(written: str, said: str) -> Raising | None:
    fitting = (
        raising
        for raising, pattern, words in _VAGUE
        if words in said and re.search(pattern, written)
    )
    return next(fitting, None)


def _raising_for_status(status: int, *, spoken: bool) -> Raising:
    """What an HTTP status says where the service says nothing that is known."""
    refused = 400 <= status < 500 and status not in WAITED_NO_LONGER
    if refused and not spoken and status not in _SAID_BY_ANYBODY:
        # There is something else at this address: a portal, a mirror, another service.
        return _ADDRESS
    return _STATUSES.get(status, errors.RequestRejected if refused else errors.Unanswered)
