"""A database of one's own for each test."""

from __future__ import annotations

from tests.storage.conftest import clock, database

__all__ = ["clock", "database"]
