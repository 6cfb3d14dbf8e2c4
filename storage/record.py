"""Rows as frozen values."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    from storage.database import Row

    Value = TypeVar("Value", bound=DataclassInstance)


def from_row(kind: type[Value], row: Row) -> Value:
    """A dataclass from a row: the columns of the same names, the others left out."""
    values: dict[str, Any] = {field.name: row[field.name] for field in fields(kind)}
    return kind(**values)
