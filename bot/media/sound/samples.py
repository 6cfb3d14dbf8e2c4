"""What everything after decoding works on: one channel of numbers from -1 to 1, at 16 kHz."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Samples = npt.NDArray[np.float32]

SAMPLE_RATE_HZ = 16_000
"""Speech for lip movement needs no more."""
