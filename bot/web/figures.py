"""What each of the storage's figures is called as a metric, and what its labels can say.

Labels are closed sets: whatever is none of theirs, of a later version or a provider's, is "other".
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import product

from prometheus_client.metrics_core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)

from bot.config.engines import ENGINES
from bot.dashscope.errors import StopCause
from storage.figures import WAIT_BUCKETS, Figure
from storage.jobs.failures import CAUSES
from storage.jobs.jobs import FINAL, JobState
from storage.jobs.tasks import ENDED, TaskState

OTHER = "other"
STAGES = ("queue", "render", "deliver", "all")

Closed = Mapping[str, Set[str]]
"""What each label can say."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How a figure is shown: `labels` of its source, state and detail, "" for those that say
    nothing; its total is divided by `unit`. `age`: what the oldest's age is called.
    """

    metric: str
    help: str
    labels: tuple[str, str, str]
    family: type[CounterMetricFamily | GaugeMetricFamily] = CounterMetricFamily
    unit: float = 1
    age: str = ""

    @property
    def names(self) -> list[str]:
        """The labels that say something."""
        return [label for label in self.labels if label]


_GAUGE = GaugeMetricFamily

SHAPES = {
    "jobs": Shape(
        "jobs_ended", "Jobs that ended; the cause of those that failed.", ("engine", "end", "cause")
    ),
    "tasks": Shape("tasks_ended", "Renderings of jobs that ended.", ("engine", "task_end", "")),
    "holds": Shape("jobs_ordered", "Jobs that were ordered.", ("engine", "", "")),
    "video milliseconds": Shape(
        "video_seconds",
        "Video that was set aside, and that was billed.",
        ("engine", "entry", ""),
        unit=1e3,
    ),
    "micro-yuan": Shape(
        "money_yuan",
        "Money that was set aside, billed and given back.",
        ("engine", "entry", ""),
        unit=1e6,
    ),
    "held micro-yuan": Shape(
        "held_yuan", "Money that is set aside now.", ("engine", "", ""), _GAUGE, unit=1e6
    ),
    "verdicts": Shape("photo_verdicts", "Photos that were checked.", ("model", "verdict", "")),
    "updates": Shape("updates_handled", "Updates that were handled.", ("", "update_end", "")),
    "outbox": Shape("outbox_ended", "What was to be said or done once.", ("kind", "outcome", "")),
    "open jobs": Shape("jobs", "Jobs under way.", ("engine", "state", ""), _GAUGE),
    "open tasks": Shape("tasks", "Renderings under way.", ("engine", "task_state", ""), _GAUGE),
    "open queue": Shape(
        "queue_jobs",
        "Jobs that wait for the service.",
        ("engine", "", ""),
        _GAUGE,
        age="queue_oldest_age_seconds",
    ),
    "open updates": Shape(
        "updates_waiting",
        "Updates that were received and are not handled.",
        ("", "", ""),
        _GAUGE,
        age="updates_oldest_age_seconds",
    ),
    "open outbox": Shape(
        "outbox_entries", "What is to be said or done once.", ("kind", "", ""), _GAUGE
    ),
    "open outages": Shape(
        "outages", "What the service refuses to do.", ("", "stop_cause", ""), _GAUGE
    ),
}

CLOSED: Closed = {
    "engine": frozenset(ENGINES),
    "model": frozenset(kind.detection for kind in ENGINES.values()),
    "end": frozenset(FINAL),
    "state": frozenset(JobState) - frozenset(FINAL),
    "cause": CAUSES | {""},
    "task_end": frozenset(ENDED),
    "task_state": frozenset(TaskState) - frozenset(ENDED),
    "entry": frozenset({"hold", "settle", "release"}),
    "verdict": frozenset({"passed", "refused"}),
    "update_end": frozenset({"done", "parked"}),
    "outcome": frozenset({"done", "given_up"}),
    "stop_cause": frozenset(cause.value for cause in StopCause),
}
"""Those that do not depend on what is running."""

_SHOWN_AS = {"end": "state", "task_end": "state", "task_state": "state", "update_end": "state"}
_SHOWN_AS |= {"stop_cause": "cause"}


def families(
    figures: Sequence[Figure], closed: Closed, engines: Sequence[str], now_milliseconds: int
) -> Iterator[Metric]:
    """All of them; of the engines that are on also those that are 0."""
    by_name: dict[str, list[Figure]] = defaultdict(list)
    for figure in figures:
        by_name[figure.name].append(figure)
    for name, shape in SHAPES.items():
        totals = _zeros(shape, closed, engines)
        ages = dict.fromkeys(totals, 0.0)
        for figure in by_name[name]:
            labels = _labels(shape, figure, closed)
            totals[labels] = totals.get(labels, 0) + figure.total / shape.unit
            age = (now_milliseconds - (figure.since_milliseconds or now_milliseconds)) / 1000
            ages[labels] = max(ages.get(labels, 0), age)
        yield _family(shape, shape.metric, shape.help, totals)
        if shape.age:
            yield _family(shape, shape.age, f"{shape.help} The age of the oldest.", ages)
    yield _wait_times(by_name)


def _labels(shape: Shape, figure: Figure, closed: Closed) -> tuple[str, ...]:
    said = (figure.source, figure.state, figure.detail)
    pairs = [(label, value) for label, value in zip(shape.labels, said, strict=True) if label]
    return tuple(value if value in closed[label] else OTHER for label, value in pairs)


def _zeros(shape: Shape, closed: Closed, engines: Sequence[str]) -> dict[tuple[str, ...], float]:
    """A series that begins with its first event has no rise: those that can be seen begin at 0."""
    if shape.metric in ("outages", "photo_verdicts"):
        return {}
    sets = [engines if name == "engine" else sorted(closed[name]) for name in shape.names]
    return {labels: 0.0 for labels in product(*sets) if _can_be(shape, labels)}


def _can_be(shape: Shape, labels: tuple[str, ...]) -> bool:
    if shape.metric == "video_seconds":
        return labels[1] != "release"
    return shape.metric != "jobs_ended" or (labels[1] == JobState.FAILED) == bool(labels[2])


def _family(
    shape: Shape, metric: str, explained: str, values: Mapping[tuple[str, ...], float]
) -> Metric:
    names = [_SHOWN_AS.get(name, name) for name in shape.names]
    family = shape.family(f"talking_photo_{metric}", explained, labels=names)
    for labels, value in values.items():
        family.add_metric(labels, value)
    return family


def _wait_times(by_name: Mapping[str, Sequence[Figure]]) -> Metric:
    family = HistogramMetricFamily(
        "talking_photo_wait_seconds",
        "How long people waited for a video that came: until the service began with it, while it "
        "rendered, until it was in the chat, and in all.",
        labels=["stage"],
    )
    counts = {(figure.state, figure.detail): figure.total for figure in by_name["waits"]}
    sums = {figure.state: figure.total / 1000 for figure in by_name["waited milliseconds"]}
    for stage in STAGES:
        ends = (*map(str, WAIT_BUCKETS), "+Inf")
        in_each = [counts.get((stage, end), 0) for end in ends]
        family.add_metric([stage], cumulated(ends, in_each), sums.get(stage, 0.0))
    return family


def cumulated(ends: Sequence[str], in_each: Sequence[int]) -> list[tuple[str, float]]:
    """A histogram's buckets: each holds those before it."""
    return [(end, sum(in_each[: place + 1])) for place, end in enumerate(ends)]
