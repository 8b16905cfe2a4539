"""Reads infra/functions.yaml: every function with its trigger, its times, its topic and its size."""

from collections.abc import Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any

import yaml
from msgspec import Struct

MANIFEST_PATH = Path(__file__).with_name("functions.yaml")

# Keys of one function, each with the type its value must have.
KEYS: dict[str, type] = {
    "trigger": str,
    "schedule": str,
    "runtime": str,
    "memory": str,
    "timeout": int,
    "concurrency": int,
    "min_instances": int,
    "max_instances": int,
    "ack_deadline": int,
    "retry": dict,
    "max_delivery_attempts": int,
    "cpu": int,
    "public": bool,
    "uploads": bool,
    "publishes": list,
    "uses": list,
}
OPTIONAL_KEYS = {"schedule", "public", "uploads", "publishes", "uses"}
RETRY_KEYS = {"minimum_backoff", "maximum_backoff"}
PUSH_ACK_DEADLINE_LIMIT = 600  # https://cloud.google.com/pubsub/docs/reference/rest/v1/projects.subscriptions


class ManifestError(Exception):
    """The manifest is wrong; the text lists every fault with the function and the key."""


class Use(StrEnum):
    """What a function needs rights for, beside the topics it publishes on."""

    DATABASE = "database"
    UPLOAD_READS = "upload_reads"  # reads the objects of the upload bucket
    UPLOADS = "uploads"  # reads and writes the objects of the upload bucket
    UPLOAD_LINKS = "upload_links"  # signs addresses that others upload to
    DEAD_LETTERS = "dead_letters"  # looks at jobs nobody could do
    CREDENTIALS = "credentials"  # reads the senders' provider credentials
    CREDENTIAL_CHANGES = "credential_changes"  # adds and ends them


class Trigger(StrEnum):
    """What calls a function."""

    TICK = "tick"
    WORKER = "worker"
    WEBHOOK = "webhook"
    WEB = "web"


class Function(Struct, frozen=True, kw_only=True):
    """One deployed function. Topics and subscriptions are meant for workers only.

    `schedule` is a unix-cron expression in UTC, empty unless a tick. `uploads` marks the worker whose
    topic Cloud Storage announces new objects on. `public` functions check their callers themselves.
    `publishes` names the workers whose topics it publishes on.
    """

    name: str
    trigger: Trigger
    runtime: str
    memory: str
    timeout_seconds: int
    concurrency: int
    min_instances: int
    max_instances: int
    ack_deadline_seconds: int
    minimum_backoff_seconds: int
    maximum_backoff_seconds: int
    max_delivery_attempts: int
    cpu: int
    schedule: str = ""
    public: bool = False
    uploads: bool = False
    publishes: tuple[str, ...] = ()
    uses: frozenset[Use] = frozenset()

    @property
    def service(self) -> str:
        """The name with hyphens: Cloud Run, Pub/Sub and Scheduler take no underscores alike."""
        return self.name.replace("_", "-")

    @property
    def topic(self) -> str:
        """The topic this worker's jobs are published on."""
        return self.service

    @property
    def subscription(self) -> str:
        """The push subscription that brings the jobs to the worker."""
        return self.service

    @property
    def dead_letter_topic(self) -> str:
        """Where jobs go after `max_delivery_attempts`; its subscription has the same name."""
        return f"{self.service}-dead"


class Manifest(Struct, frozen=True, kw_only=True):
    """All functions, in the order of the file."""

    functions: tuple[Function, ...]

    def get(self, name: str) -> Function:
        """The function called `name`. Raises ManifestError when there is none."""
        for function in self.functions:
            if function.name == name:
                return function
        raise ManifestError(f"there is no function {name!r} in the manifest")

    def with_trigger(self, trigger: Trigger) -> tuple[Function, ...]:
        """The functions that `trigger` calls."""
        return tuple(function for function in self.functions if function.trigger is trigger)

    @property
    def upload_worker(self) -> Function | None:
        """The worker Cloud Storage announces uploads to, if there is one."""
        return next((function for function in self.functions if function.uploads), None)


def read_manifest(path: Path = MANIFEST_PATH) -> Manifest:
    """Read and check the manifest. Raises ManifestError naming every fault at once."""
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise ManifestError(f"{path.name} is not YAML: {error}") from error
    return parse_manifest(content)


