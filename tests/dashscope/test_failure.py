"""Why a task failed, as something to do."""

from __future__ import annotations

import pytest

from bot.dashscope.errors import (
    DashScopeError,
    Declined,
    InputNotFetched,
    InputRefused,
    Moderated,
    ServiceStopped,
    TaskFailed,
)
from bot.dashscope.tasks import ProviderTask, TaskStatus, failure_of


@pytest.mark.parametrize(
    ("code", "message", "kind"),
    [
        ("InvalidURL", "The input audio is longer than 20s", InputRefused),
        ("InvalidURL", "File size is larger than 15MB.", InputRefused),
        ("InvalidURL", "File type is not supported. Allowed types are: .wav, .mp3.", InputRefused),
        ("InvalidURL", "Required URL is missing or invalid, please check.", InputNotFetched),
        ("InvalidFile.NoHuman", "no human", InputRefused),
        ("InvalidFile.DownloadFailed", "download", InputNotFetched),
        ("DataInspectionFailed", "inappropriate", Moderated),
        ("Arrearage", "overdue", ServiceStopped),
        ("InternalError.Timeout", "after 3 h", TaskFailed),
        ("InternalError", "try again later", Declined),
        ("InternalError.Algo", "algo", Declined),
        ("Throttling", "busy", Declined),
        ("ModelUnavailable", "later", Declined),
        ("InvalidURL.Timeout", "timed out", InputNotFetched),
        ("Brand.New", "words", TaskFailed),
        (None, None, TaskFailed),
    ],
)
def test_a_failed_task_says_what_to_do(
    code: str | None, message: str | None, kind: type[DashScopeError]
) -> None:
    task = ProviderTask("t-1", TaskStatus.FAILED, code=code, message=message)
    error = failure_of(task)
    assert type(error) is kind
    assert (error.code, error.message) == (code, message)
    assert "t-1" in str(error)


def test_a_failed_task_with_a_bill_is_not_made_again() -> None:
    task = ProviderTask("t-1", TaskStatus.FAILED, code="InternalError", billed_milliseconds=1)
    assert type(failure_of(task)) is TaskFailed
