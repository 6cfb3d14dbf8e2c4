"""Results are real videos behind addresses that are signed and expire."""

from __future__ import annotations

import io

import av
import httpx
import pytest
import pytest_asyncio

from tests.sandbox_dashscope.conftest import Caller, Service
from tests.support.clock import HOUR

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(loop_scope="module")
async def address(caller: Caller) -> str:
    done = await caller.until(await caller.submitted(), "SUCCEEDED")
    return str(done["output"]["results"]["video_url"])


async def test_the_result_is_the_video_that_was_made(caller: Caller, address: str) -> None:
    answer = await caller.http.get(address)
    assert answer.headers["content-type"] == "video/mp4"
    with av.open(io.BytesIO(answer.content), "r") as video:
        assert len(list(video.decode(video=0))) == 4


async def test_a_part_of_the_result_can_be_had(caller: Caller, address: str) -> None:
    whole = (await caller.http.get(address)).content
    part = await caller.http.get(address, headers={"Range": "bytes=10-19"})
    assert (part.status_code, part.content) == (206, whole[10:20])


async def test_the_address_expires_after_24_hours(
    caller: Caller, service: Service, address: str
) -> None:
    service.clock.advance(23.9 * HOUR)
    assert (await caller.http.get(address)).status_code == 200
    service.clock.advance(0.2 * HOUR)
    gone = await caller.http.get(address)
    assert gone.status_code == 403
    assert "Request has expired." in gone.text


async def test_a_changed_address_is_refused(caller: Caller, address: str) -> None:
    bare = address.partition("?")[0]
    later = address.replace("Expires=1", "Expires=2")
    other = address.replace("/results/", "/results/x")
    for changed in (bare, later, other, address + "0", address.replace("Expires=", "Expires=x")):
        answer = await caller.http.get(changed)
        assert answer.status_code == 403, changed
        assert answer.headers["content-type"].startswith("application/xml")


async def test_a_result_can_be_made_to_be_missing(caller: Caller, address: str) -> None:
    await caller.fault("result", "result_missing")
    assert (await caller.http.get(address)).status_code == 404
    assert (await caller.http.get(address)).status_code == 200


async def test_a_result_can_be_cut_short(caller: Caller, address: str) -> None:
    await caller.fault("result", "result_truncated")
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        await caller.http.get(address)
    assert (await caller.http.get(address)).status_code == 200
