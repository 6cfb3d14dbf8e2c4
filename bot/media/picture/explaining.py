"""What is wrong with a photo, drawn on it: the faces, numbered, and the parts that would do.

Called through `MediaWorker`: the picture is a stranger's.
"""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageDraw, ImageFont

from bot.media.exchange import Crop, Explained, FaceBox, NormalisedPicture, Offer
from bot.media.picture.crops import area_of, crop_round
from bot.media.picture.normalise import crop_picture, normalise_picture

MOST_PEOPLE = 6
"""A keyboard with more buttons is no help; the largest faces are those somebody meant."""

_WORTH_CROPPING = 0.7  # of the picture's area: a crop that leaves more is no news
_AT_EDGE = 0.01  # of the picture's side
_JPEG_QUALITY = 85


def explain_picture(data: bytes) -> Explained | None:
    """None where no face is known; raises PictureRefused as `normalise_picture`.

    Of several people each has a number, from left to right, and is offered where a part of the
    picture shows nobody else. Of one person the face is 1, and the part from the head to the
    waist, if that is much less than the whole, is 2.
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
    return (Offer(2, crop),)


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
        _label(pen, number, box, image.size)
    target = BytesIO()
    image.save(target, "JPEG", quality=_JPEG_QUALITY)
    return target.getvalue()


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
