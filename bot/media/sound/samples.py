"""What everything after decoding works on: one channel of numbers from -1 to 1, at 16 kHz, and what
is measured of it step by step.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

Numbers = npt.NDArray[np.floating[Any]]
"""Of each step or line one, in whatever unit is said."""

Mask = npt.NDArray[np.bool_]
"""What holds for which steps."""

Places = npt.NDArray[np.intp]
"""Which ones, counted from 0."""

SAMPLE_RATE_HZ = 16_000
"""Speech for lip movement needs no more."""
SAMPLES_PER_MILLISECOND = SAMPLE_RATE_HZ // 1000


def step_powers(samples: Samples, step_samples: int) -> npt.NDArray[np.float64]:
    """Return the mean power of each whole step."""
    steps = len(samples) // step_samples
    blocks = samples[: steps * step_samples].reshape(steps, step_samples)
    return np.asarray(np.einsum("ij,ij->i", blocks, blocks), np.float64) / step_samples
