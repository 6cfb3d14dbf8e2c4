"""What can go wrong with the video service: one exception for each thing a caller does about it.

    DashScopeError
    ├── Transient           may pass: wait, at least `retry_after_seconds`, and repeat
    │   ├── Unanswered      no usable answer to a call that may be repeated
    │   │   ├── NothingDone certainly not carried out, so nothing is paid
    │   │   │   ├── Unsent       not one byte left this machine: safe to repeat even for `submit`
    │   │   │   ├── Throttled    answered 429 "too fast"
    │   │   │   └── Unavailable  answered 503
    │   │   └── Declined    no task, or a failed one, for a passing reason: submit again, few times
    │   └── InputNotFetched the service could not read an uploaded file: upload again, few times
    ├── SubmitUnknown       the task may exist and be billed: look for it, never simply repeat
    ├── ContentRefused      never repeat the same photo and voice
    │   ├── InputRefused    unsuitable: tell the person what to change
    │   └── Moderated       refused by policy: tell the person
    ├── TaskFailed          a task ended without a video, for no reason that is known to pass
    ├── ServiceStopped      nothing will work until the operator acts; `cause` says on what
    ├── RequestRejected     our own mistake: do not repeat, tell the operator
    ├── NotCancellable      the task is no longer waiting: it runs on, or is over
    ├── ResultGone          the video can no longer be fetched from this address
    └── ResultRefused       we will not fetch it: unsafe address, or far too big; tell the operator

`submit` raises neither plain `Unanswered` nor `Unavailable`: there, what is not certainly refused
or unsent is `SubmitUnknown`. No exception carries the API key or the query of an address.
"""

from __future__ import annotations

from enum import Enum


class DashScopeError(Exception):
    """The service could not do what was asked.

    `code`, `message` and `request_id` are the provider's own words, as far as it gave any.
    """

    def __init__(
        self,
        text: str,
        *,
        code: str | None = None,
        message: str | None = None,
        request_id: str | None = None,
    ) -> None:
        super().__init__(text)
        self.code = code
        self.message = message
        self.request_id = request_id


class Transient(DashScopeError):
    """It may pass; what was called may be called again."""

    def __init__(
        self, text: str, *, retry_after_seconds: float | None = None, **said: str | None
    ) -> None:
        super().__init__(text, **said)
        self.retry_after_seconds = retry_after_seconds
        """How long to wait at least, where somebody said so."""


class Unanswered(Transient):
    """No usable answer (timeout, lost connection, 5xx, garbage)."""


class NothingDone(Unanswered):
    """The call was certainly not carried out."""


class Unsent(NothingDone):
    """The connection failed before any byte of the request was sent."""


class Throttled(NothingDone):
    """Too many requests (429)."""


class Unavailable(NothingDone):
    """The service says that it is not there at the moment (503)."""


class Declined(Unanswered):
    """A submission answered with a 4xx that blames the service itself, or a task that failed for
    such a reason, or for haste: nothing is made, and nothing is charged.

    A later one may be taken, and the same one may be declined for ever.
    """


class SubmitUnknown(DashScopeError):
    """A submission whose fate is unknown: the task may exist and be billed."""


class ContentRefused(DashScopeError):
    """Of this photo and this sound the service makes no video."""


class InputRefused(ContentRefused):
    """The photo or the sound is unsuitable; `code` says why."""


class Moderated(ContentRefused):
    """The content was refused by the provider's policy."""


class InputNotFetched(Transient):
    """The service could not read a file it was given the address of."""


class TaskFailed(DashScopeError):
    """A task ended without a video, and not for a reason that is known to pass; not charged."""


class StopCause(Enum):
    """What the operator has to mend before anything works again."""

    KEY = "key"
    """The API key is wrong, or belongs to another region."""
    UNPAID = "unpaid"
    """The account owes money, or its plan has ended."""
    NOT_ENABLED = "not_enabled"
    """The service, the model or the workspace is not enabled for this key."""
    MODEL_RETIRED = "model_retired"
    """The model does not exist (any more)."""
    ADDRESS = "address"
    """There is no such service at the base address: it belongs to another region, or is wrong."""
    QUOTA = "quota"
    """The free quota is used up."""
    STYLE = "style"
    """The model does not take the style that is set."""
    THROTTLED = "throttled"
    """Too many requests, for minutes on end: somebody else uses the account, or its limits are low.

    No answer says this; it is what many answers in a row amount to.
    """


class ServiceStopped(DashScopeError):
    """Nothing will work until the operator acts."""

    def __init__(self, text: str, *, cause: StopCause, **said: str | None) -> None:
        super().__init__(text, **said)
        self.cause = cause


class RequestRejected(DashScopeError):
    """The provider says that our request is wrong."""


class NotCancellable(DashScopeError):
    """Only a waiting task can be cancelled, and this one is not waiting."""


class ResultGone(DashScopeError):
    """The provider no longer gives out the file (403, 404 or 410)."""


class ResultRefused(DashScopeError):
    """The address of a result is not one we fetch from, or the file is far too big."""
