"""Applying a plan, against stand-ins: a stateful gcloud on the PATH, Cloud Scheduler by gRPC, REST.

They prove order, look-ups and what is done when; not that Google takes it. Flags are the real gcloud's
business (test_commands.py).
"""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from infra.deploy.apply import Outcome
from infra.deploy.cloud import Cloud
from infra.deploy.schedules import switch_jobs
from infra.deploy.source import REPOSITORY
from infra.deploy.step import DeployError, gcloud
from infra.manifest import Trigger
from tests.kit.deploy.empty_project import Project
from tests.kit.patience import PATIENCE_SECONDS


def test_the_first_deployment_makes_all(first_deployment: Project) -> None:
    project, steps = first_deployment, first_deployment.steps()
    always = [step for step in steps if step.listing is None]
    assert project.counts[Outcome.DONE] == len(always)
    assert project.counts[Outcome.CREATED] == len(steps) - len(always)
    assert len(project.said) == len(steps)
    things = project.state["things"]
    functions = {function.service for function in project.manifest.functions}
    assert set(things["functions"]) == functions
    assert len(things["serviceAccounts"]) == len(functions) + 2
    assert set(things["subscriptions"]) == set(things["topics"])
    assert len(project.state["secret"]) > 40
    assert project.state["secret"] not in str(project.said)
    assert len(project.scheduler.jobs) == len(project.manifest.with_trigger(Trigger.TICK))
    assert project.rest.release
    assert project.rest.tokens == {"Bearer a-token"}


def test_the_second_deployment_does_nothing(project: Project) -> None:
    steps = project.steps()
    always = [step for step in steps if step.listing is None]
    assert project.apply() == {
        Outcome.CREATED: 0,
        Outcome.CHANGED: 0,
        Outcome.UNCHANGED: len(steps) - len(always),
        Outcome.DONE: len(always),
    }
    assert [
        line for line in project.changes() if "identity" not in line and "service-agent" not in line
    ] == []


def test_only_what_changed_in_the_manifest_is_changed(project: Project) -> None:
    project.manifest = project.with_function("send_batch", max_instances=50, max_delivery_attempts=30)
    assert project.apply()[Outcome.CHANGED] == 2
    changed = [line for line in project.said if line.endswith(": changed")]
    assert [line.partition("] ")[2] for line in changed] == [
        "function send-batch: changed",
        "subscription send-batch: changed",
    ]
    assert project.scheduler.calls == []


def test_a_changed_source_redeploys_every_function_and_nothing_else(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.deploy.functions.source_digest", lambda: "another source")
    assert project.apply()[Outcome.CHANGED] == len(project.manifest.functions)


def test_changed_rules_are_released(
    project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = tmp_path / "firestore.rules"
    rules.write_text("rules_version = '2';")
    monkeypatch.setattr("infra.deploy.database.RULES_PATH", rules)
    assert project.apply()[Outcome.CHANGED] == 1
    assert project.rest.release
    newest = project.rest.rulesets[project.rest.release["rulesetName"]]
    assert newest["source"]["files"][0]["content"] == "rules_version = '2';"


def test_repair_changes_what_looks_as_wanted(project: Project) -> None:
    assert project.apply(repair=True)[Outcome.CHANGED] > len(project.manifest.functions)


def test_a_refusal_stops_and_the_next_run_goes_on_there(project: Project) -> None:
    state = project.state
    del state["things"]["topics"]["send-batch"], state["things"]["topics"]["send-batch-dead"]
    project.change(
        **{**state, "trouble": {"topics create send-batch ": {"says": "PERMISSION_DENIED: ask an owner"}}}
    )
    with pytest.raises(DeployError) as stopped:
        project.apply()
    text = str(stopped.value)
    assert "topic send-batch: failed" in text
    assert "gcloud pubsub topics create send-batch" in text
    assert "PERMISSION_DENIED: ask an owner" in text
    assert "run the same command again" in text
    assert "subscription send-batch:" not in str(project.said)
    assert project.apply()[Outcome.CREATED] == 2
    assert project.pauses == []


def test_what_is_not_known_everywhere_yet_is_tried_again(project: Project) -> None:
    says = "INVALID_ARGUMENT: Service account rollcall-api does not exist."
    project.change(policies={}, trouble={"projects add-iam-policy-binding": {"says": says, "times": 2}})
    project.apply()
    assert project.pauses == [5.0, 15.0]


def test_a_refused_look_up_stops_too(project: Project) -> None:
    project.change(trouble={"functions list": {"says": "UNAUTHENTICATED: log in", "times": 9}})
    with pytest.raises(DeployError, match="UNAUTHENTICATED: log in"):
        project.apply()
    assert project.pauses == []


def test_indexes_are_waited_for(project: Project) -> None:
    state = project.state
    [name, *_] = state["things"]["indexes"]
    state["things"]["indexes"][name]["state"] = "CREATING"
    project.change(**state)

    def finish(seconds: float) -> None:
        project.pauses.append(seconds)
        state["things"]["indexes"][name]["state"] = "READY"
        project.change(**state)

    project.cloud.sleep = finish
    project.apply()
    assert project.pauses == [10.0]


def test_jobs_are_paused_and_resumed_and_stay_paused(project: Project) -> None:
    for call in switch_jobs(project.manifest, project.target, paused=True):
        project.cloud.do(call)
    assert {job.state.name for job in project.scheduler.jobs.values()} == {"PAUSED"}
    project.manifest = project.with_function("watch_work", timeout_seconds=200)
    project.apply()
    assert project.scheduler.calls == ["UpdateJob"]
    assert {job.state.name for job in project.scheduler.jobs.values()} == {"PAUSED"}
    [call] = switch_jobs(project.manifest, project.target, paused=False, name="watch_work")
    project.cloud.do(call)
    states = {name.rpartition("/")[2]: job.state.name for name, job in project.scheduler.jobs.items()}
    assert states.pop("watch-work") == "ENABLED"
    assert set(states.values()) == {"PAUSED"}


def test_a_missing_job_is_a_clear_error(project: Project) -> None:
    project.scheduler.jobs.clear()
    [call] = switch_jobs(project.manifest, project.target, paused=True, name="watch_work")
    with pytest.raises(DeployError, match=r"Cloud Scheduler refused pause_job.*is not there"):
        project.cloud.do(call)


def test_without_gcloud_the_error_says_where_it_is(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(DeployError, match=r"cloud\.google\.com/sdk/docs/install"):
        Cloud(project="acme").do(gcloud("projects", "list"))


def test_ctrl_c_stops_and_says_how_to_go_on(project: Project, tmp_path: Path) -> None:
    hanging, state = tmp_path / "hanging", project.state
    del state["things"]["topics"]["send-batch"]
    project.change(
        **{**state, "trouble": {"topics create send-batch ": {"hang": str(hanging), "says": "killed"}}}
    )
    command = [sys.executable, "-m", "infra.deploy", "apply", "--project=acme-rollcall"]
    command += [
        f"--scheduler-address={project.cloud.scheduler_address}",
        f"--rest-address={project.cloud.rest_address}",
    ]
    with subprocess.Popen(  # noqa: S603
        command,
        cwd=REPOSITORY,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not hanging.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        os.killpg(process.pid, signal.SIGINT)  # as the terminal does
        out, error = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == 1
    assert "topic send-batch:" not in out
    assert "topic send-batch: stopped by hand" in error
    assert "goes on here" in error
    assert "Traceback" not in error
    assert project.apply()[Outcome.CREATED] == 1
