"""Files of videos on our disk: that of a job, and those of the tasks that it is joined of."""

from __future__ import annotations

from pathlib import Path

from storage.jobs.jobs import Job
from storage.jobs.tasks import Task


def video_of(results: Path, job_id: int) -> Path:
    """Where a job's video is kept until it was seen delivered, and for a while after."""
    return results / f"{job_id}.mp4"


def result_of(results: Path, job: Job, task: Task) -> Path:
    """Where a task's result is kept: that of a job's only task is its video."""
    if job.is_made_by(task):
        return video_of(results, job.id)
    return results / f"{task.name}.mp4"
