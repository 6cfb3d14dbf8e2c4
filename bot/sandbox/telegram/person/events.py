"""WS /sim/events: the journal, replayed and then live."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.telegram.world import World


def event_routes(world: World) -> list[WebSocketRoute]:
    """The event stream."""

    async def events(websocket: WebSocket) -> None:
        after = websocket.query_params.get("after", "0")
        await websocket.accept()
        sending = asyncio.ensure_future(
            _send(world, websocket, int(after) if after.isdecimal() else 0)
        )
        try:
            await _closed(websocket)
        finally:
            sending.cancel()
            with contextlib.suppress(asyncio.CancelledError, WebSocketDisconnect, RuntimeError):
                await sending

    return [WebSocketRoute("/events", events)]


async def _send(world: World, websocket: WebSocket, after: int) -> None:
    async for event in world.journal.follow(after):
        await websocket.send_json(event)


async def _closed(websocket: WebSocket) -> None:
    """Until the other side goes; what it says is of no interest."""
    while (await websocket.receive())["type"] != "websocket.disconnect":
        pass
