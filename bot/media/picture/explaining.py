"""What is wrong with a photo, drawn on it: the faces, numbered, or the part that would do.

Called through `MediaWorker`: the picture is a stranger's.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from bot.media.exchange import Crop, Explained, FaceBox, NormalisedPicture, Offer
from bot.media.picture.decoding import LONGEST_SIDE_PIXELS, SMALLEST_SIDE_PIXELS
from bot.media.picture.jpeg import jpeg_of
from bot.media.picture.normalise import crop_picture, normalise_picture

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


MOST_PEOPLE = 6
"""A keyboard with more buttons is no help; the largest faces are those somebody meant."""

_WORTH_CROPPING = 0.7  # of the picture's area: a crop that leaves more is no news
_AT_EDGE = 0.01  # of the picture's side
_JPEG_QUALITY = 85


def explain_picture(data: bytes) -> Explained | None:
    """None where no face is known; raises PictureRefused as `normalise_picture`.

    Of several people each has a number, from left to right, and is offered where a part of the
    picture shows nobody else. Of one person the part from the head to the waist is drawn and
    offered, if that is much less than the whole, else the face.
    """
    picture = normalise_picture(data)
    faces = sorted(picture.faces[:MOST_PEOPLE], key=lambda face: face.left)
    if not faces:
        return None
    boxes = {number: _box_of(face) for number, face in enumerate(faces, 1)}
    if len(picture.faces) > 1:
        offers = _offers_of_several(picture, faces)
    else:
        offers = _offer_of_one(picture, faces[0])
        boxes |= {offer.number: offer.crop for offer in offers}
    at_edge = len(picture.faces) == 1 and _is_at_edge(faces[0], picture)
    return Explained(_drawn(picture, boxes), len(picture.faces), offers, at_edge)


def _offers_of_several(picture: NormalisedPicture, faces: list[FaceBox]) -> tuple[Offer, ...]:
    offers = []
    for number, face in enumerate(faces, 1):
        others = [other for other in picture.faces if other is not face]
        crop = crop_round(face, others, picture.width, picture.height)
        if crop is not None and _shows_one(picture, crop):
            offers.append(Offer(number, crop))
    return tuple(offers)


def _offer_of_one(picture: NormalisedPicture, face: FaceBox) -> tuple[Offer, ...]:
    crop = crop_round(face, (), picture.width, picture.height)
    whole = picture.width * picture.height
    if crop is None or area_of(crop) > whole * _WORTH_CROPPING or not _shows_one(picture, crop):
        return ()
    return (Offer(1, crop),)


def _shows_one(picture: NormalisedPicture, crop: Crop) -> bool:
    """What would be found in it, not what should be: enlarging and cutting change a little."""
    return len(crop_picture(picture.jpeg, crop).faces) == 1


def _is_at_edge(face: FaceBox, picture: NormalisedPicture) -> bool:
    x, y = picture.width * _AT_EDGE, picture.height * _AT_EDGE
    return (
        face.left < x
        or face.top < y
        or face.right > picture.width - x
        or face.bottom > picture.height - y
    )


def _box_of(face: FaceBox) -> Crop:
    return int(face.left), int(face.top), int(face.right), int(face.bottom)


def _drawn(picture: NormalisedPicture, boxes: dict[int, Crop]) -> bytes:
    image = Image.open(BytesIO(picture.jpeg), formats=["JPEG"]).convert("RGB")
    pen = ImageDraw.Draw(image)
    thickness = max(3, max(image.size) // 250)
    for number, box in boxes.items():
        _frame(pen, box, image.size, thickness)
        if len(picture.faces) > 1:
            _label(pen, number, box, image.size)
    return jpeg_of(image, _JPEG_QUALITY)


def _frame(pen: ImageDraw.ImageDraw, box: Crop, size: tuple[int, int], thickness: int) -> None:
    """White on black, to be seen on any picture."""
    left, top, right, bottom = box
    corners = (max(0, left), max(0, top), min(size[0], right) - 1, min(size[1], bottom) - 1)
    pen.rectangle(corners, outline="black", width=thickness + 4)
    left, top, right, bottom = corners
    inner = (left + 2, top + 2, max(left + 2, right - 2), max(top + 2, bottom - 2))
    pen.rectangle(inner, outline="white", width=thickness)


def _label(pen: ImageDraw.ImageDraw, number: int, box: Crop, size: tuple[int, int]) -> None:
    """The number above its box, or below where there is no room; black on white."""
    side = max(28, max(size) // 22)
    left = min(max(0, box[0]), size[0] - side)
    top = box[1] - side if box[1] >= side else min(box[3], size[1] - side)
    pen.rectangle((left, top, left + side, top + side), fill="white", outline="black", width=2)
    font = ImageFont.load_default(size=side * 0.75)
    middle = (left + side / 2, top + side / 2)
    pen.text(middle, str(number), fill="black", font=font, anchor="mm")
