"""What the plan says of itself: order, names, rights, settings. It needs no network and no credentials."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from infra.deploy.environment import SECRET_SETTINGS, dispatch_interval, environment_of, tick_interval
from infra.deploy.monitoring import holds, monitoring_steps
from infra.deploy.plan import plan_steps
from infra.deploy.printing import shell
from infra.deploy.source import REPOSITORY, source_digest, source_files
from infra.deploy.step import DeployError, Gcloud, SchedulerCall, Section
from infra.deploy.target import Target
from infra.manifest import Manifest, Trigger
from shared.domain.record import replace
from shared.settings import Settings
from tests.kit.deploy.every_command import MANIFEST, TARGET
from tests.kit.deploy.needs_of_code import published_by, used_by

NAMES = [function.name for function in MANIFEST.functions]
STEPS = plan_steps(MANIFEST, TARGET)


def _plan(*arguments: str, path: str = "") -> subprocess.CompletedProcess[str]:
    """The plan's own process, with nothing of the user's: no gcloud, no credentials, no project."""
    command = [sys.executable, "-m", "infra.deploy", "plan", *arguments]
    env = {"PATH": path, "HOME": "/nonexistent"}
    return subprocess.run(command, cwd=REPOSITORY, env=env, capture_output=True, text=True, check=False)  # noqa: S603


def test_the_plan_needs_nothing() -> None:
    printed = _plan()
    assert printed.returncode == 0, printed.stderr
    lines = printed.stdout.splitlines()
    assert lines[0].startswith("# Rollcall to project rollcall-example, region us-central1: ")
    assert [line[3:] for line in lines if line.startswith("## ")] == list(
        dict.fromkeys(step.section for step in STEPS)
    )
    assert _plan("--project=rollcall-example").stdout == printed.stdout
    assert "acme-rollcall" in _plan("--project=acme-rollcall").stdout


def test_what_is_printed_is_shell() -> None:
    """Every line that is no comment is one command, quoted so that a shell reads the same words."""
    for step in STEPS:
        for action in (*step.create, *step.update):
            if isinstance(action, Gcloud) and not action.makes_secret:
                assert tuple(shlex.split(shell(action))) == ("gcloud", *action.words)
    command = ["bash", "-n"]
    checked = subprocess.run(command, input=_plan().stdout, capture_output=True, text=True, check=False)  # noqa: S603
    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(
    ("argument", "complaint"),
    [
        ("--project=Acme", "PROJECT is 'Acme'"),
        ("--region=here", "REGION is 'here'"),
        ("--public-url=http://acme.example", "PUBLIC_URL is"),
        ("--public-url=https://a.example/x,y=z", "PUBLIC_URL is"),
        ("--channels=ops@acme.example", "CHANNELS is 'ops@acme.example'"),
    ],
)
def test_wrong_variables_are_named(argument: str, complaint: str) -> None:
    refused = _plan(argument)
    assert refused.returncode == 1
    assert refused.stderr.startswith(f"error: {complaint}")
    assert "Traceback" not in refused.stderr


def test_sections_stand_together_and_keys_are_single() -> None:
    order = [step.section for step in STEPS]
    assert order == sorted(order, key=list(Section).index)
    keys = [(step.listing.name, step.key) for step in STEPS if step.listing]
    assert len(keys) == len(set(keys))


def test_steps_come_after_what_they_need() -> None:
    titles = [step.title for step in STEPS]

    def place(text: str) -> int:
        return next(index for index, title in enumerate(titles) if title.startswith(text))

    assert (
        place("topic send-batch-dead") < place("subscription send-batch-dead") < place("function send-batch")
    )
    assert place("account rollcall-api@") < place("roles/datastore.user") < place("function api")
    assert place("composite indexes") < place("function ")
    assert place("roles/run.invoker on function send-batch") < place("job dispatch-due-batches")
    for worker in MANIFEST.with_trigger(Trigger.WORKER):
        invoker = f"roles/run.invoker on function {worker.service} "
        pushes = [
            index for index, title in enumerate(titles) if title == f"subscription {worker.subscription}"
        ]
        assert place(invoker) < max(pushes)


@pytest.mark.parametrize("name", NAMES)
def test_the_environment_of_a_function_is_a_working_one(name: str) -> None:
    env = environment_of(MANIFEST.get(name), MANIFEST, TARGET)
    settings = Settings.from_env({**env, **dict.fromkeys(SECRET_SETTINGS, "a-secret-value")})
    function = MANIFEST.get(name)
    assert settings.project_id == TARGET.project
    assert settings.function_timeout_seconds == function.timeout_seconds
    assert settings.ack_deadline_seconds == function.ack_deadline_seconds
    assert settings.caller_audience == TARGET.url(function)
    assert settings.caller_service_account == TARGET.caller
    assert settings.public_url == "https://hooks.acme.example"
    assert not settings.caller_token
    assert settings.bus == "pubsub"


def test_without_a_domain_webhooks_come_to_the_functions_own_address() -> None:
    env = environment_of(MANIFEST.get("api"), MANIFEST, replace(TARGET, public_url=""))
    assert env["ROLLCALL_PUBLIC_URL"] == TARGET.url(MANIFEST.get("messages"))


def test_invitations_lead_to_the_portal() -> None:
    env = environment_of(MANIFEST.get("portal"), MANIFEST, TARGET)
    assert env["ROLLCALL_PORTAL_URL"] == TARGET.url(MANIFEST.get("portal"))


def test_browsers_may_put_files_into_the_bucket_for_uploads_alone() -> None:
    words = {
        step.key: action.words
        for step in STEPS
        for action in step.update
        if isinstance(action, Gcloud) and action.words[:3] == ("storage", "buckets", "update")
    }
    assert "--cors-file=infra/uploads.cors.json" in words[TARGET.uploads]
    assert not any(word.startswith("--cors") for word in words[TARGET.backups])


def test_the_tick_interval_is_the_schedules() -> None:
    assert tick_interval(MANIFEST) == 300
    assert tick_interval(_with("watch_work", schedule="0 * * * *")) == 3600
    assert dispatch_interval(MANIFEST) == 60


def _with(name: str, **parts: object) -> Manifest:
    functions = [replace(one, **parts) if one.name == name else one for one in MANIFEST.functions]  # type: ignore[arg-type]
    return Manifest(functions=tuple(functions))


@pytest.mark.parametrize("name", NAMES)
def test_the_manifest_declares_what_the_code_can_reach(name: str) -> None:
    function = MANIFEST.get(name)
    assert (set(function.publishes), set(function.uses)) == (published_by(name), used_by(name))


def test_every_function_runs_and_is_built_under_an_account_of_ours() -> None:
    for step in STEPS:
        if step.section is Section.FUNCTIONS:
            [action] = step.create
            assert isinstance(action, Gcloud)
            accounts = [word for word in action.words if "service-account" in word]
            assert len(accounts) == 2
            assert all("rollcall-" in word for word in accounts)
            is_open = "--allow-unauthenticated" in action.words
            assert is_open == MANIFEST.get(step.key.replace("-", "_")).public


def test_every_tick_has_a_signed_job() -> None:
    jobs = {step.key: step.create[0] for step in STEPS if step.section is Section.SCHEDULES}
    assert set(jobs) == {tick.service for tick in MANIFEST.with_trigger(Trigger.TICK)}
    for tick in MANIFEST.with_trigger(Trigger.TICK):
        call = jobs[tick.service]
        assert isinstance(call, SchedulerCall)
        assert call.job
        token = call.job["httpTarget"]["oidcToken"]
        assert token == {"serviceAccountEmail": TARGET.caller, "audience": TARGET.url(tick)}
        assert call.job["schedule"] == tick.schedule
        assert call.job["attemptDeadline"] == f"{tick.timeout_seconds}s"


def test_a_name_that_is_too_long_for_an_account_is_refused() -> None:
    long = replace(MANIFEST.functions[0], name="fire_all_campaigns_that_are_due")
    with pytest.raises(DeployError, match="fire-all-campaigns-that-are-due: a service account's name has 30"):
        plan_steps(Manifest(functions=(long, *MANIFEST.functions[1:])), TARGET)


def test_the_signing_key_is_the_only_secret_in_the_environment_and_never_its_value() -> None:
    secrets = {field for field in Settings.__annotations__ if "key" in field or field == "caller_token"}
    assert secrets == {"signing_key", "caller_token"}  # the token is of the local stack
    env = environment_of(MANIFEST.get("api"), MANIFEST, TARGET)
    assert not set(env) & {"ROLLCALL_SIGNING_KEY", "ROLLCALL_CALLER_TOKEN"}


def test_what_gcloud_uploads_is_what_counts_as_the_source(tmp_path: Path) -> None:
    command = ["gcloud", "meta", "list-files-for-upload", "."]
    env = {**os.environ, "CLOUDSDK_CONFIG": str(tmp_path)}
    done = subprocess.run(command, cwd=REPOSITORY, env=env, capture_output=True, text=True, check=True)  # noqa: S603
    assert sorted(done.stdout.split()) == sorted(map(str, source_files()))


def test_the_digest_knows_names_and_contents(tmp_path: Path) -> None:
    for name in ("main.py", "requirements.txt", "functions/a.py", "shared/b.py", "infra/c.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(name)
    digests = [source_digest(tmp_path)]
    (tmp_path / "functions/__pycache__").mkdir()
    (tmp_path / "functions/__pycache__/a.pyc").write_text("compiled")
    (tmp_path / "infra/c.py").write_text("changed")
    assert source_digest(tmp_path) == digests[0]
    (tmp_path / "shared/b.py").write_text("changed")
    digests.append(source_digest(tmp_path))
    (tmp_path / "shared/b.py").rename(tmp_path / "shared/d.py")
    digests.append(source_digest(tmp_path))
    assert len(set(digests)) == 3


def test_definitions_of_monitoring_become_steps(tmp_path: Path) -> None:
    for folder in ("metrics", "alerts"):
        (tmp_path / "monitoring" / folder).mkdir(parents=True)
    (tmp_path / "monitoring/metrics/stuck.yaml").write_text("name: rollcall_stuck\nfilter: x")
    (tmp_path / "monitoring/alerts/stuck.yaml").write_text("displayName: Stuck")
    (tmp_path / "monitoring/dashboard.json").write_text(json.dumps({"displayName": "Rollcall"}))
    titles = [step.title for step in monitoring_steps(TARGET, tmp_path)]
    assert titles == ["metric rollcall_stuck", "alert stuck", "dashboard Rollcall"]
    plain = monitoring_steps(Target(), tmp_path)[1]
    assert not any(
        "channels" in word for action in plain.create if isinstance(action, Gcloud) for word in action.words
    )


@pytest.mark.parametrize(
    ("found", "wanted", "expected"),
    [
        ({"a": 1, "etag": "x"}, {"a": 1}, True),
        ({"a": "300"}, {"a": 300}, True),
        ({"a": 1}, {"a": 1, "zero": 0, "none": []}, True),
        ({"a": [{"b": 1, "c": 2}]}, {"a": [{"b": 1}]}, True),
        ({"a": 1}, {"a": 2}, False),
        ({"a": 1}, {"a": 1, "b": 1}, False),
        ({"a": [1, 2]}, {"a": [1]}, False),
        ({"a": 1}, {"a": {"b": 1}}, False),
    ],
)
def test_what_the_server_says_is_compared_with_what_is_wanted(
    found: object, wanted: object, expected: bool
) -> None:
    assert holds(found, wanted) is expected
