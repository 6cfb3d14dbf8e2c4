"""What each of the provider's error codes means to us: the one table, and how it is read.

Sources: DashScope docs, "Error messages" and the references of the models. Codes are matched by
prefix, the most exact one first: `InvalidFile.DownloadFailed` before `InvalidFile`. However a code
is spelled (dotted, in snake case, with blanks), it is the same code.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from bot.dashscope.errors import (
    DashScopeError,
    InputNotFetched,
    InputRefused,
    Moderated,
    NotCancellable,
    RequestRejected,
    ServiceStopped,
    StopCause,
    Throttled,
    Unanswered,
    Unavailable,
)

Raising = Callable[..., DashScopeError]
"""Makes the exception: takes a text and the keywords of `DashScopeError`."""

_KEY = partial(ServiceStopped, cause=StopCause.KEY)
_UNPAID = partial(ServiceStopped, cause=StopCause.UNPAID)
_NOT_ENABLED = partial(ServiceStopped, cause=StopCause.NOT_ENABLED)
_RETIRED = partial(ServiceStopped, cause=StopCause.MODEL_RETIRED)
_ADDRESS = partial(ServiceStopped, cause=StopCause.ADDRESS)
_QUOTA = partial(ServiceStopped, cause=StopCause.QUOTA)
_STOPPING = (_KEY, _UNPAID, _NOT_ENABLED, _RETIRED, _ADDRESS, _QUOTA)

_WORDS = re.compile(r"[^\W_]+")
_FREE_QUOTA = "free allocated quota exceeded"


@dataclass(frozen=True, slots=True)
class CodeRule:
    """A code (with all that follows it as a word of its own), and what to raise.

    With `says`, the rule holds only where the message contains those words.
    """

    code: str
    raising: Raising
    says: str = ""


OVERTIME = "InternalError.Timeout"
"""Of a task: it was rendered for three hours, and given up."""

_MEANINGS: tuple[tuple[Raising, str, tuple[str, ...]], ...] = (
    # Our own mistakes.
    (RequestRejected, "", ("InvalidParameter", "BadRequest")),
    # Files the service could not read: its temporary space asks for a header, and links expire.
    (InputNotFetched, "", ("InvalidParameter.DataInspection", "InvalidParameter.FileDownload")),
    (InputNotFetched, "", ("invalid_parameter_error", "BadRequest.InputDownloadFailed")),
    (InputNotFetched, "", ("InvalidFile.DownloadFailed", "InvalidURL.Timeout")),
    (InputNotFetched, "", ("InvalidURL.ConnectionRefused",)),
    (InputNotFetched, "unable to download", ("InvalidParameter", "InvalidURL")),
    (InputNotFetched, "timed out", ("InvalidParameter", "InvalidURL")),
    # Said of an address, not of what is behind it: no one can change that in a photo or a sound.
    (InputNotFetched, "required url is missing or invalid", ("InvalidURL",)),
    # Verdicts on the photo or the sound.
    (InputRefused, "", ("InvalidURL", "InvalidFile", "InvalidImage", "InvalidPerson")),
    (InputRefused, "", ("InvalidParameter.ImageFormat", "InvalidParameter.ImageContent")),
    # Policy.
    (Moderated, "", ("DataInspectionFailed", "IPInfringementSuspect")),
    (Moderated, "", ("FaqRuleBlocked", "CustomRoleBlocked")),
    (Moderated, "green network verification", ("InvalidParameter",)),
    (Moderated, "inappropriate content", ("InvalidParameter",)),
    # What only the operator can mend.
    (_KEY, "", ("InvalidApiKey",)),
    (_UNPAID, "", ("Arrearage", "CommodityNotPurchased")),
    (_UNPAID, "", ("PrepaidBillOverdue", "PostpaidBillOverdue")),
    (_NOT_ENABLED, "", ("AccessDenied", "Model.AccessDenied", "Workspace.AccessDenied")),
    (_NOT_ENABLED, "", ("WorkSpaceNotFound", "isv.OUT_OF_SERVICE")),
    (_RETIRED, "", ("Endpoint.AccessDenied", "ModelNotFound", "Model not exist", "NotFound")),
    (_RETIRED, "model not exist", ("InvalidParameter",)),
    (_ADDRESS, "url error, please check url", ("InvalidParameter",)),
    (_QUOTA, "", ("AllocationQuota.FreeTierOnly",)),
    (_QUOTA, _FREE_QUOTA, ("AllocationQuota", "Throttling.AllocationQuota", "insufficient_quota")),
    # What passes by itself: also a quota, where it is one of a minute.
    (Throttled, "", ("AllocationQuota", "insufficient_quota", "Throttling", "LimitRequests")),
    (Throttled, "", ("limit_burst_rate", "ResourceExhausted", "Too many requests")),
    (Unanswered, "", ("InternalError", "SystemError", "ModelServiceFailed", "RequestTimeOut")),
    (Unavailable, "", ("ModelServingError", "ModelUnavailable")),
    # Cancelling.
    (NotCancellable, "", ("UnsupportedOperation",)),
)
RULES = [CodeRule(code, raising, says) for raising, says, codes in _MEANINGS for code in codes]

_STATUSES: dict[int, Raising] = {
    401: _KEY,
    403: _NOT_ENABLED,
    404: _RETIRED,
    # The word of a gateway that waited no longer; it does not say that nothing was done.
    408: Unanswered,
    499: Unanswered,
    429: Throttled,
    503: Unavailable,
}


def spelled(code: str | None) -> list[str]:
    """The words of a code: `LimitRequests`, `limit_requests` and "Limit requests" are one code,
    and all that follows a dot, an underscore or a blank is its detail.
    """
    return _WORDS.findall((code or "").casefold())


def _by_code() -> dict[str, list[CodeRule]]:
    table: dict[str, list[CodeRule]] = {}
    for rule in RULES:
        table.setdefault("".join(spelled(rule.code)), []).append(rule)
    return table


_TABLE = _by_code()


def raising_for_code(code: str | None, message: str | None) -> Raising | None:
    """What the table says of a code; None when it does not know it.

    A rule on the words of the message goes before any that looks at the code alone.
    """
    found = list(_rules_of(code))
    said = (message or "").casefold()
    fitting = [rule for rule in found if rule.says and rule.says in said]
    return next((rule.raising for rule in [*fitting, *found] if rule.says in said), None)


def raising_for(status: int, code: str | None, message: str | None) -> Raising:
    """What an answer stands for that is no success.

    A 429 stops the service only with a code that is known to: any other passes by itself.
    """
    raising = raising_for_code(code, message)
    if status == 429 and raising not in _STOPPING:
        return Throttled
    return raising or _raising_for_status(status, code)


def _rules_of(code: str | None) -> Iterator[CodeRule]:
    """The rules of a code, the most exact ones first."""
    words = spelled(code)
    for length in range(len(words), 0, -1):
        yield from _TABLE.get("".join(words[:length]), ())


def _raising_for_status(status: int, code: str | None) -> Raising:
    """What an HTTP status says where the code says nothing."""
    if status == 404 and code is None:
        # No word of the service's: there is something else at this address.
        return _ADDRESS
    return _STATUSES.get(status, RequestRejected if 400 <= status < 500 else Unanswered)
