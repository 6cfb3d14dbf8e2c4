"""468 points on a face, found by MediaPipe's face mesh model through OpenCV: about 10 ms.

The model wants the face upright in the middle of its square, so the picture is turned by the
line between the eyes, and the answer is used once more to cut a better square.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import atan2, cos, hypot, sin

import cv2
import numpy as np
import numpy.typing as npt

from bot.media.errors import NoFaceFound
from bot.media.exchange import FaceBox
from bot.media.picture.faces import Pixels
from bot.media.picture.network import Network

Points = npt.NDArray[np.float32]
"""(468, 2): x and y in pixels of the picture, numbered as MediaPipe does."""

RIGHT_EYE_CORNERS = (33, 133)
LEFT_EYE_CORNERS = (362, 263)
NOSE_BASE = 2
CHIN = 152
FOREHEAD = 10

_NETWORK = Network("face_landmark.tflite", "conv2d_20", "conv2d_30")  # points, and presence
_INPUT_PIXELS = 192
_MARGIN = 1.5  # MediaPipe's own: the square is this much larger than the face
_LOOKS = 2
_MINIMUM_PRESENCE = 0.1  # a drawn face is seen with little certainty, yet its points are right


@dataclass(frozen=True, slots=True)
class _Square:
    """A turned square in the picture: its middle, its side in pixels, its turn in radians."""

    x: float
    y: float
    side: float
    turn: float

    def from_picture(self) -> npt.NDArray[np.float64]:
        """Return the (2, 3) matrix from picture pixels to model pixels."""
        scale = _INPUT_PIXELS / self.side
        a, b = scale * cos(self.turn), scale * sin(self.turn)
        item = _INPUT_PIXELS / 2
        return np.array(
            [[a, b, item - a * self.x - b * self.y], [-b, a, item + b * self.x - a * self.y]]
        )


def find_landmarks(rgb: Pixels, face: FaceBox) -> Points:
    """Return the points of `face`; raises NoFaceFound when the model sees no face there."""
    square = _square_of_box(face)
    for _ in range(_LOOKS):
        points, presence = _look(rgb, square)
        if presence < _MINIMUM_PRESENCE:
            raise NoFaceFound
        square = _square_of_points(points)
    return points


def _square_of_box(face: FaceBox) -> _Square:
    eyes = face.right_eye, face.left_eye
    turn = atan2(eyes[1].y - eyes[0].y, eyes[1].x - eyes[0].x)
    side = _MARGIN * max(face.width, face.height)
    return _Square(face.left + face.width / 2, face.top + face.height / 2, side, turn)


def _square_of_points(points: Points) -> _Square:
    right = points[list(RIGHT_EYE_CORNERS)].mean(axis=0)
    left = points[list(LEFT_EYE_CORNERS)].mean(axis=0)
    turn = atan2(float(left[1] - right[1]), float(left[0] - right[0]))
    center = (points[FOREHEAD] + points[CHIN]) / 2
    reach = np.abs(points - center).max()
    length = hypot(*(points[CHIN] - points[FOREHEAD]).tolist())
    side = _MARGIN * max(length, float(reach) * 1.6)
    return _Square(float(center[0]), float(center[1]), side, turn)


def _look(rgb: Pixels, square: _Square) -> tuple[Points, float]:
    matrix = square.from_picture()
    size = (_INPUT_PIXELS, _INPUT_PIXELS)
    cut = cv2.warpAffine(rgb, matrix, size, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    blob = cv2.dnn.blobFromImage(cut, 1 / 255)
    numbers, presence = _NETWORK.ask(blob)
    in_square = numbers.reshape(-1, 3)[:, :2]
    back = cv2.invertAffineTransform(matrix)
    points: Points = (in_square @ back[:, :2].T + back[:, 2]).astype(np.float32)
    return points, float(1 / (1 + np.exp(-presence.item())))
