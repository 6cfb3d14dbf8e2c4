"""The list of the account's tasks, page by page, whole or not at all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping

from bot.dashscope import fields
from bot.dashscope.answer import Answer
from bot.dashscope.task import TaskSummary

PAGE_SIZE = 50
MOST_PAGES = 400

AskPage = Callable[[Mapping[str, str]], Awaitable[Answer]]


async def whole_list(ask_page: AskPage, model: str) -> dict[str, TaskSummary]:
    """The tasks of the last 24 hours, by id.

    An incomplete list would make a billed task look as if it did not exist, so one that cannot be
    read to its end is not returned. Raises `TryAgain` for that; what `ask_page` raises passes.
    """
    found: dict[str, TaskSummary] = {}
    for page_number in range(1, MOST_PAGES + 1):
        answer = await ask_page(_query(model, page_number))
        rows = [] if _is_empty(answer, page_number) else _rows(answer)
        news = {row.task_id: row for row in rows if row.task_id not in found}
        found |= news
        if not news or _is_last(answer, page_number):
            _check_total(answer, len(found))
            return found
    raise answer.garbage()


def _query(model: str, page_number: int) -> dict[str, str]:
    return {
        "model_name": model,
        "page_no": str(page_number),
        "page_size": str(PAGE_SIZE),
    }


def _is_empty(answer: Answer, page_number: int) -> bool:
    """Whether the account has no tasks: then some answers leave out the list itself."""
    found = answer.json or fields.EMPTY
    alone = page_number == 1 and "data" not in found and answer.request_id is not None
    return alone and answer.code is None and not fields.whole(found, "total")


def _rows(answer: Answer) -> list[TaskSummary]:
    data = (answer.json or fields.EMPTY).get("data")
    if not isinstance(data, list):
        raise answer.garbage()
    rows = [row for row in map(TaskSummary.read, data) if row is not None]
    if len(rows) != len(data):
        raise answer.garbage()
    return rows


def _is_last(answer: Answer, page_number: int) -> bool:
    """Whether the provider says so; if it is silent, the first page without news is the last."""
    pages = fields.whole(answer.json or fields.EMPTY, "total_page")
    return pages is not None and page_number >= pages


def _check_total(answer: Answer, count: int) -> None:
    total = fields.whole(answer.json or fields.EMPTY, "total")
    if total is not None and count < total:
        raise answer.garbage()
