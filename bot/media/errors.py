"""What can go wrong with a photo, a sound or a video: one node for each thing a caller can do.

::

    MediaFailure
    ├── MediaWorkerNotStarted   whatever the input: the installation is broken, tell the operator
    └── MediaUnusable           the same input will fail again: another file is needed
        ├── PictureRefused      (`fault` says why)
        ├── SoundRefused        (`fault` says why)
        ├── PreviewRefused      see `preview.errors`
        ├── VideoUnreadable     no video, or cut short: fetch or make it again
        └── MediaNotMade        not in this way: another form may do
            ├── CannotShrink
            ├── LabelNotWritten
            ├── TooLongForNote
            └── MediaWorkerDied the process crashed, hung or ran into a limit on this input
"""

from __future__ import annotations

import struct
import zlib

BROKEN_INPUT = (
    ArithmeticError,
    AssertionError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What Pillow, PyAV and numpy raise on broken input, as far as anyone knows."""


class MediaFailure(Exception):
    """Base of this tree."""


class MediaUnusable(MediaFailure):
    """Nothing comes of this input."""


class MediaNotMade(MediaUnusable):
    """What was asked for cannot be made of this input."""
