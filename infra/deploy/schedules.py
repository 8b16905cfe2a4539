"""Cloud Scheduler's jobs, one per tick, through its own client library."""

from collections.abc import Mapping
from typing import Any

from infra.deploy.step import Action, Ask, Found, Listing, SchedulerCall, Section, Step, mark_of
from infra.deploy.target import Target
from infra.manifest import Function, Manifest, Trigger

DESCRIPTION = "Rollcall"  # of each job of ours, with the mark after it: jobs take no labels
# A tick that fails gives itself back for these tries; the next one comes soon anyway.
RETRIES = {"retryCount": 2, "minBackoffDuration": "5s", "maxBackoffDuration": "60s", "maxDoublings": 3}


def schedule_steps(manifest: Manifest, target: Target) -> list[Step]:
    """The jobs. A paused one stays paused when it is updated."""
    return [_schedule(tick, target) for tick in manifest.with_trigger(Trigger.TICK)]


def parent(target: Target) -> str:
    """Where the jobs are."""
    return f"projects/{target.project}/locations/{target.region}"


def jobs(target: Target) -> Listing:
    """The region's jobs."""
    look = SchedulerCall(method="list_jobs", parent=parent(target))

    def read(ask: Ask) -> Mapping[str, Found]:
        return {job["name"].rpartition("/")[2]: _found(job) for job in ask(look)}

    def remove(name: str, found: Found) -> Action:
        return SchedulerCall(method="delete_job", parent=parent(target), job={"name": found.id})

    return Listing(name="jobs", looks=(look,), read=read, remove=remove)


def switch_jobs(manifest: Manifest, target: Target, *, paused: bool, name: str = "") -> list[SchedulerCall]:
    """Pause or resume the ticks, all or the one called `name`. Raises ManifestError when there is none."""
    ticks = [manifest.get(name)] if name else manifest.with_trigger(Trigger.TICK)
    method = "pause_job" if paused else "resume_job"
    return [
        SchedulerCall(method=method, parent=parent(target), job={"name": job_name(tick, target)})
        for tick in ticks
    ]


def job_name(tick: Function, target: Target) -> str:
    """The job's whole name."""
    return f"{parent(target)}/jobs/{tick.service}"


def _found(job: Mapping[str, Any]) -> Found:
    words = job.get("description", "").split()
    is_ours = len(words) == 2 and words[0] == DESCRIPTION
    return Found(id=job["name"], mark=words[1] if is_ours else "", is_ours=is_ours)


def _schedule(tick: Function, target: Target) -> Step:
    url = target.url(tick)
    job: dict[str, Any] = {
        "name": job_name(tick, target),
        "schedule": tick.schedule,
        "timeZone": "Etc/UTC",
        "attemptDeadline": f"{tick.timeout_seconds}s",
        "retryConfig": RETRIES,
        "httpTarget": {
            "uri": f"{url}/",
            "httpMethod": "POST",
            "oidcToken": {"serviceAccountEmail": target.caller, "audience": url},
        },
    }
    mark = mark_of(job)
    job["description"] = f"{DESCRIPTION} {mark}"
    return Step(
        section=Section.SCHEDULES,
        title=f"job {tick.service}: {tick.schedule}",
        listing=jobs(target),
        key=tick.service,
        mark=mark,
        create=(SchedulerCall(method="create_job", parent=parent(target), job=job),),
        update=(SchedulerCall(method="update_job", parent=parent(target), job=job),),
    )
