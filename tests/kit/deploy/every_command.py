"""Every gcloud command that the project can run or tells people to run."""

import json
import re
import shlex
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import yaml

from infra.deploy.backups import backup_looks, export_action, import_action, restore_action
from infra.deploy.plan import listings_of, plan_steps
from infra.deploy.policies import RIGHTS
from infra.deploy.printing import number_look
from infra.deploy.rollback import move_traffic, revisions_look, service_look
from infra.deploy.source import REPOSITORY
from infra.deploy.step import (
    FOUND,
    Action,
    Found,
    Gcloud,
    Listing,
    Request,
    SchedulerCall,
    Step,
    UntilEmpty,
)
from infra.deploy.target import Target
from infra.manifest import read_manifest
from tests.kit.deploy.gcloud_parser import Definition, Words
from tests.kit.docs.markdown import documents

TARGET = Target(
    project="acme-rollcall",
    public_url="https://hooks.acme.example",
    channels=(
        "projects/acme-rollcall/notificationChannels/1",
        "projects/acme-rollcall/notificationChannels/2",
    ),
)
MANIFEST = read_manifest()
BINDING: dict[str, Any] = {
    "role": "roles/pubsub.publisher",
    "members": ["serviceAccount:rollcall-old@acme-rollcall.iam.gserviceaccount.com"],
}
CONDITION = {
    "title": "senders-credentials",
    "expression": 'resource.name.startsWith("projects/1/secrets/sender-")',
}


def plan_words() -> set[Words]:
    """The plan's, and those of all that works with it."""
    steps = plan_steps(MANIFEST, TARGET)
    actions: list[Action] = [number_look(TARGET), *backup_looks(TARGET)]
    actions += [action for step in steps for action in (*step.create, *step.update)]
    for listing in listings_of(steps, TARGET):
        actions += [*listing.looks, *_removals(listing)]
    for function in MANIFEST.functions:
        actions += [service_look(function, TARGET), revisions_look(function, TARGET)]
        actions += [
            move_traffic(function, TARGET, ""),
            move_traffic(function, TARGET, "send-batch-00001-abc"),
        ]
    actions += [
        export_action(TARGET, datetime(2026, 11, 22, tzinfo=UTC)),
        import_action(TARGET, "2026-11-22"),
    ]
    backup = f"projects/{TARGET.project}/locations/nam5/backups/b"
    actions.append(restore_action(TARGET, backup, "restored"))
    return {words for action in actions for words in _words(action)}


def removal_words(steps: list[Step]) -> set[Words]:
    """What undeploy can run."""
    actions = [action for listing in listings_of(steps, TARGET) for action in _removals(listing)]
    return {words for action in actions for words in _words(action)}


def _removals(listing: Listing) -> list[Action]:
    if listing.remove is None:
        return []
    if not listing.name.startswith(RIGHTS):
        key = TARGET.account("old") if listing.name == "accounts" else "rollcall-old"
        return [listing.remove(key, Found(id=key))]
    bindings = (BINDING, {**BINDING, "condition": CONDITION}) if "project" in listing.name else (BINDING,)
    [one] = BINDING["members"]
    keys = [
        f"{BINDING['role']} {one} {binding.get('condition', {}).get('expression', '')}"
        for binding in bindings
    ]
    return [
        listing.remove(key, Found(id=json.dumps(binding)))
        for key, binding in zip(keys, bindings, strict=True)
    ]


def _words(action: Action) -> Iterator[Words]:
    match action:
        case Gcloud(words=words):
            yield tuple(word.replace(FOUND, "17") for word in words)
        case UntilEmpty(look=look):
            yield look.words


def every_definition() -> list[Definition]:
    """All content that goes to an API as it is: definitions in files, Cloud Scheduler's jobs, REST bodies."""
    found = [
        Definition(
            place=str(path), api=api, version=version, kind=kind, content=yaml.safe_load(path.read_text())
        )
        for pattern, api, version, kind in (
            ("monitoring/metrics/*.yaml", "logging", "v2", "LogMetric"),
            ("monitoring/alerts/*.yaml", "monitoring", "v3", "AlertPolicy"),
            ("monitoring/dashboard.json", "monitoring", "v1", "Dashboard"),
            ("*.lifecycle.json", "storage", "v1", "Bucket.LifecycleValue"),
        )
        for path in sorted((REPOSITORY / "infra").glob(pattern))
    ]
    for step in plan_steps(MANIFEST, TARGET):
        for action in (*step.create, *step.update):
            match action:
                case SchedulerCall(job=content):
                    found.append(
                        Definition(
                            place=step.title, api="cloudscheduler", version="v1", kind="Job", content=content
                        )
                    )
                case Request(url=url, body=content) if "//firestore." in url:
                    kind = "GoogleFirestoreAdminV1Field"
                    found.append(
                        Definition(
                            place=step.title, api="firestore", version="v1", kind=kind, content=content
                        )
                    )
    return found


def written_words() -> dict[Words, str]:
    """Those in documents, in cloudbuild.yaml and in the Makefile, each with its place."""
    found: dict[Words, str] = {}
    for one in documents():
        commands = [*one.commands, *one.inline_commands]
        found |= {words[1:]: one.name for words in commands if words[0] == "gcloud"}
    build = yaml.safe_load((REPOSITORY / "cloudbuild.yaml").read_text(encoding="utf-8"))
    head = re.findall(r"^# {3}(.*)$", (REPOSITORY / "cloudbuild.yaml").read_text(encoding="utf-8"), re.M)
    scripts = [line for step in build["steps"] for line in _lines(step.get("script", ""))]
    for line in (
        *scripts,
        *_lines("\n".join(head)),
        *_lines((REPOSITORY / "Makefile").read_text(encoding="utf-8")),
    ):
        found |= dict.fromkeys(_commands(line), "cloudbuild.yaml or Makefile")
    return found


def _lines(text: str) -> list[str]:
    return text.replace("\\\n", " ").splitlines()


def _commands(line: str) -> Iterator[Words]:
    """The gcloud commands in a line of shell: up to where the command ends."""
    for match in re.finditer(r"(?:^|[\s$(|;&])gcloud (?P<rest>.+)", line.strip()):
        rest = re.split(r"\s[|;&#>]|\)\"?$", match["rest"])[0]
        yield tuple(shlex.split(rest))
