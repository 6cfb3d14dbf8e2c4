"""One order by the provider's own SDK, unmodified: `python -m tests.crash.sdk_order WHICH URL`.

WHICH is `classic` (the interface of version 1, in version 2 still) or `client` (that of version 2,
with its default number of retries). Prints whether a video came of it, as JSON.
"""

from __future__ import annotations

import json
import sys
import tempfile
import warnings
from pathlib import Path
from typing import Any

import click

from bot.sandbox.dashscope.settings import DEMO_API_KEY
from tests.support.media.voices import tone_wav
from tests.support.person import both

_MODEL = "wan2.2-s2v"
_RESOLVE = {"X-DashScope-OssResourceResolve": "enable"}


def classic(base_url: str, inputs: dict[str, str]) -> bool:
    """As the SDK's own classes for videos do it."""
    from dashscope.client.base_api import BaseAsyncApi

    where: dict[str, Any] = {"api_key": DEMO_API_KEY, "base_address": base_url}
    answer = BaseAsyncApi.async_call(
        model=_MODEL,
        input=inputs,
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


def client(base_url: str, inputs: dict[str, str]) -> bool:
    """As its second version does it for every long-running service."""
    import dashscope
    from dashscope.v2.errors import DashScopeError
    from dashscope.v2.resources._jobs import Jobs

    made = dashscope.Client(api_key=DEMO_API_KEY, base_url=base_url)
    jobs = Jobs(made, "aigc/image2video/video-synthesis", "aigc")
    try:
        job = jobs.create(model=_MODEL, input=inputs, headers=_RESOLVE)
        return str(jobs.wait(job).status) == "SUCCEEDED"
    except DashScopeError:
        return False


def _uploaded(base_url: str) -> dict[str, str]:
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


def main() -> None:
    """Upload, submit, wait."""
    warnings.simplefilter("ignore")
    which, base_url = sys.argv[1:]
    order = {"classic": classic, "client": client}[which]
    click.echo(json.dumps({"video": order(base_url, _uploaded(base_url))}))


if __name__ == "__main__":
    main()
