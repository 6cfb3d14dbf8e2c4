"""The media processes, one a kind of work: what each may use, and how long it stays without work.

Which work is of which kind, `bot.media.calls` declares with each call. Kinds do not wait for one
another; calls of one kind queue.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ProcessKind:
    """Bounds of a process; time counts anew for each call.

    `niceness`: how far behind others it stands where they want the same processor.
    `silence_seconds`: a call that tells how far it is hangs when it told nothing for so long.
    """

    name: str
    address_space_mib: int
    cpu_seconds: int
    wall_seconds: float
    idle_seconds: float
    writes_files: bool = True
    niceness: int = 0
    silence_seconds: float = math.inf


DECODING = ProcessKind(
    "decoding", 1280, cpu_seconds=15, wall_seconds=30, idle_seconds=60, writes_files=False
)
"""Strangers' files: nothing that they do can reach the disk.

The libraries take 420 MiB of address space, the costliest picture that is allowed
(50 million pixels of WebP) 720 MiB more, any sound 80 MiB.
"""

LISTENING = ProcessKind(
    "listening", 1280, cpu_seconds=120, wall_seconds=300, idle_seconds=10, writes_files=False
)
"""Strangers' long voices. Five minutes of stereo take 3 s and 330 MiB beside the libraries."""

FINISHING = ProcessKind("finishing", 2048, cpu_seconds=300, wall_seconds=600, idle_seconds=60)
"""What is done to a video that was made: paid for, often."""

JOINING = ProcessKind("joining", 2048, cpu_seconds=1800, wall_seconds=3600, idle_seconds=10)
"""Every picture is encoded anew: five minutes at 480P take about a minute."""

RENDERING = ProcessKind(
    "rendering",
    2048,
    cpu_seconds=300,
    wall_seconds=600,
    idle_seconds=60,
    niceness=10,
    silence_seconds=45,
)
"""Previews, which cost nothing: whatever else there is to do comes first.

They tell of each frame, of which one takes a tenth of a second.
"""

ENDING_PREVIEWS = replace(JOINING, name="ending previews", niceness=10)
"""What takes long of previews that are rendered: no paid video waits for it."""

KINDS = (DECODING, LISTENING, FINISHING, JOINING, RENDERING, ENDING_PREVIEWS)
