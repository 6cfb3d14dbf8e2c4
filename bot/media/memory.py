"""How much memory this process may still take, where somebody said so."""

from __future__ import annotations

from math import inf

left_bytes: float = inf
"""Beside what it has when it begins to work."""
