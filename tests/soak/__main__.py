"""`python -m tests.soak`: a week of a thousand people in minutes, then a table."""

from __future__ import annotations

import logging
import sys
import tempfile
from pathlib import Path

import click

from tests.soak.soak import Plan, Report, run

MEGABYTES_A_DAY = 1.5
"""What may be kept per day: the local provider's own bill is most of it."""
FILES_A_DAY = 0.5


@click.command(help=__doc__)
@click.option("--people", default=1_000, show_default=True)
@click.option("--members", default=30, show_default=True, help="Of them in a group as well.")
@click.option("--days", default=7.0, show_default=True, help="Days of fake time.")
@click.option("--faults", default=0.05, show_default=True, help="Share of calls that go wrong.")
@click.option("--seed", default=1, show_default=True)
@click.option("--keep", type=click.Path(path_type=Path), help="A new folder for databases and log.")
def main(
    people: int, members: int, days: float, faults: float, seed: int, keep: Path | None
) -> None:
    """See the module."""
    plan = Plan(people, members, days, faults, seed)
    with tempfile.TemporaryDirectory() as temporary:
        if keep is None:
            logging.disable(logging.CRITICAL)
        else:
            keep.mkdir(parents=True)
            logging.basicConfig(filename=keep / "soak.log", level=logging.INFO)
        report = run(plan, keep or Path(temporary))
    wrong = verdict(report)
    print(table(report))
    print("\n".join(["", *(f"WRONG: {text}" for text in wrong[:20])] if wrong else ["clean"]))
    sys.exit(bool(wrong))


def verdict(report: Report) -> list[str]:
    """All that is wrong; memory and files are judged over days only."""
    wrong, gauge = list(report.found.violations), report.gauge
    if report.plan.days >= 1:
        if (megabytes := gauge.a_day(gauge.megabytes)) > MEGABYTES_A_DAY:
            wrong.append(f"memory grows by {megabytes:.1f} MB a day")
        if abs(files := gauge.a_day(gauge.files)) > FILES_A_DAY:
            wrong.append(f"open files grow by {files:.1f} a day")
    return wrong


def table(report: Report) -> str:
    """What happened: all that was counted, by name."""
    gauge = report.gauge
    lines = [
        str(report.plan),
        f"memory, MB: {[round(megabytes) for megabytes in gauge.megabytes[::8]]},"
        f" a day {gauge.a_day(gauge.megabytes):.2f}",
        f"open files: {gauge.files[::8]}, a day {gauge.a_day(gauge.files):.2f}",
    ]
    for title, counts in report.counts.items():
        lines += [f"{title}:", *(f"  {name:<50}{counts[name]:>14,}" for name in sorted(counts))]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
