"""A short soak: the same as `make soak`, some hours of a few people, some of them in a group."""

from __future__ import annotations

from pathlib import Path

from tests.soak.__main__ import table, verdict
from tests.soak.soak import Plan, run


def test_after_hours_of_faults_and_kills_the_books_balance(tmp_path: Path) -> None:
    plan = Plan(20, 12, days=0.08, seed=4, sessions_per_day=20.0, hours_between_ends=0.2)
    report = run(plan, tmp_path)
    assert verdict(report) == [], table(report)
    assert report.counts["books"]["jobs done"] > 15
    assert report.counts["books"]["videos withdrawn"] > 0
    assert report.counts["books"]["videos removed"] > 0
    assert report.counts["machine"]["kills"] > 3
    assert report.counts["faults injected"].total() > 100
    files = report.gauge.files
    item = len(files) // 2
    assert max(files[item:]) <= max(files[:item]) + 2, files
