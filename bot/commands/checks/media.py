"""The media libraries, tried out on the samples."""

from __future__ import annotations

from importlib.resources import files
from importlib.util import find_spec

from bot.commands.checks.finding import Finding, ok, problem, warning
from bot.media.calls import normalise_picture, normalise_sound, what_is_lacking
from bot.media.errors import MediaFailure
from bot.media.exchange import Protection
from bot.media.processes import MediaProcesses
from bot.media.worker.room import LEAST_MIB, NEEDED_MIB, machine_mebibytes

_REINSTALL = "install the packages again (pip install -r requirements.txt)"


async def check_media() -> list[Finding]:
    """Look at the memory; decode a voice message, a photo, and find its face; look for HEIC."""
    samples = files("bot.sandbox") / "samples"
    memory = check_memory(machine_mebibytes())
    try:
        async with MediaProcesses() as media:
            sound = await media.run(
                normalise_sound, (samples / "voice.ogg").read_bytes(), None, True
            )
            picture = await media.run(normalise_picture, (samples / "portrait.jpg").read_bytes())
            lacking = await media.run(what_is_lacking)
    except MediaFailure as error:
        unread = problem(f"media: the samples cannot be read ({error})", _REINSTALL)
        return [memory, unread, _heic()]
    seconds = sound.duration_milliseconds / 1_000
    return [
        memory,
        ok(f"sound: the sample is read and levelled ({seconds:.1f} seconds)"),
        _face(len(picture.faces)),
        _guard(lacking),
        _heic(),
    ]


def check_memory(mebibytes: int) -> Finding:
    """Whether this machine or container has what is promised for."""
    told = f"memory: {mebibytes} MB"
    if mebibytes < LEAST_MIB:
        return problem(told, f"give it {LEAST_MIB} MB, or {NEEDED_MIB} for voices over 20 seconds")
    if mebibytes < NEEDED_MIB:
        remedy = f"give it {NEEDED_MIB} MB, or set LONGEST_VOICE_SECONDS=0"
        return warning(f"{told}, too little for voices over 20 seconds and large pictures", remedy)
    return ok(told)


def _face(count: int) -> Finding:
    if count == 1:
        return ok("pictures: the sample is read and its face found")
    return problem(f"pictures: {count} faces were found in the sample instead of 1", _REINSTALL)


def _guard(lacking: tuple[Protection, ...]) -> Finding:
    if not lacking:
        return ok("media processes: shut off from files, network and other programs")
    missing = " and ".join(each.value for each in lacking)
    return warning(
        f"media processes: this kernel gives no {missing}, which would shut them off",
        "run the bot where it does: Linux 5.13 or newer, in a container that allows it",
    )


def _heic() -> Finding:
    if find_spec("pillow_heif"):
        return ok("pictures: HEIC can be read")
    return warning(
        "pictures: HEIC (iPhone pictures sent as files) cannot be read",
        "install the package pillow-heif as well if you want them",
    )
