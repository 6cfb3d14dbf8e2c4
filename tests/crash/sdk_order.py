"""One order by the provider's own SDK, unmodified; whether a video came of it.

`classic` is the interface of version 1, in version 2 still; `client` that of version 2, with its
default number of retries. The SDK is imported by the call, which runs in a process of its own.
"""

from __future__ import annotations

import tempfile
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.sandbox.dashscope.settings import DEMO_API_KEY
from tests.support.media.voices import tone_wav
from tests.support.person import both

Order = Callable[[str], bool]
"""Takes the service's address."""

_MODEL = "wan2.2-s2v"
_RESOLVE = {"X-DashScope-OssResourceResolve": "enable"}


def classic(base_url: str) -> bool:
    """As the SDK's own classes for videos do it."""
    from dashscope.client.base_api import BaseAsyncApi

    where: dict[str, Any] = {"api_key": DEMO_API_KEY, "base_address": base_url}
    answer = BaseAsyncApi.async_call(
        model=_MODEL,
        input=_uploaded(base_url),
        task_group="aigc",
        task="image2video",
        function="video-synthesis",
        headers=_RESOLVE,
        **where,
    )
    if answer.status_code != 200:
        return False
    done: Any = BaseAsyncApi.wait(answer, **where)
    return bool(done.output["results"]["video_url"])


def client(base_url: str) -> bool:
    """As its second version does it for every long-running service."""
    import dashscope
    from dashscope.v2.errors import DashScopeError
    from dashscope.v2.resources._jobs import Jobs

    made = dashscope.Client(api_key=DEMO_API_KEY, base_url=base_url)
    jobs = Jobs(made, "aigc/image2video/video-synthesis", "aigc")
    try:
        job = jobs.create(model=_MODEL, input=_uploaded(base_url), headers=_RESOLVE)
        return str(jobs.wait(job).status) == "SUCCEEDED"
    except DashScopeError:
        return False


def _uploaded(base_url: str) -> dict[str, str]:
    warnings.simplefilter("ignore")
    from dashscope.utils.oss_utils import OssUtils

    urls = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, data in (("image.jpg", both()[0]), ("audio.wav", tone_wav(900))):
            path = Path(folder) / name
            path.write_bytes(data)
            url, _ = OssUtils.upload(
                model=_MODEL, file_path=str(path), api_key=DEMO_API_KEY, base_address=base_url
            )
            urls[f"{path.stem}_url"] = str(url)
    return urls
