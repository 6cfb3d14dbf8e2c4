"""Landlock: the process takes from itself every file, port and signal that it was not left.

Numbers and structures are those of the kernel's `include/uapi/linux/landlock.h`.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Iterable, Mapping
from pathlib import Path

from bot.linux import system_call

_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_ASK_VERSION = 1
_PATH_BENEATH = 1

_WRITE_FILE, _READ_FILE, _READ_DIRECTORY = 1 << 1, 1 << 2, 1 << 3
_REMOVE_FILE, _MAKE_FILE, _TRUNCATE = 1 << 5, 1 << 8, 1 << 14

READ = _READ_FILE | _READ_DIRECTORY
WRITE = READ | _WRITE_FILE | _REMOVE_FILE | _MAKE_FILE | _TRUNCATE
_OF_FILES = _READ_FILE | _WRITE_FILE | _TRUNCATE
"""What can be said of a file; the rest is said of a folder."""

_RIGHTS_OF_VERSION = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""So many kinds of access to files each version of Landlock knows, later ones the last."""
_FIRST_WITH_PORTS, _FIRST_WITH_SCOPES = 4, 6
_BOTH = 0b11
"""Binding and connecting; abstract sockets and signals."""


class _Ruleset(ctypes.Structure):
    _fields_ = [
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    ]


class _PathBeneath(ctypes.Structure):
    _fields_ = [("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32)]


def leave_only(paths: Mapping[Path, int]) -> None:
    """Keep the rights READ or WRITE beneath these paths, for good, and lose all others.

    Needs no_new_privs. A path that is not there is passed over.
    Raises OSError where the kernel has no Landlock.
    """
    version = system_call(_CREATE_RULESET, None, 0, _ASK_VERSION)
    rights = (1 << _RIGHTS_OF_VERSION.get(version, max(_RIGHTS_OF_VERSION.values()))) - 1
    ruleset = _Ruleset(
        rights,
        _BOTH if version >= _FIRST_WITH_PORTS else 0,
        _BOTH if version >= _FIRST_WITH_SCOPES else 0,
    )
    number = system_call(_CREATE_RULESET, ctypes.byref(ruleset), ctypes.sizeof(ruleset), 0)
    try:
        _allow(number, ((path, kept & rights) for path, kept in paths.items()))
        system_call(_RESTRICT_SELF, number, 0)
    finally:
        os.close(number)


def _allow(ruleset: int, kept: Iterable[tuple[Path, int]]) -> None:
    for path, rights in kept:
        try:
            opened = os.open(path, os.O_PATH | os.O_CLOEXEC)  # type: ignore[attr-defined,unused-ignore]
        except OSError:
            continue
        try:
            rule = _PathBeneath(rights if path.is_dir() else rights & _OF_FILES, opened)
            system_call(_ADD_RULE, ruleset, _PATH_BENEATH, ctypes.byref(rule), 0)
        finally:
            os.close(opened)
