"""Pictures as files that every chat shows."""

from __future__ import annotations

from io import BytesIO

from PIL import Image


def jpeg_of(picture: Image.Image, quality: int) -> bytes:
    """Return the picture as a JPEG; `quality` is Pillow's, 1 to 95."""
    target = BytesIO()
    picture.save(target, "JPEG", quality=quality)
    return target.getvalue()
