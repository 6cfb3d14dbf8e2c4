"""The media processes, one a kind of work: what each may use, and how long it stays without work.

Which work is of which kind, `bot.media.calls` declares with each call. Calls of one kind queue;
kinds wait for one another only where there is no memory for both.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ProcessKind:
    """Bounds of a process; time counts anew for each call.

    `usual_mib`: the memory that what is promised takes, the libraries' 72 MiB among it; `most_mib`:
    what it may have where there is much, see `Room`. `niceness`: how far behind others it stands
    where they want the same processor.
    `silence_seconds`: a call that tells how far it is hangs when it told nothing for so long.
    """

    name: str
    usual_mib: int
    most_mib: int
    cpu_seconds: int
    wall_seconds: float
    idle_seconds: float
    writes_files: bool = True
    niceness: int = 0
    silence_seconds: float = math.inf


DECODING = ProcessKind(
    "decoding", 288, 1024, cpu_seconds=15, wall_seconds=30, idle_seconds=60, writes_files=False
)
"""Strangers' files: nothing that they do can reach the disk.

A voice takes 135 MiB, a JPEG of 200 million pixels 140; of other pictures as many pixels are taken
as there is memory for.
"""

LISTENING = ProcessKind(
    "listening", 288, 512, cpu_seconds=120, wall_seconds=300, idle_seconds=10, writes_files=False
)
"""Strangers' long voices. Five minutes take 3 s and 225 MiB, in 5.1 some 245."""

FINISHING = ProcessKind("finishing", 256, 512, cpu_seconds=300, wall_seconds=600, idle_seconds=60)
"""What is done to a video that was made: paid for, often. 100 MB of 720P take 190 MiB."""

JOINING = ProcessKind("joining", 256, 512, cpu_seconds=1800, wall_seconds=3600, idle_seconds=10)
"""Every picture is encoded anew: five minutes at 480P take about a minute, and 210 MiB at 720P."""

RENDERING = ProcessKind(
    "rendering",
    192,
    512,
    cpu_seconds=300,
    wall_seconds=600,
    idle_seconds=60,
    niceness=10,
    silence_seconds=45,
)
"""Previews, which cost nothing: whatever else there is to do comes first.

They tell of each frame, of which one takes a tenth of a second. 135 MiB, at 720P 160.
"""

ENDING_PREVIEWS = replace(JOINING, name="ending previews", niceness=10)
"""What takes long of previews that are rendered: no paid video waits for it."""

KINDS = (DECODING, LISTENING, FINISHING, JOINING, RENDERING, ENDING_PREVIEWS)
