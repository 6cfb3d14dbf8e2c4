"""Where a token or a key must never turn up."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.support.credentials import KEY, TOKEN
from tests.support.world import World

SPELLINGS = (TOKEN, TOKEN.replace(":", "%3A"), TOKEN.partition(":")[2], KEY)


async def leaks(there: World) -> list[str]:
    """The places where a secret was written, or handed to the provider with an address."""
    files = [path for path in there.directory.rglob("*") if path.is_file()]
    found = [f"file {path.name}" for path in files if _holds_secret(path)]
    asked = [(call["path"], call["request"]) for call in (await there.provider("calls"))["calls"]]
    calls = json.dumps(asked)
    found += [f"calls to the provider: {s[:6]}…" for s in SPELLINGS if s in calls]
    if re.search(r"/file/bot", calls):
        found.append("the provider was given an address of Telegram's files")
    return found


def _holds_secret(path: Path) -> bool:
    content = path.read_bytes()
    return any(spelling.encode() in content for spelling in SPELLINGS)
