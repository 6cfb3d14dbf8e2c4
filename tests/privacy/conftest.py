"""A delivered video is what files are kept and removed of."""

from tests.delivery.conftest import there as there
from tests.delivery.conftest import video_bytes as video_bytes
