"""`python -m tests.soak`: a week of a thousand people in minutes, then a table."""

from __future__ import annotations

import logging
import sys
import tempfile
from collections import Counter
from pathlib import Path

import click

from tests.soak.soak import Plan, Report, run

MEGABYTES_A_DAY = 1.5
"""What may be kept per day: the scripted provider's own list of tasks is most of it."""
FILES_A_DAY = 0.5


@click.command(help=__doc__)
@click.option("--people", default=1_000, show_default=True)
@click.option("--days", default=7.0, show_default=True, help="Days of fake time.")
@click.option("--faults", default=0.05, show_default=True, help="Share of calls that go wrong.")
@click.option("--seed", default=1, show_default=True)
@click.option("--keep", type=click.Path(path_type=Path), help="A new folder for databases and log.")
def main(people: int, days: float, faults: float, seed: int, keep: Path | None) -> None:
    """See the module."""
    plan = Plan(people, days, faults, seed)
    if keep is None:
        logging.disable(logging.CRITICAL)
        with tempfile.TemporaryDirectory() as directory:
            report = run(plan, Path(directory))
    else:
        keep.mkdir(parents=True)
        logging.basicConfig(filename=keep / "soak.log", level=logging.INFO)
        report = run(plan, keep)
    wrong = verdict(report)
    print(table(report))
    print("\n".join(["", *(f"WRONG: {text}" for text in wrong[:20])] if wrong else ["clean"]))
    sys.exit(bool(wrong))


def verdict(report: Report) -> list[str]:
    """All that is wrong; memory and files are judged over days only."""
    wrong = list(report.found.violations)
    if report.plan.days >= 1:
        megabytes, files = report.gauge.megabytes_a_day(), report.gauge.files_a_day()
        if megabytes > MEGABYTES_A_DAY:
            wrong.append(f"memory grows by {megabytes:.1f} MB a day")
        if abs(files) > FILES_A_DAY:
            wrong.append(f"open files grow by {files:.1f} a day")
    return wrong


def table(report: Report) -> str:
    """What happened, in a few lines."""
    plan, gauge, facts = report.plan, report.gauge, report.found.facts
    lines = [
        f"{plan.people:,} people, {plan.days:g} days ({report.virtual_days:.2f} until rest),"
        f" {plan.faults:.0%} faults, seed {plan.seed}",
        f"{report.wall_seconds:.0f} s of wall time, {report.processor_seconds:.0f} s of processor",
        "",
        *_block("the balance", balance(report)),
        *_block("the machine", report.counts),
        *_block("the witnesses", facts),
        *_block("calls", report.calls),
        f"{'faults injected':<52}{sum(report.injected.values()):>14,}",
        *(
            f"{f'memory, MB, and open files at the {name}':<52}{megabytes:>10.1f}{files:>4}"
            for name, megabytes, files in gauge.moments()
        ),
        f"{'memory, MB a day':<52}{gauge.megabytes_a_day():>14.2f}",
        f"{'open files a day':<52}{gauge.files_a_day():>14.2f}",
    ]
    return "\n".join(lines)


def balance(report: Report) -> Counter[str]:
    """What there was at the provider, in the ledger and in the chats: the lines to be quoted."""
    facts = report.found.facts
    ends = {name: facts[name] for name in facts if name.startswith("jobs ")}
    names = ("holds placed", "holds open", "provider's bill, ms", "settled, ms", "videos seen")
    return Counter({name: facts[name] for name in names} | ends)


def _block(title: str, counts: Counter[str]) -> list[str]:
    rows = [f"  {name:<50}{counts[name]:>14,}" for name in sorted(counts)]
    return [f"{title}:", *rows]


if __name__ == "__main__":
    main()
