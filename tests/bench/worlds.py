"""The world of the tests, as the benches use it: the one place that knows where it is."""

from tests.media.recordings import SPEECH_RATE_HZ, as_file, speech
from tests.storage.orders import start as start_job
from tests.support.chats import Json
from tests.support.person import Person
from tests.support.world import World, world
from tests.system.material import photo, voice
from tests.telegram.chat import TOKEN, Telegram, local_telegram
from tests.telegram.loops import running as running_loop

__all__ = [
    "SPEECH_RATE_HZ",
    "TOKEN",
    "Json",
    "Person",
    "Telegram",
    "World",
    "as_file",
    "local_telegram",
    "photo",
    "running_loop",
    "speech",
    "start_job",
    "voice",
    "world",
]