def parse_manifest(content: object) -> Manifest:
    """Turn the manifest's content into records. Raises ManifestError naming every fault at once."""
    if not isinstance(content, dict) or set(content) != {"defaults", "functions"}:
        raise ManifestError("the manifest must hold exactly `defaults` and `functions`")
    defaults, entries = content["defaults"], content["functions"]
    if not isinstance(defaults, dict) or not isinstance(entries, dict):
        raise ManifestError("`defaults` and `functions` must be maps")
    faults = _key_faults("defaults", defaults)
    functions = []
    for name, entry in entries.items():
        entry_faults = _key_faults(name, entry) if isinstance(entry, dict) else [f"{name}: must be a map"]
        if not entry_faults and not faults:
            function = _function(name, {**defaults, **entry})
            entry_faults = [function] if isinstance(function, str) else _function_faults(function)
            if isinstance(function, Function):
                functions.append(function)
        faults += entry_faults
    if sum(function.uploads for function in functions) > 1:
        faults.append("only one function may have `uploads`")
    workers = {function.name for function in functions if function.trigger is Trigger.WORKER}
    faults += [
        f"{function.name}.publishes: {name!r} is not a worker"
        for function in functions
        for name in function.publishes
        if name not in workers and not faults
    ]
    if faults:
        raise ManifestError("; ".join(faults))
    return Manifest(functions=tuple(functions))


def _key_faults(where: str, entry: Mapping[str, Any]) -> list[str]:
    faults = []
    for key, value in entry.items():
        expected = KEYS.get(key)
        if expected is None:
            faults.append(f"{where}: unknown key {key!r}; known are {', '.join(KEYS)}")
        elif type(value) is not expected:
            faults.append(f"{where}.{key}: must be a {expected.__name__}, not {value!r}")
    retry = entry.get("retry")
    if isinstance(retry, dict) and (
        set(retry) != RETRY_KEYS or any(type(seconds) is not int for seconds in retry.values())
    ):
        faults.append(f"{where}.retry: must hold minimum_backoff and maximum_backoff in whole seconds")
    return faults


def _function(name: str, entry: Mapping[str, Any]) -> Function | str:
    """The record, or the fault that keeps it from being made."""
    missing = [key for key in KEYS if key not in entry and key not in OPTIONAL_KEYS]
    if missing:
        return f"{name}: {', '.join(missing)} missing"
    if entry["trigger"] not in list(Trigger):
        return f"{name}.trigger: must be one of {', '.join(Trigger)}, not {entry['trigger']!r}"
    if strange := [use for use in entry.get("uses", []) if use not in list(Use)]:
        return f"{name}.uses: must be of {', '.join(Use)}, not {strange[0]!r}"
    return Function(
        name=name,
        trigger=Trigger(entry["trigger"]),
        schedule=entry.get("schedule", ""),
        runtime=entry["runtime"],
        memory=entry["memory"],
        timeout_seconds=entry["timeout"],
        concurrency=entry["concurrency"],
        min_instances=entry["min_instances"],
        max_instances=entry["max_instances"],
        ack_deadline_seconds=entry["ack_deadline"],
        minimum_backoff_seconds=entry["retry"]["minimum_backoff"],
        maximum_backoff_seconds=entry["retry"]["maximum_backoff"],
        max_delivery_attempts=entry["max_delivery_attempts"],
        cpu=entry["cpu"],
        public=entry.get("public", False),
        uploads=entry.get("uploads", False),
        publishes=tuple(entry.get("publishes", ())),
        uses=frozenset(Use(use) for use in entry.get("uses", ())),
    )


def _function_faults(function: Function) -> list[str]:
    name, faults = function.name, []
    if not name.isidentifier():
        faults.append(f"{name}: must be a Python name, as it names the entry point")
    if (function.trigger is Trigger.TICK) != bool(function.schedule):
        faults.append(f"{name}.schedule: ticks have one, nothing else does")
    if function.uploads and function.trigger is not Trigger.WORKER:
        faults.append(f"{name}.uploads: only a worker can take uploads")
    if function.trigger is Trigger.WORKER:
        if not function.timeout_seconds <= function.ack_deadline_seconds <= PUSH_ACK_DEADLINE_LIMIT:
            faults.append(
                f"{name}.ack_deadline: must be between the timeout and {PUSH_ACK_DEADLINE_LIMIT} seconds"
            )
        if not 5 <= function.max_delivery_attempts <= 100:
            faults.append(f"{name}.max_delivery_attempts: Pub/Sub takes 5 to 100")
        if not 0 <= function.minimum_backoff_seconds <= function.maximum_backoff_seconds <= 600:
            faults.append(f"{name}.retry: Pub/Sub takes 0 to 600 seconds, minimum before maximum")
    return faults
