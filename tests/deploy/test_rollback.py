"""Rollback moves traffic to the newest good revision before the one that serves (against stand-ins)."""

from typing import Any

import pytest

from infra.deploy.rollback import rollback_actions
from infra.deploy.step import DeployError
from infra.manifest import ManifestError
from tests.kit.deploy.empty_project import Project


def _revision(service: str, number: int, *, ready: bool = True) -> dict[str, Any]:
    return {
        "metadata": {
            "name": f"{service}-0000{number}",
            "creationTimestamp": f"2026-11-2{number}T10:00:00Z",
            "labels": {"service": service},
        },
        "status": {"conditions": [{"type": "Ready", "status": "True" if ready else "False"}]},
    }


def _with_revisions(project: Project, *bad: int) -> None:
    """Three revisions of every function, the last one serving."""
    state = project.state
    names = [function.service for function in project.manifest.functions]
    revisions = [_revision(name, number, ready=number not in bad) for name in names for number in (1, 2, 3)]
    state["things"]["revisions"] = {one["metadata"]["name"]: one for one in revisions}
    for name in names:
        traffic = [
            {"revisionName": f"{name}-00003", "percent": 100},
            {"revisionName": f"{name}-00001", "tag": "old"},
        ]
        state["things"]["runServices"][name] = {"status": {"traffic": traffic}}
    project.change(**state)


def _roll(project: Project, **options: Any) -> dict[str, str]:
    for action in rollback_actions(project.manifest, project.target, project.cloud, **options):
        project.cloud.do(action)
    services = project.state["things"]["runServices"]
    return {name: service["status"]["traffic"][0]["revisionName"] for name, service in services.items()}


def test_every_function_goes_back_by_one(project: Project) -> None:
    _with_revisions(project)
    assert _roll(project) == {
        function.service: f"{function.service}-00002" for function in project.manifest.functions
    }
    assert _roll(project, name="api")["api"] == "api-00001"
    assert set(_roll(project, to_latest=True).values()) == {"LATEST"}


def test_a_revision_that_never_ran_is_passed_over(project: Project) -> None:
    _with_revisions(project, 2)
    serving = _roll(project, name="send_batch")
    assert serving["send-batch"] == "send-batch-00001"
    assert serving["api"] == "api-00003"


def test_without_a_revision_before_nothing_is_moved(project: Project) -> None:
    _with_revisions(project, 1, 2)
    with pytest.raises(DeployError, match="has no revision before the one that serves"):
        _roll(project)
    assert not any("update-traffic" in line for line in project.state["log"])
    with pytest.raises(ManifestError, match="no function 'sendbatch'"):
        _roll(project, name="sendbatch")
