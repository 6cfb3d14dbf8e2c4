"""Where to cut a picture so that one person is left: geometry only, in whole pixels."""

from __future__ import annotations

from collections.abc import Sequence

from bot.media.exchange import Crop, FaceBox
from bot.media.picture.decoding import LONGEST_SIDE_PIXELS, SMALLEST_SIDE_PIXELS

MOST_CROP_RATIO = 2.0
"""A portrait that is longer looks lost; a picture may be up to 3."""

# Room around a face for head, shoulders and chest, in widths and heights of the face: from the
# crown to about the waist.
_ROOM_SIDES = 1.3
_ROOM_ABOVE = 0.8
_ROOM_BELOW = 3.2


def crop_round(face: FaceBox, others: Sequence[FaceBox], width: int, height: int) -> Crop | None:
    """This person from the head to the waist, without any other face; None if that cannot be.

    The face is wholly inside, the centre of no other is; the sides suit `decode_picture`.
    """
    crop = _clipped(_portrait(face), width, height)
    for other in sorted(others, key=lambda other: _distance(face, other)):
        cut = _without(crop, face, other)
        if cut is None:
            return None
        crop = cut
    crop = _shortened(crop, face)
    return crop if _is_usable(crop, face) else None


def area_of(crop: Crop) -> int:
    """In square pixels."""
    left, top, right, bottom = crop
    return (right - left) * (bottom - top)


def _portrait(face: FaceBox) -> tuple[float, float, float, float]:
    return (
        face.left - _ROOM_SIDES * face.width,
        face.top - _ROOM_ABOVE * face.height,
        face.right + _ROOM_SIDES * face.width,
        face.bottom + _ROOM_BELOW * face.height,
    )


def _clipped(box: tuple[float, float, float, float], width: int, height: int) -> Crop:
    left, top, right, bottom = box
    return (
        max(0, int(left)),
        max(0, int(top)),
        min(width, int(right) + 1),
        min(height, int(bottom) + 1),
    )


def _distance(one: FaceBox, other: FaceBox) -> float:
    x = one.left + one.width / 2 - other.left - other.width / 2
    y = one.top + one.height / 2 - other.top - other.height / 2
    return x * x + y * y


def _without(crop: Crop, face: FaceBox, other: FaceBox) -> Crop | None:
    """Cut off the side on which the other face is, the way that leaves most; None: no way."""
    left, top, right, bottom = crop
    if other.right <= left or other.left >= right or other.bottom <= top or other.top >= bottom:
        return crop
    ways: list[Crop] = [
        (left, top, min(right, int(other.left)), bottom),
        (max(left, int(other.right) + 1), top, right, bottom),
        (left, top, right, min(bottom, int(other.top))),
        (left, max(top, int(other.bottom) + 1), right, bottom),
    ]
    possible = [way for way in ways if _holds(way, face)]
    return max(possible, key=area_of, default=None)


def _holds(crop: Crop, face: FaceBox) -> bool:
    """Whether the whole face is in it; what lies outside the picture cannot be."""
    left, top, right, bottom = crop
    inside = left <= max(face.left, 0.0) and top <= max(face.top, 0.0)
    return inside and face.right <= right and face.bottom <= bottom


def _shortened(crop: Crop, face: FaceBox) -> Crop:
    """Not far longer than wide, nor wider than long: what goes is far from the face."""
    left, top, right, bottom = crop
    longest = int((right - left) * MOST_CROP_RATIO)
    if bottom - top > longest:
        bottom = max(top + longest, int(face.bottom) + 1)
    widest = int((bottom - top) * MOST_CROP_RATIO)
    if right - left > widest:
        middle = int(face.left + face.width / 2)
        left = min(max(left, middle - widest // 2), right - widest)
        right = left + widest
    return left, top, right, bottom


def _is_usable(crop: Crop, face: FaceBox) -> bool:
    left, top, right, bottom = crop
    short, long = sorted((right - left, bottom - top))
    if short < SMALLEST_SIDE_PIXELS or long > LONGEST_SIDE_PIXELS:
        return False
    return long <= short * MOST_CROP_RATIO and _holds(crop, face)
