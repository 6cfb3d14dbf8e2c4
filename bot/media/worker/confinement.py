"""What a media process takes from itself before it touches a stranger's file.

Its world is the code of Python and of its libraries, to read, and the folders of videos where it
makes videos. It sees no other file and no other process, opens no connection, starts no program.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

from bot.linux import PR_SET_NO_NEW_PRIVS, prctl
from bot.media.exchange import Protection
from bot.media.worker.landlock import READ, WRITE, leave_only
from bot.media.worker.seccomp import refuse_calls

_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache")
_DEVICES = {Path("/dev/null"): WRITE, Path("/dev/urandom"): READ}


lacking: tuple[Protection, ...] = ()
"""What this process asked for in vain."""


def what_is_lacking() -> tuple[Protection, ...]:
    """What the kernel did not give this process."""
    return lacking


def confine(folders: tuple[Path, ...]) -> None:
    """Shut this process off from all but its code and, to write in, these folders; for good.

    What the kernel does not give is missing then, see `what_is_lacking`.
    """
    global lacking
    os.environ.clear()
    steps: dict[Protection, Callable[[], None]] = {
        Protection.PRIVILEGES: lambda: prctl(PR_SET_NO_NEW_PRIVS, 1),
        Protection.FILES: lambda: leave_only(_world(folders)),
        Protection.CALLS: refuse_calls,
    }
    lacking = tuple(protection for protection, take in steps.items() if not _was_given(take))


def _was_given(take: Callable[[], None]) -> bool:
    try:
        take()
    except OSError:
        return False
    return True


def _world(folders: tuple[Path, ...]) -> dict[Path, int]:
    code = dict.fromkeys([*map(Path, _LIBRARIES), *_code()], READ)
    return code | _DEVICES | dict.fromkeys(folders, WRITE)


def _code() -> Iterator[Path]:
    """Python's own folders, and of others on its path only the packages: beside ours are the
    operator's settings."""
    paths = sysconfig.get_paths()
    own = {Path(paths[name]) for name in ("stdlib", "platstdlib", "purelib", "platlib")}
    yield from own
    for entry in {Path(entry) for entry in sys.path if entry} - own:
        if "site-packages" in entry.parts or entry.name == "lib-dynload":
            yield entry
        else:
            yield from (inner.parent for inner in entry.glob("*/__init__.py"))
