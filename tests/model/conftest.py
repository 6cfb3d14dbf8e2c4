"""A database of one's own for each test."""

from __future__ import annotations

from tests.storage.conftest import database

__all__ = ["database"]
