"""The real bot with a machine that can be spoilt: `python -m tests.machine.child run`.

Settings of its own: MACHINE_TROUBLE, a file; while it exists, the pragma in it is run before each
transaction. The others are those of `tests.crash.child`.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from storage.database import Database, Transaction
from tests.crash import child

_transaction = Database.transaction


@asynccontextmanager
async def _spoilt(self: Database) -> AsyncIterator[Transaction]:
    if pragma := _trouble():
        await self._writer.execute(f"PRAGMA {pragma}")
    async with _transaction(self) as tx:
        yield tx


def _trouble() -> str:
    path = Path(os.environ["MACHINE_TROUBLE"])
    return path.read_text() if path.exists() else ""


def main() -> None:
    """Spoil what is asked for, then run the bot."""
    Database.transaction = _spoilt  # type: ignore[method-assign]
    child.main()


if __name__ == "__main__":
    main()
