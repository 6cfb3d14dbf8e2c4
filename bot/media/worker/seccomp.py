"""seccomp: the process takes from itself the kernel's calls that decoding a file never needs.

A filter in the kernel's packet language (classic BPF) looks at the number of each call: see
seccomp(2). Numbers are those of x86-64 and of 64-bit ARM; elsewhere there is no filter.
"""

from __future__ import annotations

import ctypes
import errno
import os
import platform
import struct

from bot.linux import system_call

_SET_MODE_FILTER = 1
_ALL_THREADS = 1
_SECCOMP = {"x86_64": 317, "aarch64": 277}
_AUDIT_ARCHITECTURE = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_FIRST_OF_X32 = 0x40000000
"""From here on, x86-64 has the same calls a second time."""

_ALLOW, _REFUSE, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_AT_LEAST, _JUMP_IF_ANY, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_AT_NUMBER, _AT_ARCHITECTURE, _AT_FIRST_ARGUMENT = 0, 4, 16
_CLONE_THREAD = 0x00010000

_CLONE, _CLONE3 = {"x86_64": 56, "aarch64": 220}, 435
_TO_ITSELF = {
    "kill": (62, 129),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
}
"""Signals, which may be sent to this process only."""

_REFUSED = {
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "socket": (41, 198),
    "socketpair": (53, 199),
    "connect": (42, 203),
    "bind": (49, 200),
    "listen": (50, 201),
    "accept": (43, 202),
    "accept4": (288, 242),
    "sendto": (44, 206),
    "sendmsg": (46, 211),
    "sendmmsg": (307, 269),
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "tkill": (200, 130),
    "pidfd_send_signal": (424, 424),
    "pidfd_open": (434, 434),
    "pidfd_getfd": (438, 438),
    "process_madvise": (440, 440),
    "setpriority": (141, 140),
    "unshare": (272, 97),
    "setns": (308, 268),
    "chroot": (161, 51),
    "pivot_root": (155, 41),
    "mount": (165, 40),
    "umount2": (166, 39),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "open_by_handle_at": (304, 265),
    "memfd_create": (319, 279),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    "userfaultfd": (323, 282),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "reboot": (169, 142),
    "personality": (135, 92),
}
"""Other programs and processes, connections, other worlds of files, and the kernel's own."""


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p)]


def refuse_calls() -> None:
    """From now on no program, process, connection or signal to others; for good.

    Needs no_new_privs. Raises OSError where the kernel has no filters, or other numbers.
    """
    machine = platform.machine()
    if machine not in _SECCOMP:
        raise OSError(errno.ENOSYS, f"no filter of calls for {machine}")
    instructions = _filter(machine)
    program = _Program(len(instructions) // struct.calcsize("HBBI"), instructions)
    system_call(_SECCOMP[machine], _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(program))


def _filter(machine: str) -> bytes:
    """For each call that is refused a few instructions, which the others jump over."""
    column = list(_SECCOMP).index(machine)
    refuse = _return(_REFUSE | errno.EPERM)
    parts = [_load(_AT_ARCHITECTURE)]
    parts += [_unless(_JUMP_IF_EQUAL, _AUDIT_ARCHITECTURE[machine], _return(_KILL))]
    parts += [_load(_AT_NUMBER), _where(_JUMP_IF_AT_LEAST, _FIRST_OF_X32, refuse)]
    # Told that there is none, the C library falls back on `clone`, whose flags a filter can read.
    parts += [_where(_JUMP_IF_EQUAL, _CLONE3, _return(_REFUSE | errno.ENOSYS))]
    a_thread = _load(_AT_FIRST_ARGUMENT) + _unless(_JUMP_IF_ANY, _CLONE_THREAD, refuse)
    parts += [_where(_JUMP_IF_EQUAL, _CLONE[machine], a_thread + _return(_ALLOW))]
    itself = _load(_AT_FIRST_ARGUMENT) + _unless(_JUMP_IF_EQUAL, os.getpid(), refuse)
    for numbers in _TO_ITSELF.values():
        parts += [_where(_JUMP_IF_EQUAL, numbers[column], itself + _return(_ALLOW))]
    for each in _REFUSED.values():
        number = each[column]
        parts += [_where(_JUMP_IF_EQUAL, number, refuse)] if number is not None else []
    return b"".join([*parts, _return(_ALLOW)])


def _instruction(code: int, if_true: int, if_false: int, value: int) -> bytes:
    return struct.pack("HBBI", code, if_true, if_false, value)


def _load(offset: int) -> bytes:
    return _instruction(_LOAD, 0, 0, offset)


def _return(action: int) -> bytes:
    return _instruction(_RETURN, 0, 0, action)


def _where(test: int, value: int, then: bytes) -> bytes:
    return _instruction(test, 0, _count(then), value) + then


def _unless(test: int, value: int, then: bytes) -> bytes:
    return _instruction(test, _count(then), 0, value) + then


def _count(instructions: bytes) -> int:
    return len(instructions) // struct.calcsize("HBBI")
