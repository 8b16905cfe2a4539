"""Back to the revision before, by moving traffic: nothing is built, and seconds later the old code serves."""

from collections.abc import Mapping, Sequence
from typing import Any

from infra.deploy.cloud import Cloud
from infra.deploy.step import DeployError, Gcloud, gcloud
from infra.deploy.target import Target
from infra.manifest import Function, Manifest


def rollback_actions(
    manifest: Manifest, target: Target, cloud: Cloud, *, name: str = "", to_latest: bool = False
) -> list[Gcloud]:
    """One command per function, or for the one called `name`. With `to_latest` forward again.

    All are looked up before any is moved. Raises DeployError for a function that has no revision before,
    ManifestError for one that is not there.
    """
    chosen = [manifest.get(name)] if name else list(manifest.functions)
    revisions = ["" if to_latest else _previous(function, target, cloud) for function in chosen]
    return [
        move_traffic(function, target, revision) for function, revision in zip(chosen, revisions, strict=True)
    ]


def move_traffic(function: Function, target: Target, revision: str) -> Gcloud:
    """Give all traffic to `revision`; when empty to the newest, now and after each deployment."""
    where = f"--to-revisions={revision}=100" if revision else "--to-latest"
    flags = (where, target.in_region, target.in_project)
    return gcloud("run", "services", "update-traffic", function.service, *flags)


def revisions_look(function: Function, target: Target) -> Gcloud:
    """Lists a function's revisions."""
    return gcloud(
        "run",
        "revisions",
        "list",
        f"--service={function.service}",
        target.in_region,
        target.in_project,
        "--format=json",
    )


def service_look(function: Function, target: Target) -> Gcloud:
    """Shows which revision has the traffic."""
    return gcloud(
        "run", "services", "describe", function.service, target.in_region, target.in_project, "--format=json"
    )


def _previous(function: Function, target: Target, cloud: Cloud) -> str:
    service = cloud.do(service_look(function, target))
    serving = {part["revisionName"] for part in service["status"]["traffic"] if part.get("percent")}
    revisions = sorted(cloud.do(revisions_look(function, target)), key=_created, reverse=True)
    names = [revision["metadata"]["name"] for revision in revisions]
    oldest_serving = max((names.index(one) for one in serving if one in names), default=-1)
    for revision in revisions[oldest_serving + 1 :]:
        if _is_ready(revision):
            return str(revision["metadata"]["name"])
    raise DeployError(f"{function.service} has no revision before the one that serves: nothing was moved")


def _created(revision: Mapping[str, Any]) -> str:
    return str(revision["metadata"]["creationTimestamp"])


def _is_ready(revision: Mapping[str, Any]) -> bool:
    conditions: Sequence[Mapping[str, Any]] = revision["status"].get("conditions", ())
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
