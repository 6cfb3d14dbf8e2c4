"""The world of the tests, as the benches use it: the one place that knows where it is."""

from tests.storage.orders import ACCOUNT, ENGINE, SHANGHAI, more_jobs
from tests.storage.orders import start as start_job
from tests.support.chats import Json
from tests.support.credentials import SECRET_TOKEN
from tests.support.deadlines import eventually
from tests.support.fake_services import Fakes
from tests.support.local_telegram import LocalTelegram, local_telegram
from tests.support.media.photos import photo
from tests.support.media.voices import SPEECH_RATE_HZ, as_file, speech, voice
from tests.support.person import Person
from tests.support.world import World, world
from tests.telegram.conftest import running as running_loop

__all__ = [
    "ACCOUNT",
    "ENGINE",
    "SECRET_TOKEN",
    "SHANGHAI",
    "SPEECH_RATE_HZ",
    "Fakes",
    "Json",
    "LocalTelegram",
    "Person",
    "World",
    "as_file",
    "eventually",
    "local_telegram",
    "more_jobs",
    "photo",
    "running_loop",
    "speech",
    "start_job",
    "voice",
    "world",
]
