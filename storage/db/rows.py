"""Rows as frozen values."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from storage.db.database import Row

    Value = TypeVar("Value", bound=DataclassInstance)


def from_row(kind: type[Value], row: Row) -> Value:
    """A dataclass from a row: the columns of the same names, the others left out."""
    values: dict[str, Any] = {name: row[name] for name in _names(kind)}
    return kind(**values)


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
