"""What each function may do: what it needs, and no more."""

from infra.deploy.plan import plan_steps
from infra.deploy.rights import function_rights
from infra.deploy.step import Gcloud
from infra.manifest import Function, Trigger
from tests.kit.deploy.every_command import MANIFEST, TARGET

STEPS = plan_steps(MANIFEST, TARGET)


def _rights(function: Function) -> set[tuple[str, str, str]]:
    return {
        (right.role.rpartition("/")[2], right.holder.title, right.condition.title if right.condition else "")
        for right in function_rights(function, MANIFEST, TARGET)
    }


def test_a_function_has_the_rights_it_needs_and_no_others() -> None:
    always = {
        ("telemetry.tracesWriter", "the project", ""),
        ("secretmanager.secretAccessor", "secret rollcall-signing-key", ""),
    }
    uploads = f"bucket {TARGET.uploads}"
    portal, api = _rights(MANIFEST.get("portal")), _rights(MANIFEST.get("api"))
    assert always < portal
    signing = {right for right in portal | api if right[0] == "iam.serviceAccountTokenCreator"}
    assert portal - signing == api - signing - {
        ("pubsub.publisher", "topic forget-person", ""),
        ("pubsub.publisher", "topic run-automation", ""),
    }
    assert _rights(MANIFEST.get("dispatch_due_batches")) == always | {
        ("datastore.user", "the project", ""),
        ("pubsub.publisher", "topic send-batch", ""),
        ("storage.objectViewer", uploads, ""),
    }
    assert _rights(MANIFEST.get("ingest_file")) == always | {
        ("datastore.user", "the project", ""),
        ("pubsub.publisher", "topic import-contacts", ""),
        ("storage.objectUser", uploads, ""),
    }
    assert _rights(MANIFEST.get("messages")) == always | {
        ("datastore.user", "the project", ""),
        ("pubsub.publisher", "topic clear-own-lists", ""),
        ("pubsub.publisher", "topic record-receipts", ""),
        ("pubsub.publisher", "topic tell-listeners", ""),
        ("pubsub.publisher", "topic send-batch", ""),
        ("rollcallCredentialReader", "the project", "senders-credentials"),
    }
    dead = {
        ("pubsub.subscriber", f"subscription {w.dead_letter_topic}", "")
        for w in MANIFEST.with_trigger(Trigger.WORKER)
    }
    assert _rights(MANIFEST.get("watch_work")) == always | dead | {("datastore.user", "the project", "")}


def test_no_right_is_broad() -> None:
    granted = [
        (word.partition("=")[2], step.title)
        for step in STEPS
        for action in step.create
        if isinstance(action, Gcloud) and "add-iam-policy-binding" in action.words
        for word in action.words
        if word.startswith("--role=")
    ]
    broad = {"roles/owner", "roles/editor", "roles/viewer"}
    assert not [
        title for role, title in granted if role in broad or role.endswith((".admin", ".serviceAgent"))
    ]
