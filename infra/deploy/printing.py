"""Actions as exact shell commands, and a plan as text."""

import json
import shlex
from collections.abc import Iterator, Sequence

from infra.deploy.step import (
    RANDOM_SECRET,
    Action,
    Gcloud,
    Request,
    SchedulerCall,
    Section,
    Step,
    UntilEmpty,
)
from infra.deploy.target import EXAMPLE_NUMBER, Target

AUTHORIZATION = '"Authorization: Bearer $(gcloud auth print-access-token)"'


def shell(action: Action) -> str:
    """What one would type. Cloud Scheduler is spoken to by its client library, so that line is a comment."""
    match action:
        case Gcloud(words=words, makes_secret=makes_secret):
            command = shlex.join(("gcloud", *words))
            return f"{shlex.join(RANDOM_SECRET)} | {command}" if makes_secret else command
        case Request(method=method, url=url, body=body):
            data = f" -H 'Content-Type: application/json' -d {shlex.quote(json.dumps(body))}" if body else ""
            return f"curl -sS --fail -X {method} -H {AUTHORIZATION}{data} {shlex.quote(url)}"
        case SchedulerCall(method=method, parent=parent, job=job):
            return f"# google.cloud.scheduler {method} {json.dumps(job) if job else parent}"
        case UntilEmpty(look=look):
            return f"until [ \"$({shell(look)})\" = '[]' ]; do sleep 10; done"


def plan_text(steps: Sequence[Step], target: Target) -> str:
    """The plan for people: numbered, with headings. What is a comment is done only as it says."""
    return "\n".join(_lines(steps, target)) + "\n"


def _lines(steps: Sequence[Step], target: Target) -> Iterator[str]:
    yield f"# Rollcall to project {target.project}, region {target.region}: {len(steps)} steps."
    yield "# Each is looked up first: what is missing is made, what differs is changed, the rest is left."
    if target.number == EXAMPLE_NUMBER:
        yield f"# {EXAMPLE_NUMBER} stands for the project's number: {shell(number_look(target))}"
    shown: set[str] = set()
    section: Section | None = None
    for number, step in enumerate(steps, start=1):
        if step.section is not section:
            section = step.section
            yield f"\n## {section}"
        yield from _step_lines(number, step, shown)


def _step_lines(number: int, step: Step, shown: set[str]) -> Iterator[str]:
    if step.listing and step.listing.name not in shown:
        shown.add(step.listing.name)
        yield from (f"# look up {step.listing.name}: {shell(look)}" for look in step.listing.looks)
    yield f"# {number}. {step.title}"
    yield from (shell(action) for action in step.create)
    if step.update and step.update != step.create:
        yield from (f"#    when it differs: {shell(action)}" for action in step.update)


def number_look(target: Target) -> Gcloud:
    """What asks for the project's number."""
    return Gcloud(words=("projects", "describe", target.project, "--format=value(projectNumber)"))
