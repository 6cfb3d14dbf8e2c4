"""getFile."""

from __future__ import annotations

from typing import Any

from bot.sandbox.telegram.errors import bad_request
from bot.sandbox.telegram.methods.call import Call


async def get_file(call: Call) -> dict[str, Any]:
    """https://core.telegram.org/bots/api#getfile (at most 20 MB)"""
    file_id = call.params.text("file_id")
    if not file_id:
        raise bad_request("file_id not specified")
    stored = call.world.files.by_id(file_id)
    if stored is None:
        raise bad_request("wrong file_id or the file is temporarily unavailable")
    if call.world.settings.local_mode:
        path = call.world.files.laid_out(stored, f"{call.bot.bot_id}:token")
        return {**stored.as_json(), "file_path": str(path)}
    if stored.size_bytes > call.world.media_limits.download_bytes:
        raise bad_request("file is too big")
    return {**stored.as_json(), "file_path": stored.file_path}
