"""What Linux offers a process to shut itself off with, called as its headers say: by number.

On other systems every call raises OSError, as on a kernel that does not know it.
"""

from __future__ import annotations

import ctypes
import os
import sys
from pathlib import Path

PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38


def said_in(path: Path) -> str:
    """What the kernel says in a file of /proc or /sys; nothing where there is no such file."""
    try:
        return path.read_text("ascii", "replace")
    except OSError:
        return ""


def system_call(number: int, *arguments: object) -> int:
    """Call the kernel with numbers, pointers and None; raises OSError."""
    wide = (ctypes.c_long(each) if isinstance(each, int) else each for each in arguments)
    return _checked("syscall", ctypes.c_long(number), *wide)


def prctl(option: int, value: int) -> None:
    """Change what holds for this process, see prctl(2); raises OSError."""
    _checked("prctl", option, *map(ctypes.c_ulong, (value, 0, 0, 0)))


def _checked(function: str, *arguments: object) -> int:
    if sys.platform != "linux":
        raise OSError(f"{function} is Linux's")
    library = ctypes.CDLL(None, use_errno=True)
    result: int = getattr(library, function)(*arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result
