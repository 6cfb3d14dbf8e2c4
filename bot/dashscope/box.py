"""A box on a photo, as EMO's detection returns it and its generation wants it back."""

from __future__ import annotations

Box = tuple[int, int, int, int]
"""Left, top, right, bottom, in pixels of the photo."""
