"""What can be wrong with what the renderer is given; each asks the caller for something else.

PreviewRefused
├── NoFaceFound       another photo is needed
└── PhotoUnreadable   the bytes are no picture: send the photo again
"""

from __future__ import annotations

from bot.media.errors import MediaUnusable


class PreviewRefused(MediaUnusable):
    """The renderer cannot make a video of this input; nothing was written."""


class NoFaceFound(PreviewRefused):
    """The photo shows no face that could be made to speak; another photo is needed."""


class PhotoUnreadable(PreviewRefused):
    """The bytes are not a picture."""
