"""What each of the provider's error codes means to us: the one table, and how it is read.

Sources: DashScope docs, "Error messages" and the references of the models. Codes are matched by
dotted prefix, the most exact one first: `InvalidFile.DownloadFailed` before `InvalidFile`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from bot.dashscope.errors import (
    DashScopeError,
    InputNotFetched,
    InputRefused,
    Moderated,
    NotCancellable,
    RequestInvalid,
    ServiceStopped,
    StopCause,
    Throttled,
    TryAgain,
)

Raising = Callable[..., DashScopeError]
"""Makes the exception: takes a text and the keywords of `DashScopeError`."""

_KEY = partial(ServiceStopped, cause=StopCause.KEY)
_UNPAID = partial(ServiceStopped, cause=StopCause.UNPAID)
_NOT_ENABLED = partial(ServiceStopped, cause=StopCause.NOT_ENABLED)
_RETIRED = partial(ServiceStopped, cause=StopCause.MODEL_RETIRED)
_QUOTA = partial(ServiceStopped, cause=StopCause.QUOTA)


@dataclass(frozen=True, slots=True)
class Rule:
    """A code (with all that follows it after a dot), and what to raise.

    With `says`, the rule holds only where the message contains those words.
    """

    code: str
    raising: Raising
    says: str = ""


RULES = (
    # Our own mistakes.
    Rule("InvalidParameter", RequestInvalid),
    Rule("BadRequest", RequestInvalid),
    # Files the service could not read: its temporary space asks for a header, and links expire.
    Rule("InvalidParameter.DataInspection", InputNotFetched),
    Rule("BadRequest.InputDownloadFailed", InputNotFetched),
    Rule("InvalidFile.DownloadFailed", InputNotFetched),
    Rule("InvalidURL.Timeout", InputNotFetched),
    Rule("InvalidURL.ConnectionRefused", InputNotFetched),
    # Said of an address, not of what is behind it: no one can change that in a photo or a sound.
    Rule("InvalidURL", InputNotFetched, says="required url is missing or invalid"),
    # Verdicts on the photo or the sound.
    Rule("InvalidURL", InputRefused),
    Rule("InvalidFile", InputRefused),
    Rule("InvalidImage", InputRefused),
    Rule("InvalidPerson", InputRefused),
    # Policy.
    Rule("DataInspectionFailed", Moderated),
    Rule("IPInfringementSuspect", Moderated),
    Rule("FaqRuleBlocked", Moderated),
    Rule("CustomRoleBlocked", Moderated),
    # What only the operator can mend.
    Rule("InvalidApiKey", _KEY),
    Rule("Arrearage", _UNPAID),
    Rule("CommodityNotPurchased", _UNPAID),
    Rule("PrepaidBillOverdue", _UNPAID),
    Rule("PostpaidBillOverdue", _UNPAID),
    Rule("AccessDenied", _NOT_ENABLED),
    Rule("Model.AccessDenied", _NOT_ENABLED),
    Rule("Workspace.AccessDenied", _NOT_ENABLED),
    Rule("WorkSpaceNotFound", _NOT_ENABLED),
    Rule("Endpoint.AccessDenied", _RETIRED),
    Rule("ModelNotFound", _RETIRED),
    Rule("NotFound", _RETIRED),
    Rule("AllocationQuota", _QUOTA),
    Rule("Throttling.AllocationQuota", _QUOTA, says="free allocated quota exceeded"),
    # What passes by itself.
    Rule("Throttling", Throttled),
    Rule("InternalError", TryAgain),
    Rule("SystemError", TryAgain),
    Rule("ModelServiceFailed", TryAgain),
    Rule("RequestTimeOut", TryAgain),
    Rule("ModelServingError", TryAgain),
    Rule("ModelUnavailable", TryAgain),
    # Cancelling.
    Rule("UnsupportedOperation", NotCancellable),
)

_STATUSES: dict[int, Raising] = {
    401: _KEY,
    403: _NOT_ENABLED,
    404: _RETIRED,
    # A gateway's word on slowness; it does not say that nothing was done.
    408: TryAgain,
}


def _by_code() -> dict[str, list[Rule]]:
    table: dict[str, list[Rule]] = {}
    for rule in sorted(RULES, key=lambda rule: not rule.says):
        table.setdefault(rule.code.casefold(), []).append(rule)
    return table


_TABLE = _by_code()


def raising_for_code(code: str | None, message: str | None) -> Raising | None:
    """What the table says of a code; None when it does not know it."""
    prefix = (code or "").strip().casefold()
    while prefix:
        for rule in _TABLE.get(prefix, ()):
            if rule.says in (message or "").casefold():
                return rule.raising
        prefix = prefix.rpartition(".")[0]
    return None


def raising_for_status(status: int, code: str | None) -> Raising:
    """What an HTTP status says where the code says nothing.

    A 429 with a code that is not about speed is a matter of the account: repeating cannot help.
    """
    if status == 429:
        return _QUOTA if code else Throttled
    if 400 <= status < 500:
        return _STATUSES.get(status, RequestInvalid)
    return TryAgain
