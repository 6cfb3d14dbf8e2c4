"""`python -m tests.bench [SUBJECT …]`: one table of how the bot compares."""

from __future__ import annotations

import argparse
import asyncio
import sys
from importlib import import_module

from tests.bench.figures import Figure, table

SUBJECTS = (
    "start",
    "memory",
    "job",
    "crowd",
    "normalisation",
    "updates",
    "webhook",
    "large_video",
    "queue",
    "previews",
)


async def _measured(subjects: list[str]) -> list[Figure]:
    figures: list[Figure] = []
    for subject in subjects:
        print(f"measuring: {subject} …", file=sys.stderr)
        figures += await import_module(f"tests.bench.{subject}").measure()
    return figures


def main() -> None:
    """Measure what is asked for, or all; the exit code is 1 where a promise is not kept."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("subjects", nargs="*", metavar="SUBJECT", help=", ".join(SUBJECTS))
    subjects = parser.parse_args().subjects or list(SUBJECTS)
    if unknown := set(subjects) - set(SUBJECTS):
        parser.error(f"no such subject: {', '.join(sorted(unknown))} (of {', '.join(SUBJECTS)})")
    figures = asyncio.run(_measured(subjects))
    print(table(figures))
    sys.exit(not all(figure.holds for figure in figures))


if __name__ == "__main__":
    main()
