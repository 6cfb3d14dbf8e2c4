"""Why a job failed, as the key of the text that says so, and who bears what was billed by then."""

from __future__ import annotations

OBJECTED = "failed-objected"
"""Its video must not be shown: somebody in it does not want it."""

WITHDRAWN = "failed-withdrawn"
"""Its video must not be shown: it was taken down, or its maker was banned."""

SERVICE_FAULTS = frozenset(
    {
        "failed-service",
        "failed-here",
        "failed-stopped",
        "failed-waited",
        "failed-timeout",
        "failed-lost",
        "failed-released",
        "failed-invalid",
        "failed-voice-too-long",  # a voice is measured and cut by the bot itself
        "failed-restored",
        "failed-too-big",
        "failed-switched-off",
        "failed-no-verdict",
    }
)
"""The bot's own, its operator's and the provider's. Every other failure comes of what a person
sent or did: its maker pays for it, or a quota could be gone around."""


CAUSES = SERVICE_FAULTS | {
    OBJECTED,
    WITHDRAWN,
    "failed-gone",
    "failed-moderated",
    "failed-photo",
    "failed-refused",
    "failed-unchecked",
}
"""All there are."""

UNKNOWN_BILLS = frozenset({"failed-lost", "failed-released"})
"""After which nobody can tell whether the provider billed what was submitted."""


def is_charged(failure: str) -> bool:
    """Whether what was billed counts for the maker of a job that failed for this reason."""
    return failure not in SERVICE_FAULTS
