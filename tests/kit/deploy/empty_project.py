"""A project to deploy to: stand-ins for the cloud, empty at first."""

import json
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from google.cloud.scheduler_v1 import types
from msgspec import Struct, field

from infra.deploy.apply import Outcome, apply_plan
from infra.deploy.cloud import Cloud
from infra.deploy.plan import plan_steps
from infra.deploy.step import Step
from infra.deploy.target import Target
from infra.manifest import Manifest, read_manifest
from shared.domain.record import replace
from tests.kit.deploy.fake_google import FakeRest, FakeScheduler, running_rest, running_scheduler

FAKE = Path(__file__).with_name("fake_gcloud.py")


class Project(Struct, kw_only=True):
    """The stand-ins, and a way to deploy to them."""

    path: Path  # where the fake gcloud keeps its state
    scheduler: FakeScheduler
    rest: FakeRest
    cloud: Cloud
    target: Target
    manifest: Manifest = field(default_factory=read_manifest)
    said: list[str] = field(default_factory=list)
    pauses: list[float] = field(default_factory=list)
    counts: dict[Outcome, int] = field(default_factory=dict)  # of the first deployment

    @property
    def state(self) -> dict[str, Any]:
        """What the fake gcloud keeps."""
        state: dict[str, Any] = json.loads(self.path.read_text())
        return state

    def change(self, **parts: Any) -> None:
        """Put these into the fake's state."""
        state = json.loads(self.path.read_text()) if self.path.exists() else {}
        self.path.write_text(json.dumps(state | parts))

    def take_over(self, other: "Project") -> None:
        """Become a copy of another project."""
        self.path.write_text(other.path.read_text())
        self.scheduler.jobs = {name: types.Job(job) for name, job in other.scheduler.jobs.items()}
        self.rest.rulesets, self.rest.release = dict(other.rest.rulesets), other.rest.release

    def steps(self) -> list[Step]:
        """The plan for it."""
        return plan_steps(self.manifest, self.target)

    def apply(self, **options: Any) -> dict[Outcome, int]:
        """Deploy; the log of what changed is about this time only."""
        self.change(log=[])
        self.scheduler.calls.clear()
        self.rest.calls.clear()
        self.said.clear()
        return apply_plan(self.steps(), self.cloud, self.said.append, **options)

    def changes(self) -> list[str]:
        """Everything that the last deployment did."""
        return [*self.state["log"], *self.scheduler.calls, *self.rest.calls]

    def with_function(self, name: str, **parts: Any) -> Manifest:
        """The manifest with one function changed."""
        functions = tuple(
            replace(one, **parts) if one.name == name else one for one in self.manifest.functions
        )
        return Manifest(functions=functions)

    def without(self, names: Sequence[str]) -> Manifest:
        """The manifest without these functions."""
        kept = [one for one in self.manifest.functions if one.name not in names]
        return Manifest(
            functions=tuple(
                replace(one, publishes=tuple(n for n in one.publishes if n not in names)) for one in kept
            )
        )


@contextmanager
def empty_project(directory: Path) -> Iterator[Project]:
    """A project with nothing in it. The fake gcloud must be found on the PATH: see `fake_environment`."""
    path = directory / "cloud.json"
    pauses: list[float] = []
    with running_scheduler() as (scheduler, address), running_rest(path) as (rest, rest_address):
        cloud = Cloud(
            project="acme-rollcall", scheduler_address=address, rest_address=rest_address, sleep=pauses.append
        )
        target = Target(project="acme-rollcall", number="424242424242")
        yield Project(path=path, scheduler=scheduler, rest=rest, cloud=cloud, target=target, pauses=pauses)


def fake_environment(directory: Path) -> dict[str, str]:
    """What puts the fake gcloud before the real one."""
    program = directory / "bin" / "gcloud"
    program.parent.mkdir(exist_ok=True)
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -I -S {FAKE} "$@"\n')
    program.chmod(0o755)
    return {"PATH": f"{program.parent}:{os.environ['PATH']}", "FAKE_CLOUD": str(directory / "cloud.json")}
