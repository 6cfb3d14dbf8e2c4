"""MediaPipe's models, run by OpenCV."""

from __future__ import annotations

import threading
from functools import cached_property
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float32]


class Network:
    """A file of `models` and what is read of it; loaded when it is asked first."""

    def __init__(self, file_name: str, *outputs: str) -> None:
        self._path = Path(__file__).parent / "models" / file_name
        self._outputs = outputs
        self._one_at_a_time = threading.Lock()  # it keeps its input between two calls

    def ask(self, blob: Any) -> list[Numbers]:
        """Its outputs for an input."""
        with self._one_at_a_time:
            self._network.setInput(blob)
            answer: list[Numbers] = self._network.forward(list(self._outputs))
        return answer

    @cached_property
    def _network(self) -> Any:
        return cv2.dnn.readNetFromTFLite(str(self._path))
