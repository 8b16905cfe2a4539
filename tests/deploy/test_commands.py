"""Every gcloud command is accepted by the real gcloud, up to the request that it would send."""

import json
import re
from pathlib import Path

import pytest

from infra.deploy.plan import plan_steps
from infra.deploy.step import Gcloud
from infra.manifest import Trigger
from tests.kit.deploy.every_command import MANIFEST, TARGET, every_definition, plan_words, written_words
from tests.kit.deploy.gcloud_parser import Definition, Verdict, Words, try_commands, unknown_parts

DEPLOY: Words = (
    "functions", "deploy", "x", "--gen2", "--runtime=python312", "--source=.", "--trigger-http",
    "--memory=512Mi",
    "--build-service-account=projects/acme/serviceAccounts/rollcall-build@acme.iam.gserviceaccount.com",
    "--timeout=60s", "--region=us-central1", "--project=acme-rollcall", "--no-allow-unauthenticated",
)  # fmt: skip


def test_gcloud_accepts_every_command(verdicts: list[Verdict]) -> None:
    places = written_words()
    refused = {
        f"{places.get(one.words, 'plan')}: gcloud {' '.join(one.words)}": one.refusal
        for one in verdicts
        if one.refusal
    }
    assert refused == {}


def test_every_command_is_among_them(verdicts: list[Verdict]) -> None:
    assert {one.words for one in verdicts} == plan_words() | set(written_words())
    assert len(plan_words()) > 300
    assert ("auth", "login") in written_words()


# What each must be refused for.
WRONG: dict[Words, str] = {
    ("pubsub", "topics", "make", "x"): "Invalid choice: 'make'",
    ("pubsub", "topics", "create", "x", "--retain=7d"): "unrecognized arguments: --retain",
    ("pubsub", "topics", "create"): "argument TOPIC",
    (*DEPLOY, "--ingress-settings=internal"): "Invalid choice: 'internal'",
    (*DEPLOY, "--concurrency=many"): "Value must be an integer; received: many",
    (*DEPLOY, "--memory=12Foo"): "memory",
    (*DEPLOY, "--runtime=python27"): "python27 is not a supported runtime",
    ("pubsub", "subscriptions", "create", "x", "--topic=t", "--ack-deadline=soon"): "soon",
    (
        "firestore",
        "backups",
        "schedules",
        "create",
        "--database=d",
        "--project=acme",
        "--recurrence=hourly",
        "--retention=7d",
    ): "hourly",
    ("logging", "metrics", "create", "x", "--config-from-file=infra/none.yaml"): "none.yaml",
    ("storage", "buckets", "update", "gs://x", "--lifecycle-file=README.md"): "README.md",
    ("auth", "signin"): "Invalid choice",
}


@pytest.fixture(scope="module")
def refusals(tmp_path_factory: pytest.TempPathFactory) -> dict[Words, str | None]:
    tried = try_commands([DEPLOY, *WRONG], tmp_path_factory.mktemp("gcloud"))
    return {one.words: one.refusal for one in tried}


@pytest.mark.parametrize("words", WRONG, ids=lambda words: f"{words[0]} {words[-1]}")
def test_what_is_wrong_is_refused(words: Words, refusals: dict[Words, str | None]) -> None:
    assert refusals[DEPLOY] is None
    refusal = refusals[words]
    assert refusal, "gcloud took it"
    assert WRONG[words] in refusal


def test_every_definition_is_known_to_its_api(tmp_path: Path) -> None:
    assert unknown_parts(every_definition(), tmp_path) == {}


def test_a_wrong_definition_is_noticed(tmp_path: Path) -> None:
    wrong = [
        Definition(
            place="value", api="monitoring", version="v3", kind="AlertPolicy", content={"combiner": "MAYBE"}
        ),
        Definition(place="field", api="logging", version="v2", kind="LogMetric", content={"filler": "x"}),
        Definition(
            place="type",
            api="storage",
            version="v1",
            kind="Bucket.LifecycleValue",
            content={"rule": [{"condition": {"age": "old"}}]},
        ),
    ]
    unknown = unknown_parts(wrong, tmp_path)
    assert set(unknown) == {"value", "field", "type"}


def _written(verdicts: list[Verdict], *start: str) -> dict[str, object]:
    """The body that the command beginning so would be sent with."""
    [found] = [one for one in verdicts if one.words[: len(start)] == start]
    body: dict[str, object] = json.loads(found.requests[-1][2] or "{}")
    return body


def test_functions_are_sent_as_the_manifest_says(verdicts: list[Verdict]) -> None:
    for function in MANIFEST.functions:
        sent = _written(verdicts, "functions", "deploy", function.service)
        service, build = sent["serviceConfig"], sent["buildConfig"]
        assert isinstance(service, dict)
        assert isinstance(build, dict)
        assert build["entryPoint"] == function.name
        assert build["runtime"] == function.runtime
        assert build["serviceAccount"].endswith(TARGET.builder)
        assert service["serviceAccountEmail"] == TARGET.account_of(function)
        assert service["maxInstanceRequestConcurrency"] == function.concurrency
        assert service["timeoutSeconds"] == function.timeout_seconds
        assert service["availableMemory"] == function.memory
        assert service.get("minInstanceCount", 0) == function.min_instances
        assert service["maxInstanceCount"] == function.max_instances
        assert service["ingressSettings"] == ("ALLOW_ALL" if function.public else "ALLOW_INTERNAL_ONLY")
        [secret] = service["secretEnvironmentVariables"]
        assert (secret["key"], secret["secret"]) == ("ROLLCALL_SIGNING_KEY", "rollcall-signing-key")
        assert "ROLLCALL_SIGNING_KEY" not in service["environmentVariables"]


def test_pushes_are_signed_and_give_up_into_dead_letters(verdicts: list[Verdict]) -> None:
    for worker in MANIFEST.with_trigger(Trigger.WORKER):
        sent = _written(verdicts, "pubsub", "subscriptions", "create", worker.subscription)
        url = TARGET.url(worker)
        assert sent["pushConfig"] == {
            "pushEndpoint": f"{url}/",
            "oidcToken": {"serviceAccountEmail": TARGET.caller, "audience": url},
        }
        assert sent["ackDeadlineSeconds"] == worker.ack_deadline_seconds
        assert sent["deadLetterPolicy"] == {
            "deadLetterTopic": f"projects/{TARGET.project}/topics/{worker.dead_letter_topic}",
            "maxDeliveryAttempts": worker.max_delivery_attempts,
        }
        assert sent["retryPolicy"] == {
            "minimumBackoff": f"{worker.minimum_backoff_seconds}s",
            "maximumBackoff": f"{worker.maximum_backoff_seconds}s",
        }
        assert sent["expirationPolicy"] == {}


def test_no_command_relies_on_the_users_own_project(verdicts: list[Verdict]) -> None:
    """A default project would be deployed to by mistake."""
    named = re.compile(rf"--project={TARGET.project}$|^{TARGET.project}$")
    strays = [words for words in plan_words() if not any(named.search(word) for word in words)]
    assert strays == []


def test_a_secret_is_never_in_a_command() -> None:
    secrets = [
        action
        for step in plan_steps(MANIFEST, TARGET)
        for action in step.create
        if isinstance(action, Gcloud) and action.words[:2] == ("secrets", "create")
    ]
    assert [action.makes_secret for action in secrets] == [True]
    assert all("--data-file=-" in action.words for action in secrets)
