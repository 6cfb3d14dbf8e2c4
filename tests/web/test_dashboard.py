"""The dashboard and the alert rules ask for what there is, and each rule fires when it should."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from tests.storage import orders
from tests.support.deadlines import deadline
from tests.support.fake_services import Fakes
from tests.web.test_metrics import ask, samples

ROOT = Path(__file__).parents[2]
RULES = ROOT / "docs" / "metrics" / "alerts.yml"
TESTS = Path(__file__).parent / "alerts_test.yml"
DASHBOARD = json.loads((ROOT / "docs" / "metrics" / "dashboard.json").read_text("utf-8"))
PROMTOOL = shutil.which("promtool", path=os.pathsep.join((os.environ["PATH"], f"{ROOT}/.venv/bin")))
needs_promtool = pytest.mark.skipif(PROMTOOL is None, reason="sh .ci/promtool brings it")


def promtool(*words: str | Path, reads: str = "") -> str:
    """What it complains of without failing."""
    assert PROMTOOL
    call = [PROMTOOL, *map(str, words)]
    said = subprocess.run(call, input=reads, capture_output=True, text=True, timeout=deadline())
    assert said.returncode == 0, said.stdout + said.stderr
    return said.stderr


def expressions() -> list[str]:
    return [target["expr"] for panel in DASHBOARD["panels"] for target in panel["targets"]]


def metrics_in(text: str) -> set[str]:
    return set(re.findall(r"\b(?:talking_photo|process)_[a-z_]+", text))


@pytest.mark.parametrize("where", ["rules", "tests of rules", "dashboard", "page"])
async def test_only_metrics_that_there_are_are_asked_for(fakes: Fakes, where: str) -> None:
    page = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    texts = {
        "rules": RULES.read_text("utf-8"),
        "tests of rules": TESTS.read_text("utf-8"),
        "dashboard": "\n".join(expressions()),
        "page": re.sub("`_", "`talking_photo_", page),
    }
    there = {one.name for one in await samples(fakes)}
    there |= {re.sub("_(bucket|total|sum|count)$", "", name) for name in there}
    # Those without a value until something happened, or where something is switched off.
    there |= {"talking_photo_outages", "talking_photo_photo_verdicts_total"}
    there |= {"talking_photo_backup_timestamp_seconds"}
    asked = metrics_in(texts[where])
    assert len(asked) > 5
    assert asked - there == set()


@needs_promtool
def test_each_rule_fires_when_it_should_and_only_then() -> None:
    names = re.findall(r"- alert: (\w+)", RULES.read_text("utf-8"))
    tests = TESTS.read_text("utf-8")
    for name in names:
        fires, keeps_quiet = rf"alertname: {name}\n.*\n +exp_alerts:\n", rf"{name}, .*: \[\]"
        assert re.search(fires, tests), name
        assert re.search(keeps_quiet, tests), name
    assert len(names) == len(set(names)) >= 12
    promtool("check", "rules", RULES)
    promtool("test", "rules", TESTS)


@needs_promtool
def test_a_rule_that_is_wrong_would_be_noticed(tmp_path: Path) -> None:
    for old, new in (("> 7200", "> 720000"), ("for: 15m", "for: 1m"), ('"[^"]*withdrawn', '"')):
        wrong, count = re.subn(old, new, RULES.read_text("utf-8"))
        assert count == 1
        (tmp_path / "alerts.yml").write_text(wrong)
        tests = re.sub("rule_files: .*", "rule_files: [alerts.yml]", TESTS.read_text("utf-8"))
        (tmp_path / "tests.yml").write_text(tests)
        with pytest.raises(AssertionError):
            promtool("test", "rules", tmp_path / "tests.yml")


@needs_promtool
def test_every_panel_asks_what_prometheus_understands(tmp_path: Path) -> None:
    rules: list[Any] = [{"record": f"x:{n}", "expr": expr} for n, expr in enumerate(expressions())]
    written = tmp_path / "panels.yml"
    written.write_text(json.dumps({"groups": [{"name": "panels", "rules": rules}]}))
    promtool("check", "rules", written)


@needs_promtool
async def test_the_names_are_as_prometheus_wants_them(fakes: Fakes) -> None:
    await orders.start(fakes.database)
    assert promtool("check", "metrics", reads=(await ask(fakes)).text) == ""


def test_panels_have_their_own_place_and_number() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    for one, other in combinations([panel["gridPos"] for panel in panels], 2):
        beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert beside or below
