"""The manifest says everything once, and says what is wrong with it."""

import copy
from typing import Any

import pytest
import yaml

from infra.manifest import MANIFEST_PATH, ManifestError, Trigger, parse_manifest, read_manifest


def content() -> dict[str, Any]:
    read: dict[str, Any] = yaml.safe_load(MANIFEST_PATH.read_text(encoding="utf-8"))
    return copy.deepcopy(read)


def test_the_manifest_is_read_with_its_defaults() -> None:
    manifest = read_manifest()
    worker = manifest.get("send_batch")
    assert worker.trigger is Trigger.WORKER
    assert (worker.topic, worker.subscription, worker.dead_letter_topic) == (
        "send-batch",
        "send-batch",
        "send-batch-dead",
    )
    assert worker.cpu == content()["defaults"]["cpu"]
    assert worker.minimum_backoff_seconds == content()["defaults"]["retry"]["minimum_backoff"]
    assert manifest.upload_worker == manifest.get("ingest_file")
    assert "fire_due_campaigns" in [tick.name for tick in manifest.with_trigger(Trigger.TICK)]
    assert len(manifest.functions) == len(content()["functions"])


@pytest.mark.parametrize(
    ("name", "change", "expected"),
    [
        ("send_batch", {"tiemout": 3}, "send_batch: unknown key 'tiemout'"),
        ("send_batch", {"timeout": "540"}, "send_batch.timeout: must be a int"),
        ("send_batch", {"public": 1}, "send_batch.public: must be a bool"),
        ("send_batch", {"trigger": "worm"}, "send_batch.trigger: must be one of tick, worker"),
        ("send_batch", {"timeout": 601}, "send_batch.ack_deadline: must be between"),
        ("send_batch", {"ack_deadline": 900}, "send_batch.ack_deadline: must be between"),
        ("send_batch", {"max_delivery_attempts": 4}, "send_batch.max_delivery_attempts"),
        ("send_batch", {"retry": {"minimum_backoff": 1}}, "send_batch.retry: must hold"),
        ("send_batch", {"retry": {"minimum_backoff": 9, "maximum_backoff": 3}}, "send_batch.retry"),
        ("send_batch", {"schedule": "*/5 * * * *"}, "send_batch.schedule: ticks have one"),
        ("fire_due_campaigns", {"schedule": ""}, "fire_due_campaigns.schedule: ticks have one"),
        ("portal", {"uploads": True}, "portal.uploads: only a worker"),
        ("send_batch", {"uploads": True}, "only one function may have `uploads`"),
    ],
)
def test_what_is_wrong_is_named(name: str, change: dict[str, Any], expected: str) -> None:
    wrong = content()
    wrong["functions"][name] |= change
    with pytest.raises(ManifestError) as refused:
        parse_manifest(wrong)
    assert expected in str(refused.value)


def test_all_faults_are_named_at_once() -> None:
    wrong = content()
    wrong["functions"]["send_batch"]["timeouts"] = 1
    wrong["functions"]["portal"]["memory"] = 1
    with pytest.raises(ManifestError) as refused:
        parse_manifest(wrong)
    assert "send_batch: unknown key" in str(refused.value)
    assert "portal.memory" in str(refused.value)


@pytest.mark.parametrize("wrong", [None, [], {"functions": {}}, {"defaults": {}, "functions": []}])
def test_what_is_no_manifest_is_refused(wrong: object) -> None:
    with pytest.raises(ManifestError):
        parse_manifest(wrong)


def test_a_default_that_is_missing_is_named() -> None:
    wrong = content()
    del wrong["defaults"]["memory"]
    with pytest.raises(ManifestError, match="fire_due_campaigns: memory missing"):
        parse_manifest(wrong)
