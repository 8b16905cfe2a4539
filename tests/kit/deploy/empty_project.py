"""A project to deploy to: stand-ins for the cloud, empty at first."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from copy import deepcopy
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
from tests.kit.deploy.fake_gcloud import FakeCloud
from tests.kit.deploy.fake_google import FakeRest, FakeScheduler, running_rest, running_scheduler
from tests.kit.deploy.running_gcloud import running_gcloud


class Project(Struct, kw_only=True):
    """The stand-ins, and a way to deploy to them."""

    there: FakeCloud  # what its commands have made
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
        """A copy of what there is."""
        return deepcopy(self.there.state)

    def change(self, **parts: Any) -> None:
        """Put these in the place of what there is."""
        self.there.state |= deepcopy(parts)

    def take_over(self, other: "Project") -> None:
        """Become a copy of another project."""
        self.there.state = other.state
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
    """A project with nothing in it. Its gcloud must be found on the PATH: see `fake_environment`."""
    there, pauses = FakeCloud(), list[float]()
    with (
        running_scheduler() as (scheduler, address),
        running_rest(there) as (rest, rest_address),
        running_gcloud(there, _program(directory)),
    ):
        cloud = Cloud(
            project="acme-rollcall", scheduler_address=address, rest_address=rest_address, sleep=pauses.append
        )
        target = Target(project="acme-rollcall", number="424242424242")
        yield Project(there=there, scheduler=scheduler, rest=rest, cloud=cloud, target=target, pauses=pauses)


def fake_environment(directory: Path) -> dict[str, str]:
    """What puts the project's gcloud before the real one."""
    return {"PATH": f"{_program(directory).parent}:{os.environ['PATH']}"}


def _program(directory: Path) -> Path:
    return directory / "bin" / "gcloud"
