"""Rows as frozen values, and back."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

    Value = TypeVar("Value", bound=DataclassInstance)
else:
    Value = TypeVar("Value")

Row = dict[str, Any]


def from_row(kind: type[Value], row: Row) -> Value:
    """A dataclass from a row: the columns of the same names, the others left out."""
    return kind(**{name: row[name] for name in _names(kind)})


def columns(value: DataclassInstance) -> Row:
    """The fields of a dataclass by name, for a statement that names some of them."""
    return {name: getattr(value, name) for name in _names(type(value))}


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind))
