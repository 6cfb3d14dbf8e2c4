"""Faces in a picture, found by MediaPipe's BlazeFace (full range) through OpenCV in about 10 ms.

Free of charge, so it comes before anything paid.

It advises ("I see two people"); the provider's detection decides.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import product
from math import ceil

import cv2
import numpy as np
import numpy.typing as npt

from bot.media.exchange import FaceBox, Point
from bot.media.picture.network import Network, Numbers

Pixels = npt.NDArray[np.uint8]

MINIMUM_SCORE = 0.5
"""The least certainty, 0..1, at which a face counts."""

_INPUT_PIXELS = 192
_CELLS = 48  # the model looks once at each cell of a 48 x 48 grid over its input
_KEYPOINTS = 6
_HUGE = 0.4  # of the picture's shorter side
_TILE = 0.6  # of each side
_STRICTER = 0.1  # four looks make four times as many mistakes
_OVERLAP_OF_ONE_FACE = 0.3
_NETWORK = Network(
    "face_detection_full_range.tflite", "reshaped_classifier_face_4", "reshaped_regressor_face_4"
)


@dataclass(frozen=True, slots=True)
class _Fit:
    """How a picture was put into the model's square: shrunk by `scale`, then moved."""

    scale: float
    left: float
    top: float


def detect_faces(rgb: Pixels) -> tuple[FaceBox, ...]:
    """Return the faces of a picture (height, width, 3; RGB, 8 bits), the largest first.

    One look finds faces from about a fifteenth of the longer side up to most of the
    picture. When there are none, two more looks are for larger and for smaller ones.
    """
    return (
        _look(rgb, MINIMUM_SCORE)
        or _look_for_huge(rgb, MINIMUM_SCORE)
        or _look_for_small(rgb, MINIMUM_SCORE + _STRICTER)
    )


def _look_for_huge(rgb: Pixels, minimum_score: float) -> tuple[FaceBox, ...]:
    """Look again with a margin, for faces that need it: what is small then is rarely one."""
    least = _HUGE * min(rgb.shape[:2])
    return tuple(face for face in _look(rgb, minimum_score, share=0.5) if face.width > least)


def _look_for_small(rgb: Pixels, minimum_score: float) -> tuple[FaceBox, ...]:
    """Look at the four overlapping corners one by one, as at a person seen from head to foot."""
    height, width = rgb.shape[:2]
    found: list[FaceBox] = []
    for left, top in product((0, int(width * (1 - _TILE))), (0, int(height * (1 - _TILE)))):
        tile = rgb[top : top + ceil(height * _TILE), left : left + ceil(width * _TILE)]
        found += _look(tile, minimum_score, corner=(left, top))
    found.sort(key=lambda face: -face.score)
    return tuple(face for n, face in enumerate(found) if not _inside_any(face, found[:n]))


def _inside_any(face: FaceBox, others: list[FaceBox]) -> bool:
    """Tell whether another look has found this face already."""
    x, y = face.nose.x, face.nose.y
    return any(o.left < x < o.right and o.top < y < o.bottom for o in others)


def _look(
    rgb: Pixels, minimum_score: float, *, share: float = 1.0, corner: tuple[int, int] = (0, 0)
) -> tuple[FaceBox, ...]:
    """Look once; `corner` is where these pixels lie in the whole picture."""
    square, fit = _letterbox(rgb, share, corner)
    scores, boxes = _ask_model(square)
    certain = scores >= minimum_score
    found = _merge_overlapping(scores[certain], boxes[certain])
    faces = [_face(score, numbers, fit) for score, numbers in found]
    return tuple(sorted(faces, key=lambda face: -face.width * face.height))


def _letterbox(rgb: Pixels, share: float, corner: tuple[int, int]) -> tuple[Pixels, _Fit]:
    """Shrink the picture into the middle of a black square, filling `share` of its side."""
    height, width = rgb.shape[:2]
    scale = _INPUT_PIXELS * share / max(height, width)
    new_width, new_height = max(1, round(width * scale)), max(1, round(height * scale))
    left, top = (_INPUT_PIXELS - new_width) // 2, (_INPUT_PIXELS - new_height) // 2
    square = np.zeros((_INPUT_PIXELS, _INPUT_PIXELS, 3), np.uint8)
    small = cv2.resize(rgb, (new_width, new_height), interpolation=cv2.INTER_AREA)
    square[top : top + new_height, left : left + new_width] = small
    return square, _Fit(scale, left - corner[0] * scale, top - corner[1] * scale)


def _ask_model(square: Pixels) -> tuple[Numbers, Numbers]:
    """Return certainties (n,) and, in model pixels, centre, size and six points (n, 8, 2)."""
    blob = cv2.dnn.blobFromImage(square, 1 / 127.5, mean=(127.5, 127.5, 127.5))
    scores, boxes = _NETWORK.ask(blob)
    certainties = 1 / (1 + np.exp(-np.clip(scores.reshape(-1), -50, 50)))
    numbers = boxes.reshape(-1, 2 + _KEYPOINTS, 2).copy()
    numbers[:, 0] += _anchors()
    numbers[:, 2:] += _anchors()[:, None]
    return certainties.astype(np.float32), numbers


@cache
def _anchors() -> Numbers:
    """Return the centres of the grid's cells, row by row, in model pixels."""
    centres = (np.arange(_CELLS, dtype=np.float32) + 0.5) * (_INPUT_PIXELS / _CELLS)
    x, y = np.meshgrid(centres, centres)
    return np.stack([x.ravel(), y.ravel()], axis=1)


def _merge_overlapping(scores: Numbers, boxes: Numbers) -> list[tuple[float, Numbers]]:
    """Make one face of those that overlap: their mean, weighted by certainty.

    MediaPipe's way: steadier than keeping the best one alone.
    """
    faces = []
    while len(scores):
        best = int(np.argmax(scores))
        same = _overlap(boxes[best], boxes) > _OVERLAP_OF_ONE_FACE
        same[best] = True
        mean = np.average(boxes[same], axis=0, weights=scores[same])
        faces.append((float(scores[best]), mean))
        scores, boxes = scores[~same], boxes[~same]
    return faces


def _overlap(one: Numbers, many: Numbers) -> Numbers:
    """Return the share of the common area in the united area, of one box with each of many."""
    low = np.maximum(one[0] - one[1] / 2, many[:, 0] - many[:, 1] / 2)
    high = np.minimum(one[0] + one[1] / 2, many[:, 0] + many[:, 1] / 2)
    common = np.clip(high - low, 0, None).prod(axis=1)
    united = one[1].prod() + many[:, 1].prod(axis=1) - common
    return np.asarray(common / np.maximum(united, 1e-6))


def _face(score: float, numbers: Numbers, fit: _Fit) -> FaceBox:
    """Bring one face from the model's square back into the picture."""
    (center_x, center_y), (width, height) = numbers[:2]
    left, top = _back(center_x - width / 2, center_y - height / 2, fit)
    # After the mouth come the ears.
    points = [Point(*_back(x, y, fit)) for x, y in numbers[2:6]]
    return FaceBox(left, top, float(width / fit.scale), float(height / fit.scale), score, *points)


def _back(x: float, y: float, fit: _Fit) -> tuple[float, float]:
    return float((x - fit.left) / fit.scale), float((y - fit.top) / fit.scale)
