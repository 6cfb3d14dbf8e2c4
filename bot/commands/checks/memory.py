"""Whether this machine, or its container, has the memory that is promised to be enough."""

from __future__ import annotations

from bot.commands.checks.finding import Finding, ok, problem, warning
from bot.media.worker.room import LEAST_MIB, NEEDED_MIB, is_size, machine_mebibytes


def check_memory(mebibytes: int | None = None) -> Finding:
    """Of that size; of this machine's, where none is given."""
    size = machine_mebibytes() if mebibytes is None else mebibytes
    told = f"memory: {size} MB"
    if not is_size(size, LEAST_MIB):
        return problem(told, f"give it {LEAST_MIB} MB, or {NEEDED_MIB} for voices over 20 seconds")
    if not is_size(size, NEEDED_MIB):
        remedy = f"give it {NEEDED_MIB} MB, or set LONGEST_VOICE_SECONDS=0"
        return warning(f"{told}, too little for voices over 20 seconds and large pictures", remedy)
    return ok(told)
